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

-- Means what holdsCardNumber in src/lib/card-number.ts means for plain spellings: digits alone, or in groups with one space or dash
-- between them. That function finds more (other scripts, other separators, inside words), so this one never blames what it let in; a test
-- compares them. New here: the first digits and the length are those of a card that is issued. Until now one in ten of the references like
-- 2026-300383-4975 was taken for a card number.
CREATE OR REPLACE FUNCTION integrity_across.holds_card_number(content text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN content ~ '[0-9][0-9 -]{11,}[0-9]' THEN EXISTS (
  SELECT FROM regexp_matches(
    content, '(?<![A-Za-z0-9_+-]|[A-Za-z0-9_][.])[2-6][0-9](?:[ -]?[0-9]){11,17}(?![A-Za-z0-9_-]|[.][A-Za-z0-9_])', 'g'
  ) AS found (candidate), regexp_replace(candidate[1], '[^0-9]', '', 'g') AS number
  WHERE number ~ '^(?:4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})|5[1-5][0-9]{14}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9][0-9]|7[01][0-9]|720)[0-9]{12}|3[47][0-9]{13}|3(?:0[0-5]|[689][0-9])[0-9]{11}|3(?:09|[689][0-9])[0-9]{13,16}|35(?:2[89]|[3-8][0-9])[0-9]{12,15}|6(?:011|5[0-9][0-9]|4[4-9][0-9]|2[0-9][0-9])[0-9]{12,15}|(?:5[0678]|6[0-9])[0-9]{11,17})$' AND integrity_across.passes_luhn(number)
) ELSE false END;
