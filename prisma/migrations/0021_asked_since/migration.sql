-- A payment's gateway key is determined by the client's key, so a database that has lost the payment (a standby that was behind, a restored
-- backup) sends the same key again, and the bank answers with its first charge. The bank remembers keys for some time only, counted from the
-- first request, while the new row begins at 0. This column tells the difference.

-- The earliest time at which the bank may have been asked under the gateway key, where that is before the row itself: the bank's list had a
-- charge under it already. Null: not before the row. A server of the version before writes null. A null constant as default touches no row.
ALTER TABLE payment ADD COLUMN asked_since timestamptz(6);
-- Chosen once, in the statement that begins the payment.
GRANT INSERT (asked_since) ON payment TO payonce_app;

-- Part of what a payment was begun with.
CREATE TRIGGER payment_asked_since_is_fixed BEFORE UPDATE OF asked_since ON payment FOR EACH ROW
  WHEN (OLD.asked_since IS DISTINCT FROM NEW.asked_since) EXECUTE FUNCTION payment_facts_are_fixed();

-- Each new payment looks there for a charge under its key. Small: it holds the charges that no payment explains, and after a loss those of
-- some minutes.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX open_charge_gateway_key_idx ON open_charge (gateway_key);
-- 0020 names the columns of a new payment; this is one of them.
GRANT INSERT (asked_since) ON payment TO payonce_app;
