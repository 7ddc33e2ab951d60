-- What is parked can be ended by two admins: one proposes an end of what was shown to them, another confirms it.
-- A new table and wider laws: a server of the version before works on. It neither proposes nor confirms.

CREATE TABLE resolution (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  -- What is ended: a payment or a refund by its id, a charge by the bank's own reference.
  kind text NOT NULL,
  subject text NOT NULL,
  -- The payment that it concerns.
  payment_id uuid NOT NULL,
  ending text NOT NULL,
  -- The charge, or the refund, that the bank's statement shows.
  bank_ref text CONSTRAINT resolution_bank_ref CHECK (length(bank_ref) BETWEEN 1 AND 255),
  -- JSON: what was known when the end was proposed. Confirmed only while it is still so.
  facts text NOT NULL CONSTRAINT resolution_facts CHECK (length(facts) <= 20000),
  evidence text NOT NULL CONSTRAINT resolution_evidence CHECK (length(evidence) BETWEEN 1 AND 500),
  status text NOT NULL DEFAULT 'open' CONSTRAINT resolution_status CHECK (status IN ('open', 'confirmed', 'rejected', 'withdrawn')),
  -- Who proposes, from where, and in which request; then the same of who decided.
  actor text NOT NULL CONSTRAINT resolution_by_operator CHECK (actor ~ '^operator:.'),
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  expires_at timestamptz(6) NOT NULL DEFAULT now() + interval '72 hours',
  decided_actor text,
  decided_address text,
  decided_request_id text,
  decided_at timestamptz(6),
  -- The posting of a charge that is kept.
  transaction_id uuid,
  CONSTRAINT resolution_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT resolution_ending CHECK ((kind, ending) IN (
    ('payment', 'charged'), ('payment', 'not-charged'), ('payment', 'return'), ('refund', 'refunded'), ('refund', 'not-refunded'),
    ('surplus', 'return'), ('surplus', 'returned'), ('surplus', 'keep'), ('stray', 'return'))),
  CONSTRAINT resolution_names_what_it_says CHECK ((bank_ref IS NOT NULL) = (ending IN ('charged', 'refunded'))),
  CONSTRAINT resolution_is_decided CHECK ((status = 'open') = (decided_actor IS NULL) AND (status = 'open') = (decided_at IS NULL)),
  CONSTRAINT resolution_four_eyes CHECK (status = 'open' OR (decided_actor = actor) = (status = 'withdrawn')),
  CONSTRAINT resolution_is_posted CHECK ((transaction_id IS NOT NULL) = (status = 'confirmed' AND ending = 'keep')),
  CONSTRAINT resolution_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT resolution_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX resolution_of_payment ON resolution (merchant_id, payment_id, created_at DESC);
CREATE INDEX resolution_of_subject ON resolution (merchant_id, kind, subject);
CREATE INDEX resolution_open ON resolution (merchant_id, expires_at) WHERE status = 'open';
CREATE UNIQUE INDEX resolution_merchant_id_transaction_id_key ON resolution (merchant_id, transaction_id);

CREATE FUNCTION resolution_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'open' THEN
    RAISE EXCEPTION 'resolution % is %: a decision may not change', OLD.id, OLD.status USING ERRCODE = 'check_violation';
  END IF;
  IF (OLD.merchant_id, OLD.id, OLD.kind, OLD.subject, OLD.payment_id, OLD.ending, OLD.bank_ref, OLD.facts, OLD.evidence, OLD.actor, OLD.address, OLD.request_id, OLD.created_at, OLD.expires_at)
    IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.kind, NEW.subject, NEW.payment_id, NEW.ending, NEW.bank_ref, NEW.facts, NEW.evidence, NEW.actor, NEW.address, NEW.request_id, NEW.created_at, NEW.expires_at)
  THEN
    RAISE EXCEPTION 'what resolution % proposes may not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = 'confirmed' THEN
    IF OLD.expires_at <= now() THEN
      RAISE EXCEPTION 'resolution % has expired', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    -- Two admins of the merchant, now; the second has been one for 24 hours (0034).
    IF 2 <> (
      SELECT count(*) FROM operator o
      WHERE o.merchant_id = NEW.merchant_id AND o.role = 'admin' AND 'operator:' || o.id IN (NEW.actor, NEW.decided_actor))
    THEN
      RAISE EXCEPTION 'resolution % is not of two admins', OLD.id USING ERRCODE = 'check_violation';
    END IF;
    IF NOT may_approve_refunds(NEW.merchant_id, NEW.decided_actor) THEN
      RAISE EXCEPTION 'resolution % is confirmed by somebody who has not been an admin for 24 hours', NEW.id USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER resolution_move_is_legal BEFORE UPDATE ON resolution FOR EACH ROW EXECUTE FUNCTION resolution_move_is_legal();
CREATE FUNCTION resolution_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a resolution begins open' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER resolution_begins_open BEFORE INSERT ON resolution FOR EACH ROW WHEN (NEW.status <> 'open')
  EXECUTE FUNCTION resolution_begins_open();
CREATE TRIGGER resolution_is_kept BEFORE DELETE OR TRUNCATE ON resolution FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Whether what a confirmed resolution says has happened.
CREATE FUNCTION resolution_came_true(of resolution) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT CASE of.kind
    WHEN 'payment' THEN EXISTS (
      SELECT FROM payment p WHERE p.merchant_id = of.merchant_id AND p.id::text = of.subject AND p.id = of.payment_id
        AND CASE of.ending WHEN 'charged' THEN p.status = 'succeeded' AND p.gateway_ref = of.bank_ref ELSE p.status = 'not_charged' END)
    WHEN 'refund' THEN EXISTS (
      SELECT FROM refund f WHERE f.merchant_id = of.merchant_id AND f.id::text = of.subject AND f.payment_id = of.payment_id
        AND CASE of.ending WHEN 'refunded' THEN f.status = 'succeeded' AND f.gateway_ref = of.bank_ref ELSE f.status = 'failed' END)
    ELSE EXISTS (
      SELECT FROM surplus_charge s WHERE s.merchant_id = of.merchant_id AND s.gateway_ref = of.subject AND s.payment_id = of.payment_id
        AND CASE of.ending WHEN 'keep' THEN s.status = 'kept' WHEN 'returned' THEN s.status = 'refunded' ELSE true END)
  END
$$;

-- A confirmation without its end is none: both are of one commit.
CREATE FUNCTION resolution_has_its_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT resolution_came_true(NEW) THEN
    RAISE EXCEPTION 'resolution % is confirmed without its end', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER resolution_has_its_end AFTER UPDATE ON resolution DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'confirmed') EXECUTE FUNCTION resolution_has_its_end();

-- A parked charge may move again, by two admins alone: back to `found`, so that the bank is asked to give it back, or to an end. ----------
ALTER TABLE surplus_charge
  DROP CONSTRAINT surplus_charge_status,
  ADD CONSTRAINT surplus_charge_status CHECK (status IN ('found', 'refunded', 'parked', 'kept')) NOT VALID;
DROP TRIGGER surplus_charge_move_is_legal ON surplus_charge;
CREATE TRIGGER surplus_charge_move_is_legal BEFORE UPDATE ON surplus_charge FOR EACH ROW
  WHEN (OLD.status NOT IN ('found', 'parked') OR OLD.status = 'parked' AND NEW.status = 'parked' OR OLD.status = 'found' AND NEW.status = 'kept'
    OR (OLD.merchant_id, OLD.gateway_ref, OLD.payment_id, OLD.transaction_id, OLD.amount, OLD.currency, OLD.found_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.gateway_ref, NEW.payment_id, NEW.transaction_id, NEW.amount, NEW.currency, NEW.found_at))
  EXECUTE FUNCTION surplus_charge_move_is_legal();
-- At the end of the commit, which confirms the resolution too: now() is the beginning of a transaction, so an older decision is no leave.
CREATE FUNCTION surplus_charge_was_ended_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM resolution r WHERE r.merchant_id = NEW.merchant_id AND r.kind = 'surplus' AND r.subject = NEW.gateway_ref AND r.status = 'confirmed'
      AND r.decided_at = now() AND NEW.status = CASE r.ending WHEN 'return' THEN 'found' WHEN 'returned' THEN 'refunded' ELSE 'kept' END)
  THEN
    RAISE EXCEPTION 'surplus charge % is parked: two admins must end it', OLD.gateway_ref USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER surplus_charge_was_ended_by_two AFTER UPDATE ON surplus_charge DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (OLD.status = 'parked') EXECUTE FUNCTION surplus_charge_was_ended_by_two();

GRANT SELECT, INSERT (merchant_id, id, kind, subject, payment_id, ending, bank_ref, facts, evidence, actor, address, request_id) ON resolution TO payonce_app;
GRANT UPDATE (status, decided_actor, decided_address, decided_request_id, decided_at, transaction_id) ON resolution TO payonce_app;
REVOKE EXECUTE ON FUNCTION resolution_move_is_legal(), resolution_begins_open(), resolution_came_true(resolution), resolution_has_its_end(),
  surplus_charge_was_ended_by_two() FROM PUBLIC;
-- Asked by the trigger at the end of the commit.
GRANT EXECUTE ON FUNCTION resolution_came_true(resolution) TO payonce_app;

-- What must be true of it. ----------------------------------------------------------------------------------------------------------
CREATE VIEW integrity_across.resolution_came_true AS
  SELECT r.merchant_id, 'resolution ' || r.id AS subject,
    r.kind || ' ' || r.subject || ' ' || r.ending || ', ' || r.status || ' by ' || coalesce(r.decided_actor, 'nobody') || ', proposed by ' || r.actor AS detail
  FROM resolution r WHERE r.status = 'confirmed' AND (r.decided_actor IS NOT DISTINCT FROM r.actor OR NOT resolution_came_true(r));
COMMENT ON VIEW integrity_across.resolution_came_true IS
  'Each end that was declared is as two admins declared it: payment, refund and charge agree';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('resolution-came-true', 'a decision may be about a payment of months ago'),
  ('declared-charge-is-at-the-bank', 'a charge that was matched by hand has a key that no payment leads to');

-- A statement may be misread: what two admins called charged is looked for by its reference, whatever key it has.
CREATE VIEW integrity_across.declared_charge_is_at_the_bank AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'declared as charged, no such charge: ' || r.bank_ref AS detail
  FROM resolution r JOIN payment p ON (p.merchant_id, p.id) = (r.merchant_id, r.payment_id)
  WHERE r.kind = 'payment' AND r.ending = 'charged' AND r.status = 'confirmed' AND p.gateway_account IS NULL
    AND NOT EXISTS (SELECT FROM stripe_intent i WHERE i.gateway_key = p.gateway_key)
    AND NOT EXISTS (SELECT FROM gateway_simulator.charge c WHERE c.id = r.bank_ref AND c.amount = p.amount AND c.currency = p.currency);
COMMENT ON VIEW integrity_across.declared_charge_is_at_the_bank IS
  'Each payment that two admins declared as charged has that charge at the bank, of the same amount and currency';

-- What two admins decided is no surprise: a charge that is kept, and one that was matched to a payment by its reference. -----------------
CREATE OR REPLACE VIEW integrity_across.one_charge_per_key AS
  SELECT min(p.merchant_id::text)::uuid AS merchant_id, coalesce('payment ' || min(p.id::text), 'gateway_key ' || c.idempotency_key) AS subject,
    count(*) || ' charges' AS detail
  FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
  WHERE c.refunded_amount < c.amount
    AND NOT EXISTS (SELECT FROM resolution r WHERE r.kind = 'surplus' AND r.ending = 'keep' AND r.status = 'confirmed' AND r.subject = c.id)
  GROUP BY c.idempotency_key HAVING count(*) > 1;
COMMENT ON VIEW integrity_across.one_charge_per_key IS
  'The bank charged each of our keys at most once, not counting what it has refunded and what two admins decided to keep';
CREATE OR REPLACE VIEW integrity_across.charge_has_its_payment AS
  SELECT p.merchant_id, 'charge ' || c.id AS subject, 'the payment is ' || coalesce(p.status, 'missing') AS detail
  FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
  WHERE c.refunded_amount < c.amount
    AND (p.id IS NULL OR p.status IN ('declined', 'not_charged') OR (p.status = 'succeeded' AND p.gateway_ref <> c.id))
    AND NOT EXISTS (SELECT FROM resolution r WHERE r.kind = 'surplus' AND r.ending = 'keep' AND r.status = 'confirmed' AND r.subject = c.id)
    AND NOT EXISTS (SELECT FROM resolution r WHERE r.kind = 'payment' AND r.ending = 'charged' AND r.status = 'confirmed' AND r.bank_ref = c.id);
COMMENT ON VIEW integrity_across.charge_has_its_payment IS
  'Each charge at the bank is a payment of ours that succeeded, one whose outcome we are still asking for, or one that two admins have decided about';
CREATE OR REPLACE VIEW integrity_across.payment_has_its_charge AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
  WHERE p.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.charge c
    WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM stripe_intent i
    WHERE i.gateway_key = p.gateway_key AND i.intent_id IS NOT NULL AND i.decline_code IS NULL AND i.amount = p.amount AND i.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM resolution r
    WHERE r.merchant_id = p.merchant_id AND r.kind = 'payment' AND r.subject = p.id::text AND r.ending = 'charged' AND r.status = 'confirmed');
COMMENT ON VIEW integrity_across.payment_has_its_charge IS
  'Each succeeded payment has its charge at the bank, of the same amount and currency; what two admins declared is looked for by its reference';

-- A posting stands for one movement, for one loss, or for a charge that is kept.
CREATE OR REPLACE VIEW integrity_across.bank_movement_is_posted_once AS
  SELECT merchant_id, 'ledger_transaction ' || transaction_id AS subject, count(*) || ' movements' AS detail
  FROM (
    SELECT merchant_id, transaction_id FROM bank_movement WHERE transaction_id IS NOT NULL
    UNION ALL SELECT merchant_id, fee_transaction_id FROM bank_movement WHERE fee_transaction_id IS NOT NULL
    UNION ALL SELECT merchant_id, transaction_id FROM dispute_loss
    UNION ALL SELECT merchant_id, transaction_id FROM resolution WHERE transaction_id IS NOT NULL) used
  GROUP BY merchant_id, transaction_id HAVING count(*) > 1
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a posting of no movement' FROM ledger_transaction t
  WHERE t.kind = 'movement' AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM bank_movement m WHERE (m.merchant_id, m.fee_transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM dispute_loss l WHERE (l.merchant_id, l.transaction_id) = (t.merchant_id, t.id))
    AND NOT EXISTS (SELECT FROM resolution r WHERE (r.merchant_id, r.transaction_id) = (t.merchant_id, t.id));

-- The new table holds words, too.
CREATE OR REPLACE VIEW integrity_across.no_card_number AS
  SELECT written.merchant_id, written.subject, 'holds a card number' AS detail
  FROM (
    SELECT merchant_id, 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, answer) AS content FROM idempotency_record
    UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email, metadata) FROM orders
    UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item
    UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label, description, metadata) FROM payment
    UNION ALL SELECT merchant_id, 'refund ' || id, reason FROM refund
    UNION ALL SELECT merchant_id, 'refund_request ' || id, reason FROM refund_request
    UNION ALL SELECT merchant_id, 'resolution ' || id, concat_ws(' ', bank_ref, evidence) FROM resolution
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
  ) AS written
  WHERE integrity_across.holds_card_number(written.content);
