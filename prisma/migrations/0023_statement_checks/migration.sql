-- Checks that cost a payment less, and refuse at least what they refused. No table is read or rewritten: triggers, functions and settings.
-- A server of the version before goes on working: it writes each posting in one statement.

-- Double entry ------------------------------------------------------------------------------------------------------------
-- Once a statement, over all rows that it wrote, where it was once a row at the commit. Stricter too: a posting is written whole by one
-- statement, so nothing can be added to it later, not even lines that balance. Each look-up stands in a subquery of its own, which goes
-- through an index also in a plan that was made when the table was empty.
CREATE FUNCTION entries_balance() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wrong record;
BEGIN
  SELECT w.transaction_id, w.lines, w.currency, w.total, w.earlier INTO wrong FROM (
    SELECT a.transaction_id, a.currency, sum(a.amount) AS total, sum(count(*)) OVER one AS lines,
      (SELECT count(*) FROM entry e WHERE e.merchant_id = a.merchant_id AND e.transaction_id = a.transaction_id) > sum(count(*)) OVER one AS earlier
    FROM added a GROUP BY a.merchant_id, a.transaction_id, a.currency
    WINDOW one AS (PARTITION BY a.merchant_id, a.transaction_id)
  ) AS w WHERE w.earlier OR w.lines < 2 OR w.total <> 0 ORDER BY w.earlier DESC, w.lines, w.currency LIMIT 1;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF wrong.earlier THEN
    RAISE EXCEPTION 'ledger transaction % was posted before: no entry may be added to it', wrong.transaction_id USING ERRCODE = 'check_violation';
  END IF;
  IF wrong.lines < 2 THEN
    RAISE EXCEPTION 'ledger transaction % has % entries; double entry needs at least two', wrong.transaction_id, wrong.lines USING ERRCODE = 'check_violation';
  END IF;
  RAISE EXCEPTION 'ledger transaction % does not balance in %', wrong.transaction_id, wrong.currency USING ERRCODE = 'check_violation';
END $$;

-- With any entry it has at least two that balance: the check above saw them.
CREATE FUNCTION transaction_has_entries() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  empty uuid;
BEGIN
  SELECT a.id INTO empty FROM added a
    WHERE (SELECT e.position FROM entry e WHERE e.merchant_id = a.merchant_id AND e.transaction_id = a.id LIMIT 1) IS NULL LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'ledger transaction % has 0 entries; double entry needs at least two', empty USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION entries_balance(), transaction_has_entries() FROM PUBLIC;

DROP TRIGGER ledger_transaction_balances ON ledger_transaction;
DROP TRIGGER entry_balances ON entry;
DROP FUNCTION ledger_transaction_balances();
CREATE TRIGGER ledger_transaction_balances AFTER INSERT ON ledger_transaction REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION transaction_has_entries();
CREATE TRIGGER entry_balances AFTER INSERT ON entry REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION entries_balance();

-- What a row may become -----------------------------------------------------------------------------------------------------
-- A BEFORE trigger of a row locks that row, with an entry in the write-ahead log, before it looks at its condition. The same condition AFTER
-- the update refuses the same, and costs nothing while it does not hold. So the legal moves stand in the condition now.
DROP TRIGGER payment_move_is_legal ON payment;
CREATE OR REPLACE FUNCTION payment_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payment % may not move from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER payment_move_is_legal AFTER UPDATE OF status ON payment FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('sending', 'unknown'), ('sending', 'requires_action'), ('sending', 'succeeded'), ('sending', 'declined'), ('sending', 'not_charged'),
    ('unknown', 'sending'), ('unknown', 'requires_action'), ('unknown', 'succeeded'), ('unknown', 'declined'), ('unknown', 'not_charged'),
    ('requires_action', 'unknown'), ('requires_action', 'succeeded'), ('requires_action', 'declined'), ('requires_action', 'not_charged')))
  EXECUTE FUNCTION payment_move_is_legal();

-- One trigger for all that a payment was begun with, and one for who began it.
DROP TRIGGER payment_facts_are_fixed ON payment;
DROP TRIGGER payment_asked_since_is_fixed ON payment;
CREATE TRIGGER payment_facts_are_fixed AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.order_id, OLD.record_id, OLD.amount, OLD.currency, OLD.method, OLD.gateway_key, OLD.receipt_token, OLD.description, OLD.metadata, OLD.asked_since)
    IS DISTINCT FROM (NEW.order_id, NEW.record_id, NEW.amount, NEW.currency, NEW.method, NEW.gateway_key, NEW.receipt_token, NEW.description, NEW.metadata, NEW.asked_since))
  EXECUTE FUNCTION payment_facts_are_fixed();
DROP TRIGGER payment_actor_is_fixed ON payment;
CREATE TRIGGER payment_actor_is_fixed AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.actor, OLD.address, OLD.request_id) IS DISTINCT FROM (NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION actor_is_fixed();
DROP TRIGGER payment_amount_is_bounded ON payment;
CREATE TRIGGER payment_amount_is_bounded AFTER INSERT OR UPDATE OF amount ON payment
  FOR EACH ROW WHEN (NEW.amount > 1000000000000) EXECUTE FUNCTION amount_is_bounded();

DROP TRIGGER orders_actor_is_fixed ON orders;
CREATE TRIGGER orders_actor_is_fixed AFTER UPDATE ON orders FOR EACH ROW
  WHEN ((OLD.actor, OLD.address, OLD.request_id) IS DISTINCT FROM (NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION actor_is_fixed();
DROP TRIGGER orders_amount_is_bounded ON orders;
CREATE TRIGGER orders_amount_is_bounded AFTER INSERT OR UPDATE OF amount ON orders
  FOR EACH ROW WHEN (NEW.amount > 1000000000000) EXECUTE FUNCTION amount_is_bounded();

DROP TRIGGER completed_record_is_fixed ON idempotency_record;
CREATE TRIGGER completed_record_is_fixed AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'completed' AND NEW.state <> 'tombstone'
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.answer, OLD.subject_id, OLD.fence, OLD.token)
      IS DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.answer, NEW.subject_id, NEW.fence, NEW.token))
  EXECUTE FUNCTION completed_record_is_fixed();
DROP TRIGGER tombstone_is_for_good ON idempotency_record;
CREATE TRIGGER tombstone_is_for_good AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'tombstone' AND NEW.state <> 'tombstone') EXECUTE FUNCTION tombstone_is_for_good();

