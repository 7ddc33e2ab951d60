-- What programs need beside the browser: refunds, words of their own on orders and payments, and which fields of a reused key differ.
-- Columns with a constant default touch no row, so they come at once on a table of any size.

-- Keyed hashes of the fields of the request, by JSON pointer: they tell which fields of a later one differ, and nothing of what they hold.
ALTER TABLE idempotency_record ADD COLUMN fields text;

ALTER TABLE orders ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}';
ALTER TABLE payment
  ADD COLUMN description text,
  ADD COLUMN metadata jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN refunded_amount bigint NOT NULL DEFAULT 0;
-- NOT VALID, and never validated: the columns are new, so no row that is there can break it.
ALTER TABLE orders ADD CONSTRAINT orders_metadata CHECK (jsonb_typeof(metadata) = 'object') NOT VALID;
ALTER TABLE payment
  ADD CONSTRAINT payment_metadata CHECK (jsonb_typeof(metadata) = 'object') NOT VALID,
  -- However many refunds are asked for at once: they give back at most what was captured.
  ADD CONSTRAINT payment_refunded_amount CHECK (refunded_amount BETWEEN 0 AND amount) NOT VALID;

DROP TRIGGER payment_facts_are_fixed ON payment;
CREATE TRIGGER payment_facts_are_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.order_id, OLD.record_id, OLD.amount, OLD.currency, OLD.method, OLD.gateway_key, OLD.receipt_token, OLD.description, OLD.metadata)
    IS DISTINCT FROM (NEW.order_id, NEW.record_id, NEW.amount, NEW.currency, NEW.method, NEW.gateway_key, NEW.receipt_token, NEW.description, NEW.metadata))
  EXECUTE FUNCTION payment_facts_are_fixed();

-- Money back. `id` is also the key that the bank is sent: stored before it is asked, stable over retries and crashes. --------------
CREATE TABLE refund (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  payment_id uuid NOT NULL,
  record_id text NOT NULL,
  status text NOT NULL DEFAULT 'sending' CONSTRAINT refund_status CHECK (status IN ('sending', 'unknown', 'succeeded', 'failed')),
  amount bigint NOT NULL CONSTRAINT refund_amount CHECK (amount > 0),
  currency char(3) NOT NULL CONSTRAINT refund_currency CHECK (currency ~ '^[A-Z]{3}$'),
  reason text,
  charge_ref text NOT NULL,
  gateway_key text NOT NULL,
  gateway_ref text,
  transaction_id uuid,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT refund_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT refund_succeeded CHECK ((status = 'succeeded') = (gateway_ref IS NOT NULL AND transaction_id IS NOT NULL)),
  CONSTRAINT refund_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT refund_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX refund_gateway_key_key ON refund (gateway_key);
CREATE UNIQUE INDEX refund_gateway_ref_key ON refund (gateway_ref);
CREATE UNIQUE INDEX refund_merchant_id_transaction_id_key ON refund (merchant_id, transaction_id);
CREATE INDEX refund_newest ON refund (merchant_id, payment_id, created_at DESC, id DESC);

-- What was begun is a fact; only what became of it moves, and an end is for good.
CREATE FUNCTION refund_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refund % is %: what was asked for, and how it ended, may not change', OLD.id, OLD.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER refund_move_is_legal BEFORE UPDATE ON refund FOR EACH ROW
  WHEN (OLD.status IN ('succeeded', 'failed') OR NEW.status = 'sending' AND OLD.status <> 'sending'
    OR (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.record_id, OLD.amount, OLD.currency, OLD.reason, OLD.charge_ref, OLD.gateway_key, OLD.created_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.record_id, NEW.amount, NEW.currency, NEW.reason, NEW.charge_ref, NEW.gateway_key, NEW.created_at))
  EXECUTE FUNCTION refund_move_is_legal();
CREATE FUNCTION refund_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a refund may not be deleted' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER refund_is_kept BEFORE DELETE OR TRUNCATE ON refund FOR EACH STATEMENT EXECUTE FUNCTION refund_is_kept();

-- The payment's own count moves with its refunds, whoever writes them: the CHECK above then holds for every way in.
CREATE FUNCTION refund_counts_on_its_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  change bigint := CASE TG_OP WHEN 'INSERT' THEN NEW.amount ELSE -NEW.amount END;
BEGIN
  UPDATE payment SET refunded_amount = refunded_amount + change, updated_at = now()
  WHERE merchant_id = NEW.merchant_id AND id = NEW.payment_id AND status = 'succeeded' AND currency = NEW.currency;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'refund % is of no succeeded payment in %', NEW.id, NEW.currency USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER refund_takes_from_its_payment AFTER INSERT ON refund FOR EACH ROW EXECUTE FUNCTION refund_counts_on_its_payment();
CREATE TRIGGER failed_refund_gives_back AFTER UPDATE OF status ON refund
  FOR EACH ROW WHEN (NEW.status = 'failed' AND OLD.status <> 'failed') EXECUTE FUNCTION refund_counts_on_its_payment();

GRANT SELECT, INSERT, UPDATE ON refund TO payonce_app;

-- A new kind of posting. The wider laws need no look at the rows that kept the narrower.
ALTER TABLE ledger_transaction
  DROP CONSTRAINT ledger_transaction_kind,
  DROP CONSTRAINT ledger_transaction_of_a_payment,
  ADD CONSTRAINT ledger_transaction_kind CHECK (kind IN ('capture', 'reversal', 'surplus', 'refund')) NOT VALID,
  ADD CONSTRAINT ledger_transaction_of_a_payment CHECK ((kind <> 'reversal') = (payment_id IS NOT NULL)) NOT VALID;

-- What must be true of all this, as 0006_integrity says it. ------------------------------------------------------------------------
CREATE VIEW integrity_across.refunds_are_within_their_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, p.refunded_amount || ' refunded of ' || p.amount || ', its refunds are ' || coalesce(sum(r.amount), 0) AS detail
  FROM payment p LEFT JOIN refund r ON r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.status <> 'failed'
  WHERE p.refunded_amount <> 0 OR r.id IS NOT NULL
  GROUP BY p.merchant_id, p.id HAVING p.refunded_amount <> coalesce(sum(r.amount), 0) OR coalesce(sum(r.amount), 0) > p.amount;
COMMENT ON VIEW integrity_across.refunds_are_within_their_payment IS 'The refunds of a payment give back at most what was captured';

CREATE VIEW integrity_across.refund_was_given_back AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject, 'no such refund at the bank: ' || f.gateway_ref AS detail FROM refund f
  WHERE f.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.refund b
    WHERE b.id = f.gateway_ref AND b.idempotency_key = f.gateway_key AND b.charge_id = f.charge_ref AND b.amount = f.amount AND b.currency = f.currency);
COMMENT ON VIEW integrity_across.refund_was_given_back IS 'Each succeeded refund was given back by the bank, once, of the same amount and currency';

CREATE VIEW integrity_across.bank_refund_was_asked_for AS
  SELECT f.merchant_id, 'bank_refund ' || b.id AS subject, 'our refund is ' || coalesce(f.status, 'missing') AS detail
  FROM gateway_simulator.refund b LEFT JOIN refund f ON f.gateway_key = b.idempotency_key
  WHERE b.idempotency_key NOT LIKE 'surplus:%' AND (f.id IS NULL OR f.status = 'failed');
COMMENT ON VIEW integrity_across.bank_refund_was_asked_for IS
  'Each refund at the bank is a refund of ours, or gives back what it charged in surplus';

CREATE VIEW integrity_across.refund_is_posted AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject, f.status || ', posted as ' || coalesce(t.kind, 'nothing') AS detail
  FROM refund f LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id, t.payment_id) = (f.merchant_id, f.transaction_id, f.payment_id)
  WHERE f.status = 'succeeded' AND (t.kind IS DISTINCT FROM 'refund' OR f.amount IS DISTINCT FROM (
    SELECT sum(e.amount) FROM entry e
    WHERE (e.merchant_id, e.transaction_id, e.currency) = (f.merchant_id, f.transaction_id, f.currency) AND e.amount > 0))
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a posting of no refund' FROM ledger_transaction t
  WHERE t.kind = 'refund' AND NOT EXISTS (SELECT FROM refund f WHERE (f.merchant_id, f.transaction_id) = (t.merchant_id, t.id) AND f.status = 'succeeded');
COMMENT ON VIEW integrity_across.refund_is_posted IS 'Each succeeded refund is posted once, of its amount, and no other posting is called a refund';

CREATE VIEW integrity_across.answer_agrees_with_refund AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject,
    'refund ' || f.status || ', record ' || coalesce(r.state || ' ' || coalesce(r.problem, 'ok'), 'missing') AS detail
  FROM refund f LEFT JOIN idempotency_record r ON r.merchant_id = f.merchant_id AND r.id = f.record_id AND r.subject_id = f.id
  WHERE r.state IS DISTINCT FROM 'tombstone' AND CASE f.status
    WHEN 'succeeded' THEN (r.state = 'completed' AND r.problem IS NULL) IS NOT TRUE
    WHEN 'failed' THEN (r.state = 'completed' AND r.problem = 'refund-declined') IS NOT TRUE
    ELSE (r.state IN ('sending', 'unknown')) IS NOT TRUE END;
COMMENT ON VIEW integrity_across.answer_agrees_with_refund IS 'Each refund was begun under one key, whose stored answer says what became of it';

-- The new columns and the new table hold words, too.
CREATE OR REPLACE VIEW integrity_across.no_card_number AS
  SELECT written.merchant_id, written.subject, 'holds a card number' AS detail
  FROM (
    SELECT merchant_id, 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, answer) AS content FROM idempotency_record
    UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email, metadata) FROM orders
    UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item
    UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label, description, metadata) FROM payment
    UNION ALL SELECT merchant_id, 'refund ' || id, reason FROM refund
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
  ) AS written
  WHERE integrity_across.holds_card_number(written.content);
