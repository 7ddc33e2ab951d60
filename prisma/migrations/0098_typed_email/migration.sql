-- Whoever has the link to a checkout may type an address there, and be declined. A receipt is for who paid: an address that was typed is kept with
-- the record of the attempt for which it was typed, and a later attempt replaces it until the order is paid. New column: a server of the
-- version before works on.
ALTER TABLE orders ADD COLUMN email_record text;
-- Typed with the attempt under this record; null: the merchant gave it with the order, or it was kept before this column was there.
GRANT UPDATE (email_record) ON orders TO payonce_app;

DROP TRIGGER orders_email_is_set_once ON orders;
CREATE TRIGGER orders_email_is_set_once AFTER UPDATE OF customer_email ON orders FOR EACH ROW
  WHEN (OLD.customer_email IS NOT NULL AND OLD.customer_email IS DISTINCT FROM NEW.customer_email
    AND (OLD.email_record IS NULL OR OLD.status <> 'open'))
  EXECUTE FUNCTION orders_email_is_set_once();
