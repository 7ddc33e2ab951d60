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

-- Records that are not finished --------------------------------------------------------------------------------------------
-- An index over the unfinished ones has their state in its condition, so each answer that is stored changes it, and with it every other index
-- of the record. Instead: `idempotency_record_lease` (0024) has all records by the end of their lease, which an answer does not change. A
-- search begins at `finished_before`. What ended earlier than that is finished, or has `overdue_since`, and so stands in an index of its own.
-- Most records are finished long before and never get it.
ALTER TABLE idempotency_record ADD COLUMN overdue_since timestamptz(6);
CREATE TABLE resolver_position (
  -- There is one row.
  id smallint NOT NULL DEFAULT 1 CONSTRAINT resolver_position_one CHECK (id = 1),
  finished_before timestamptz(6) NOT NULL,
  CONSTRAINT resolver_position_pkey PRIMARY KEY (id)
);
-- Through the index over the unfinished ones, which is still there.
INSERT INTO resolver_position (finished_before) SELECT coalesce(
  (SELECT min(lease_until) FROM idempotency_record WHERE state IN ('claimed', 'sending', 'unknown')), now()) - interval '1 minute';
-- Read by each search; written by the function below alone.
GRANT SELECT ON resolver_position TO payonce_app;

-- Goes on from `finished_before` through up to `batch` records, and marks those that are not finished. It stays a minute behind the clock: no
-- transaction of the product lasts that long (each of its statements has 10 s, and each pause between two), so every lease that ended before
-- is committed. Whoever writes a record that is not finished gives it a lease that ends later. Any number of callers: one of them works.
-- @returns the records it went through; 0 for the other callers
CREATE FUNCTION mark_overdue_records(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  since timestamptz;
  upto timestamptz := now() - interval '1 minute';
  passed integer;
  last timestamptz;
BEGIN
  SELECT finished_before INTO since FROM public.resolver_position FOR UPDATE SKIP LOCKED;
  IF NOT FOUND THEN RETURN 0; END IF;
  -- As a range of all instants: of IS NOT NULL every row is expected where there are no statistics.
  UPDATE public.idempotency_record SET overdue_since = NULL
  WHERE overdue_since > '-infinity' AND overdue_since < 'infinity' AND state IN ('completed', 'tombstone');
  WITH next AS MATERIALIZED (
    SELECT merchant_id, id, state, lease_until FROM public.idempotency_record
    WHERE lease_until >= since AND lease_until < upto ORDER BY lease_until FETCH FIRST batch ROWS WITH TIES),
  marked AS (
    UPDATE public.idempotency_record r SET overdue_since = now() FROM next n
    WHERE n.state IN ('claimed', 'sending', 'unknown') AND r.merchant_id = n.merchant_id AND r.id = n.id
      AND r.state IN ('claimed', 'sending', 'unknown') AND r.overdue_since IS NULL)
  SELECT count(*), max(lease_until) INTO passed, last FROM next;
  -- Back too, where the clock went back: what was written since then has earlier leases.
  UPDATE public.resolver_position SET finished_before = CASE WHEN passed >= batch THEN last + interval '1 microsecond' ELSE upto END;
  RETURN passed;
END $$;
REVOKE EXECUTE ON FUNCTION mark_overdue_records(integer) FROM PUBLIC;
-- The resolver calls it before each search.
GRANT EXECUTE ON FUNCTION mark_overdue_records(integer) TO payonce_app;

-- Room for new versions -------------------------------------------------------------------------------------------------------
-- An update that changes no index and finds room on its page touches nothing but this page. For pages that are filled from now on; nothing is
-- rewritten. A record's answer nearly doubles it, so half of a page is room that its own records fill.
ALTER TABLE idempotency_record SET (fillfactor = 50);
ALTER TABLE payment SET (fillfactor = 70);
ALTER TABLE orders SET (fillfactor = 90);
