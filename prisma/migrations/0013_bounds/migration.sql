-- The largest amount of one payment: 10^12 minor units, as MAX_PAYMENT_MINOR in src/lib/money.ts; a test compares them. The code refuses
-- more with a message, these triggers refuse it from whoever writes. Sums of payments stay far below what a BIGINT and JSON can carry.
--
-- Triggers, and no CHECK ... NOT VALID: a CHECK is tried at every UPDATE of a row, so an order or a payment from before, with a larger
-- amount, could not be refunded, finished or tidied any more. These look at an amount when it is written, and at nothing else.
-- A refund has no bound of its own: it is at most what is left of its payment. What the bank really took (surplus_charge, entry) is a fact.
CREATE FUNCTION amount_is_bounded() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an amount in % is above 1000000000000, the largest of a payment', TG_TABLE_NAME USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER orders_amount_is_bounded BEFORE INSERT OR UPDATE OF amount ON orders
  FOR EACH ROW WHEN (NEW.amount > 1000000000000) EXECUTE FUNCTION amount_is_bounded();
CREATE TRIGGER order_item_unit_amount_is_bounded BEFORE INSERT OR UPDATE OF unit_amount ON order_item
  FOR EACH ROW WHEN (NEW.unit_amount > 1000000000000) EXECUTE FUNCTION amount_is_bounded();
CREATE TRIGGER payment_amount_is_bounded BEFORE INSERT OR UPDATE OF amount ON payment
  FOR EACH ROW WHEN (NEW.amount > 1000000000000) EXECUTE FUNCTION amount_is_bounded();

-- As before, but counted as numeric: integer × bigint is a bigint, and one row with a huge product failed the whole check.
CREATE OR REPLACE VIEW integrity_across.order_is_the_sum_of_its_items AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, o.amount || ' is not ' || coalesce(sum(i.quantity::numeric * i.unit_amount), 0) AS detail
  FROM orders o LEFT JOIN order_item i ON i.merchant_id = o.merchant_id AND i.order_id = o.id
  GROUP BY o.merchant_id, o.id HAVING o.amount <> coalesce(sum(i.quantity::numeric * i.unit_amount), 0);
