-- The rules that code also keeps, said once more where nobody can go around them.

-- Money and words -----------------------------------------------------------------------------------------------------
ALTER TABLE merchant ADD CONSTRAINT merchant_mode CHECK (mode IN ('test', 'live'));
ALTER TABLE orders
  ADD CONSTRAINT orders_amount CHECK (amount > 0),
  ADD CONSTRAINT orders_currency CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT orders_status CHECK (status IN ('open', 'paid'));
ALTER TABLE order_item
  ADD CONSTRAINT order_item_quantity CHECK (quantity > 0),
  ADD CONSTRAINT order_item_unit_amount CHECK (unit_amount >= 0);
ALTER TABLE payment
  ADD CONSTRAINT payment_amount CHECK (amount > 0),
  ADD CONSTRAINT payment_currency CHECK (currency ~ '^[A-Z]{3}$'),
  ADD CONSTRAINT payment_status CHECK (status IN ('sending', 'unknown', 'requires_action', 'succeeded', 'declined', 'not_charged')),
  ADD CONSTRAINT payment_succeeded_has_ref CHECK (status <> 'succeeded' OR gateway_ref IS NOT NULL);
ALTER TABLE account
  ADD CONSTRAINT account_type CHECK (type IN ('asset', 'liability', 'equity', 'revenue', 'expense')),
  ADD CONSTRAINT account_currency CHECK (currency ~ '^[A-Z]{3}$');
ALTER TABLE entry ADD CONSTRAINT entry_amount CHECK (amount <> 0);
ALTER TABLE ledger_transaction
  ADD CONSTRAINT ledger_transaction_kind CHECK (kind IN ('capture', 'reversal')),
  ADD CONSTRAINT ledger_transaction_of_a_payment CHECK ((kind = 'capture') = (payment_id IS NOT NULL)),
  ADD CONSTRAINT ledger_transaction_of_a_reversal CHECK ((kind = 'reversal') = (reverses IS NOT NULL));

-- The record's life -----------------------------------------------------------------------------------------------------
ALTER TABLE idempotency_record
  ADD CONSTRAINT idempotency_record_key CHECK (length(key) BETWEEN 1 AND 255),
  ADD CONSTRAINT idempotency_record_state CHECK (state IN ('claimed', 'sending', 'unknown', 'completed', 'tombstone')),
  ADD CONSTRAINT idempotency_record_completed CHECK ((state = 'completed') = (answer IS NOT NULL AND status IS NOT NULL AND completed_at IS NOT NULL) OR state IN ('unknown', 'tombstone')),
  ADD CONSTRAINT idempotency_record_fence CHECK (fence >= 1);
-- Rows change in place while they run; room on the page keeps those updates off the indexes.
ALTER TABLE idempotency_record SET (fillfactor = 85);
ALTER TABLE payment SET (fillfactor = 85);
-- What the completer looks for: unfinished records only, so this index stays as small as the work in hand.
CREATE INDEX idempotency_record_unfinished ON idempotency_record (lease_until) WHERE state IN ('claimed', 'sending', 'unknown');

ALTER TABLE attempt
  ADD CONSTRAINT attempt_outcome CHECK (outcome IN ('executed', 'replayed', 'joined', 'rejected', 'recovered', 'held')),
  ADD CONSTRAINT attempt_presses CHECK (presses >= 1);

-- What was answered once is answered for ever, until it becomes a tombstone.
CREATE FUNCTION completed_record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'record % is completed: its answer may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER completed_record_is_fixed BEFORE UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'completed' AND NEW.state <> 'tombstone'
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.answer, OLD.subject_id, OLD.fence, OLD.token)
      IS DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.answer, NEW.subject_id, NEW.fence, NEW.token))
  EXECUTE FUNCTION completed_record_is_fixed();

-- The order guard: one live payment per order, whatever key, tab, device or program asks. ----------------------------
CREATE UNIQUE INDEX payment_one_live_per_order ON payment (merchant_id, order_id)
  WHERE status IN ('sending', 'unknown', 'requires_action', 'succeeded');

-- A capture is posted once per payment. -------------------------------------------------------------------------------
CREATE UNIQUE INDEX ledger_transaction_one_capture ON ledger_transaction (merchant_id, payment_id) WHERE kind = 'capture';

-- A payment moves only along the arrows of src/payments/payment.ts. -----------------------------------------------------
CREATE FUNCTION payment_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (
    ('sending', 'unknown'), ('sending', 'requires_action'), ('sending', 'succeeded'), ('sending', 'declined'), ('sending', 'not_charged'),
    ('unknown', 'sending'), ('unknown', 'requires_action'), ('unknown', 'succeeded'), ('unknown', 'declined'), ('unknown', 'not_charged'),
    ('requires_action', 'unknown'), ('requires_action', 'succeeded'), ('requires_action', 'declined'), ('requires_action', 'not_charged')
  ) THEN
    RAISE EXCEPTION 'payment % may not move from % to %', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_move_is_legal BEFORE UPDATE OF status ON payment
  FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION payment_move_is_legal();

CREATE FUNCTION payment_facts_are_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what payment % was begun with may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER payment_facts_are_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.order_id, OLD.record_id, OLD.amount, OLD.currency, OLD.method, OLD.gateway_key, OLD.receipt_token)
    IS DISTINCT FROM (NEW.order_id, NEW.record_id, NEW.amount, NEW.currency, NEW.method, NEW.gateway_key, NEW.receipt_token))
  EXECUTE FUNCTION payment_facts_are_fixed();

-- Double entry: at commit, each transaction has at least two entries and sums to zero in each of its currencies. -----
CREATE FUNCTION ledger_transaction_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  merchant uuid := NEW.merchant_id;
  tx uuid;
  lines bigint;
  broken text;
BEGIN
  IF TG_TABLE_NAME = 'entry' THEN tx := NEW.transaction_id; ELSE tx := NEW.id; END IF;
  SELECT sum(per.lines), min(per.currency) FILTER (WHERE per.total <> 0) INTO lines, broken
  FROM (SELECT currency, count(*) AS lines, sum(amount) AS total FROM entry WHERE merchant_id = merchant AND transaction_id = tx GROUP BY currency) AS per;
  IF lines IS NULL OR lines < 2 THEN
    RAISE EXCEPTION 'ledger transaction % has % entries; double entry needs at least two', tx, coalesce(lines, 0) USING ERRCODE = 'check_violation';
  END IF;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'ledger transaction % does not balance in %', tx, broken USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_transaction_balances AFTER INSERT ON ledger_transaction
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balances();
CREATE CONSTRAINT TRIGGER entry_balances AFTER INSERT ON entry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_transaction_balances();

-- Facts are never edited. ------------------------------------------------------------------------------------------------
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: correct it with a reversal', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER entry_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER ledger_transaction_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transaction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outbox_event_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON outbox_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A commit says how many rows each of its writes must touch; any other number undoes the whole of it. --------------
CREATE FUNCTION expect_rows(write text, actual bigint, expected bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  IF actual <> expected THEN
    RAISE EXCEPTION 'commit refused: % touched % rows, not %', write, actual, expected USING ERRCODE = 'PO001';
  END IF;
  RETURN true;
END $$;
