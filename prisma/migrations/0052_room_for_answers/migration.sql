-- Updates that stay on their page, and one lock fewer a payment. No table is read or rewritten: a trigger and settings. A server of the
-- version before goes on working.

-- A BEFORE trigger of rows locks each row that is updated, with an entry in the write-ahead log, also where it is for another column. The same
-- condition AFTER the update refuses the same (0023).
DROP TRIGGER orders_email_is_set_once ON orders;
CREATE TRIGGER orders_email_is_set_once AFTER UPDATE OF customer_email ON orders FOR EACH ROW
  WHEN (OLD.customer_email IS NOT NULL AND OLD.customer_email IS DISTINCT FROM NEW.customer_email)
  EXECUTE FUNCTION orders_email_is_set_once();

-- One commit stores the answers of a whole batch, and so of all records on a page: none of their old versions can be removed before it ends, so
-- the page needs room for all new ones. Pages that are filled from now on have it.
ALTER TABLE idempotency_record SET (fillfactor = 40);
ALTER TABLE orders SET (fillfactor = 70);
