-- The e-mail that a shopper types at the checkout is kept with the order: checkout.pay writes it where the merchant gave none
-- (keepEmail in src/checkout/order.ts).
GRANT UPDATE (customer_email) ON orders TO payonce_app;

-- Set once: whoever has the link of an order may not take the customer's address out of it, or put another in.
CREATE FUNCTION orders_email_is_set_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the e-mail of order % may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER orders_email_is_set_once BEFORE UPDATE OF customer_email ON orders FOR EACH ROW
  WHEN (OLD.customer_email IS NOT NULL AND OLD.customer_email IS DISTINCT FROM NEW.customer_email)
  EXECUTE FUNCTION orders_email_is_set_once();

-- The sentence of an invariant says what its view counts, and what it leaves out.
COMMENT ON VIEW integrity_across.one_charge_per_key IS 'The bank charged each of our keys at most once, not counting what it has refunded';
