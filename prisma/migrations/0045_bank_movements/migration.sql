-- Reconciliation of money: each movement of the bank's own account, as it lists them, and the posting that stands for it in our ledger.
-- New table, new columns with a constant default, wider laws: a server of the version before works on.

-- Postings of movements that no payment of ours stands for (payouts, fees of their own, disputes, what was done at the bank itself).
-- The wider laws need no look at the rows that kept the narrower.
ALTER TABLE ledger_transaction
  DROP CONSTRAINT ledger_transaction_kind,
  DROP CONSTRAINT ledger_transaction_of_a_payment,
  ADD CONSTRAINT ledger_transaction_kind CHECK (kind IN ('capture', 'reversal', 'surplus', 'refund', 'movement')) NOT VALID,
  ADD CONSTRAINT ledger_transaction_of_a_payment CHECK ((kind IN ('reversal', 'movement')) = (payment_id IS NULL)) NOT VALID;

CREATE TABLE bank_movement (
  merchant_id uuid NOT NULL,
  gateway text NOT NULL,
  -- The movement, by the bank's own reference.
  ref text NOT NULL,
  kind text NOT NULL CONSTRAINT bank_movement_kind CHECK (kind IN
    ('charge', 'refund', 'refund_failure', 'payment_failure', 'dispute', 'dispute_reversal', 'fee', 'payout', 'payout_failure', 'other')),
  -- Signed, in minor units: positive is what the bank owes us more. `amount - fee` is what the movement does to the bank's debt.
  amount bigint NOT NULL,
  fee bigint NOT NULL,
  currency text NOT NULL,
  -- The charge, refund, dispute or payout that moved, and the charge behind it.
  subject_ref text,
  charge_ref text,
  gateway_key text,
  happened_at timestamptz(6) NOT NULL,
  state text NOT NULL CONSTRAINT bank_movement_state CHECK (state IN ('matched', 'explained', 'open', 'difference')),
  -- The rule by which it was judged, in words that a person reads.
  rule text NOT NULL,
  payment_id uuid,
  refund_id uuid,
  -- Its posting, and the posting of a fee that the first one did not know of.
  transaction_id uuid,
  fee_transaction_id uuid,
  noticed_at timestamptz(6) NOT NULL DEFAULT now(),
  judged_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT bank_movement_pkey PRIMARY KEY (merchant_id, gateway, ref),
  CONSTRAINT bank_movement_is_posted CHECK (CASE state
    WHEN 'matched' THEN transaction_id IS NOT NULL
    WHEN 'explained' THEN transaction_id IS NOT NULL OR amount = 0 AND fee = 0
    ELSE transaction_id IS NULL AND fee_transaction_id IS NULL END),
  CONSTRAINT bank_movement_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT bank_movement_merchant_id_refund_id_fkey FOREIGN KEY (merchant_id, refund_id)
    REFERENCES refund (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT bank_movement_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT bank_movement_merchant_id_fee_transaction_id_fkey FOREIGN KEY (merchant_id, fee_transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- A movement is judged once, whoever's it is taken for; a posting is of one movement.
CREATE UNIQUE INDEX bank_movement_gateway_ref_key ON bank_movement (gateway, ref);
CREATE UNIQUE INDEX bank_movement_merchant_id_transaction_id_key ON bank_movement (merchant_id, transaction_id);
CREATE INDEX bank_movement_subject ON bank_movement (gateway, subject_ref);
CREATE INDEX bank_movement_newest ON bank_movement (merchant_id, happened_at DESC, ref DESC);
CREATE INDEX bank_movement_unsettled ON bank_movement (judged_at) WHERE state IN ('open', 'difference');

-- What the bank said is a fact; only our judgement of it may move, and a posted one no more.
CREATE FUNCTION bank_movement_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'bank movement % is %: what the bank said, and what was posted for it, may not change', OLD.ref, OLD.state USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER bank_movement_move_is_legal BEFORE UPDATE ON bank_movement FOR EACH ROW
  WHEN (OLD.state IN ('matched', 'explained')
    OR (OLD.gateway, OLD.ref, OLD.kind, OLD.amount, OLD.fee, OLD.currency, OLD.subject_ref, OLD.charge_ref, OLD.gateway_key, OLD.happened_at, OLD.noticed_at)
      IS DISTINCT FROM (NEW.gateway, NEW.ref, NEW.kind, NEW.amount, NEW.fee, NEW.currency, NEW.subject_ref, NEW.charge_ref, NEW.gateway_key, NEW.happened_at, NEW.noticed_at))
  EXECUTE FUNCTION bank_movement_move_is_legal();

-- The application writes what the bank's list says and its judgement, which may change until it is posted: then the trigger above stands.
-- Not: noticed_at, judged_at of a new row, which are the database's clock; no row's end.
GRANT SELECT ON bank_movement TO payonce_app;
GRANT INSERT (merchant_id, gateway, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state, rule,
  payment_id, refund_id, transaction_id, fee_transaction_id) ON bank_movement TO payonce_app;
-- merchant_id: a payment that comes back from a backup may be another merchant's.
GRANT UPDATE (merchant_id, state, rule, payment_id, refund_id, transaction_id, fee_transaction_id, judged_at) ON bank_movement TO payonce_app;

-- A refund that succeeded, and that the card's bank did not take weeks later: it stays what it was, and is reversed. ---------------------
ALTER TABLE refund
  ADD COLUMN returned_at timestamptz(6),
  ADD COLUMN return_transaction_id uuid,
  ADD CONSTRAINT refund_returned CHECK ((returned_at IS NULL) = (return_transaction_id IS NULL) AND (returned_at IS NULL OR status = 'succeeded')) NOT VALID,
  ADD CONSTRAINT refund_merchant_id_return_transaction_id_fkey FOREIGN KEY (merchant_id, return_transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT NOT VALID;
-- Of the app: the mark, in the commit of the reversal. A refund is born without one.
GRANT UPDATE (returned_at, return_transaction_id) ON refund TO payonce_app;

-- An end is for good, but for this one mark, which is set once.
DROP TRIGGER refund_move_is_legal ON refund;
CREATE TRIGGER refund_move_is_legal BEFORE UPDATE ON refund FOR EACH ROW
  WHEN (OLD.status = 'failed' OR OLD.returned_at IS NOT NULL OR NEW.status = 'sending' AND OLD.status <> 'sending'
    OR OLD.status = 'succeeded' AND (NEW.status <> 'succeeded' OR NEW.returned_at IS NULL
      OR (OLD.gateway_ref, OLD.transaction_id) IS DISTINCT FROM (NEW.gateway_ref, NEW.transaction_id))
    OR (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.record_id, OLD.amount, OLD.currency, OLD.reason, OLD.charge_ref, OLD.gateway_key, OLD.created_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.record_id, NEW.amount, NEW.currency, NEW.reason, NEW.charge_ref, NEW.gateway_key, NEW.created_at))
  EXECUTE FUNCTION refund_move_is_legal();
CREATE TRIGGER returned_refund_gives_back AFTER UPDATE OF returned_at ON refund
  FOR EACH ROW WHEN (NEW.returned_at IS NOT NULL AND OLD.returned_at IS NULL) EXECUTE FUNCTION refund_counts_on_its_payment();

-- What must be true of all this, as 0006_integrity says it. ------------------------------------------------------------------------
CREATE OR REPLACE VIEW integrity_across.refunds_are_within_their_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, p.refunded_amount || ' refunded of ' || p.amount || ', its refunds are ' || coalesce(sum(r.amount), 0) AS detail
  FROM payment p LEFT JOIN refund r ON r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.status <> 'failed' AND r.returned_at IS NULL
  WHERE p.refunded_amount <> 0 OR r.id IS NOT NULL
  GROUP BY p.merchant_id, p.id, p.refunded_amount, p.amount HAVING p.refunded_amount <> coalesce(sum(r.amount), 0) OR coalesce(sum(r.amount), 0) > p.amount;

-- A refund that was made at the bank itself (`bank:` and the bank's reference) has no key of ours, and so no answer.
CREATE OR REPLACE VIEW integrity_across.answer_agrees_with_refund AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject,
    'refund ' || f.status || ', record ' || coalesce(r.state || ' ' || coalesce(r.problem, 'ok'), 'missing') AS detail
  FROM refund f LEFT JOIN idempotency_record r ON r.merchant_id = f.merchant_id AND r.id = f.record_id AND r.subject_id = f.id
  WHERE r.state IS DISTINCT FROM 'tombstone' AND NOT (r.id IS NULL AND f.status = 'succeeded' AND f.record_id = 'bank:' || f.gateway_ref)
    AND CASE f.status
      WHEN 'succeeded' THEN (r.state = 'completed' AND r.problem IS NULL) IS NOT TRUE
      WHEN 'failed' THEN (r.state = 'completed' AND r.problem = 'refund-declined') IS NOT TRUE
      ELSE (r.state IN ('sending', 'unknown')) IS NOT TRUE END;
COMMENT ON VIEW integrity_across.answer_agrees_with_refund IS
  'Each refund was begun under one key, whose stored answer says what became of it, or was made at the bank itself';

CREATE VIEW integrity_across.returned_refund_is_reversed AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject,
    CASE WHEN f.returned_at IS NULL THEN 'reversed, and not returned' ELSE 'returned, reversed by ' || coalesce(t.id::text, 'nothing') END AS detail
  FROM refund f LEFT JOIN ledger_transaction t ON (t.merchant_id, t.reverses) = (f.merchant_id, f.transaction_id)
  WHERE f.return_transaction_id IS DISTINCT FROM t.id;
COMMENT ON VIEW integrity_across.returned_refund_is_reversed IS
  'A refund that the bank returned is reversed once, and no other refund is';

CREATE VIEW integrity_across.bank_movement_equals_its_posting AS
  SELECT m.merchant_id, 'bank_movement ' || m.ref AS subject,
    m.kind || ' of ' || m.amount - m.fee || ' ' || m.currency || ', posted ' || coalesce(posted.amount, 0) AS detail
  FROM bank_movement m LEFT JOIN LATERAL (
    SELECT sum(e.amount) AS amount FROM entry e
    JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id) AND a.code = 'gateway_clearing'
    WHERE e.merchant_id = m.merchant_id AND e.transaction_id IN (m.transaction_id, m.fee_transaction_id) AND e.currency = m.currency) posted ON true
  WHERE m.state IN ('matched', 'explained') AND coalesce(posted.amount, 0) <> m.amount - m.fee;
COMMENT ON VIEW integrity_across.bank_movement_equals_its_posting IS
  'Each movement at the bank that we call matched or explained is posted, of its amount less its fee';

CREATE VIEW integrity_across.bank_movement_is_posted_once AS
  SELECT merchant_id, 'ledger_transaction ' || transaction_id AS subject, count(*) || ' movements' AS detail
  FROM (
    SELECT merchant_id, transaction_id FROM bank_movement WHERE transaction_id IS NOT NULL
    UNION ALL SELECT merchant_id, fee_transaction_id FROM bank_movement WHERE fee_transaction_id IS NOT NULL) used
  GROUP BY merchant_id, transaction_id HAVING count(*) > 1
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a posting of no movement' FROM ledger_transaction t
  WHERE t.kind = 'movement' AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.fee_transaction_id) = (t.merchant_id, t.id));
COMMENT ON VIEW integrity_across.bank_movement_is_posted_once IS 'Each posting stands for one movement at the bank at most';

-- Counted are the postings that a movement names, and those that the bank's list must have shown: older than an hour when it was read to its
-- end. Nothing is said before it was.
CREATE VIEW integrity_across.clearing_account_is_the_sum_of_movements AS
  SELECT merchant_id, 'currency ' || currency AS subject, 'the ledger has ' || sum(posted) || ', the bank ' || sum(moved) AS detail
  FROM (
    SELECT e.merchant_id, e.currency::text, e.amount AS posted, 0 AS moved FROM entry e
    JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id) AND a.code = 'gateway_clearing'
    JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
    WHERE EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.transaction_id) = (t.merchant_id, t.id))
      OR EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.fee_transaction_id) = (t.merchant_id, t.id))
      OR t.posted_at < (
        SELECT min(r.updated_at) - interval '1 hour' FROM reconciliation r WHERE r.gateway LIKE '%:movements' AND r.after IS NULL
          AND NOT EXISTS (SELECT FROM reconciliation o WHERE o.gateway LIKE '%:movements' AND o.after IS NOT NULL))
    UNION ALL SELECT merchant_id, currency, 0, amount - fee FROM bank_movement WHERE state IN ('matched', 'explained')) both_sides
  GROUP BY merchant_id, currency HAVING sum(posted) <> sum(moved);
COMMENT ON VIEW integrity_across.clearing_account_is_the_sum_of_movements IS
  'In each currency the account of what the bank owes us is the sum of the bank’s own movements';

INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('bank-movement-equals-its-posting', 'a movement may name a posting of weeks ago'),
  ('bank-movement-is-posted-once', 'compares each movement with every other one'),
  ('clearing-account-is-the-sum-of-movements', 'a sum over every movement and every posting of the account');
