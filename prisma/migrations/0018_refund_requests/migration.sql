-- Refunds from the dashboard: what operators have given back, counted for their limits, and refunds that a second admin must approve.
-- New tables alone: a server of the version before neither reads nor writes them, and no table that is there changes.

-- A refund that one admin asks for and another admin approves. No money moves before the approval.
CREATE TABLE refund_request (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  payment_id uuid NOT NULL,
  amount bigint NOT NULL CONSTRAINT refund_request_amount CHECK (amount > 0),
  currency char(3) NOT NULL CONSTRAINT refund_request_currency CHECK (currency ~ '^[A-Z]{3}$'),
  reason text NOT NULL CONSTRAINT refund_request_reason CHECK (length(reason) BETWEEN 1 AND 200),
  status text NOT NULL DEFAULT 'open' CONSTRAINT refund_request_status CHECK (status IN ('open', 'approved', 'rejected', 'withdrawn')),
  -- Who asks, from where, and in which request; then the same of who decided.
  actor text NOT NULL CONSTRAINT refund_request_by_operator CHECK (actor ~ '^operator:.'),
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  -- 72 hours, as an invitation: over a weekend. An older request says little about the payment of today.
  expires_at timestamptz(6) NOT NULL DEFAULT now() + interval '72 hours',
  decided_actor text,
  decided_address text,
  decided_request_id text,
  decided_at timestamptz(6),
  CONSTRAINT refund_request_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT refund_request_is_decided CHECK ((status = 'open') = (decided_actor IS NULL) AND (status = 'open') = (decided_at IS NULL)),
  -- Four eyes: nobody decides what they asked for themselves, and nobody withdraws what another asked for.
  CONSTRAINT refund_request_four_eyes CHECK (status = 'open' OR (decided_actor = actor) = (status = 'withdrawn')),
  CONSTRAINT refund_request_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX refund_request_newest ON refund_request (merchant_id, payment_id, created_at DESC, id DESC);
CREATE INDEX refund_request_open ON refund_request (merchant_id, expires_at) WHERE status = 'open';

CREATE FUNCTION refund_request_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'open' THEN
    RAISE EXCEPTION 'refund request % is %: a decision may not change', OLD.id, OLD.status USING ERRCODE = 'check_violation';
  END IF;
  IF (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.amount, OLD.currency, OLD.reason, OLD.actor, OLD.address, OLD.request_id, OLD.created_at, OLD.expires_at)
    IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.amount, NEW.currency, NEW.reason, NEW.actor, NEW.address, NEW.request_id, NEW.created_at, NEW.expires_at)
  THEN
    RAISE EXCEPTION 'what refund request % asks for may not change', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.status = 'approved' AND OLD.expires_at <= now() THEN
    RAISE EXCEPTION 'refund request % has expired', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  -- Two admins of the merchant, now: one who was removed or has another role since then decides nothing, and asks for nothing.
  IF NEW.status = 'approved' AND 2 <> (
    SELECT count(*) FROM operator o
    WHERE o.merchant_id = NEW.merchant_id AND o.role = 'admin' AND 'operator:' || o.id IN (NEW.actor, NEW.decided_actor))
  THEN
    RAISE EXCEPTION 'refund request % is not of two admins', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER refund_request_move_is_legal BEFORE UPDATE ON refund_request FOR EACH ROW EXECUTE FUNCTION refund_request_move_is_legal();
CREATE FUNCTION refund_request_begins_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a refund request begins open' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER refund_request_begins_open BEFORE INSERT ON refund_request FOR EACH ROW WHEN (NEW.status <> 'open')
  EXECUTE FUNCTION refund_request_begins_open();
CREATE TRIGGER refund_request_is_kept BEFORE DELETE OR TRUNCATE ON refund_request FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Each refund that an operator has begun, beside its row in `refund`: what the limits of operators count.
CREATE TABLE operator_refund (
  merchant_id uuid NOT NULL,
  refund_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  actor text NOT NULL CONSTRAINT operator_refund_by_operator CHECK (actor ~ '^operator:.'),
  amount bigint NOT NULL CONSTRAINT operator_refund_amount CHECK (amount > 0),
  currency char(3) NOT NULL,
  -- The request that it was approved by; null: within the operator's own limits.
  refund_request_id uuid,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT operator_refund_pkey PRIMARY KEY (merchant_id, refund_id),
  CONSTRAINT operator_refund_merchant_id_refund_id_fkey FOREIGN KEY (merchant_id, refund_id)
    REFERENCES refund (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT operator_refund_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT operator_refund_merchant_id_refund_request_id_fkey FOREIGN KEY (merchant_id, refund_request_id)
    REFERENCES refund_request (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- One approval, one refund: also for an approval that some other way in would send again.
CREATE UNIQUE INDEX operator_refund_merchant_id_refund_request_id_key ON operator_refund (merchant_id, refund_request_id);
CREATE INDEX operator_refund_of_payment ON operator_refund (merchant_id, payment_id);
CREATE INDEX operator_refund_of_day ON operator_refund (merchant_id, actor, created_at);
CREATE TRIGGER operator_refund_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON operator_refund FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- At the end of the statement that wrote both: the count is of the refund itself, and an approved one is what was approved.
CREATE FUNCTION operator_refund_is_true() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM refund f WHERE (f.merchant_id, f.id) = (NEW.merchant_id, NEW.refund_id)
      AND (f.payment_id, f.amount, f.currency, f.actor) = (NEW.payment_id, NEW.amount, NEW.currency, NEW.actor))
  THEN
    RAISE EXCEPTION 'refund % is not as it is counted', NEW.refund_id USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.refund_request_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM refund_request r WHERE (r.merchant_id, r.id) = (NEW.merchant_id, NEW.refund_request_id) AND r.status = 'approved'
      AND (r.payment_id, r.amount, r.currency, r.decided_actor) = (NEW.payment_id, NEW.amount, NEW.currency, NEW.actor))
  THEN
    RAISE EXCEPTION 'refund % is not what was approved', NEW.refund_id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER operator_refund_is_true AFTER INSERT ON operator_refund FOR EACH ROW EXECUTE FUNCTION operator_refund_is_true();

-- An approval without its refund is none: both are of one commit.
CREATE FUNCTION approval_has_its_refund() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM operator_refund o WHERE (o.merchant_id, o.refund_request_id) = (NEW.merchant_id, NEW.id)) THEN
    RAISE EXCEPTION 'refund request % is approved without its refund', NEW.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER approval_has_its_refund AFTER UPDATE ON refund_request DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'approved') EXECUTE FUNCTION approval_has_its_refund();

-- True where a further refund of `wanted` keeps within both limits, in minor units: what all operators have given back of this payment, and
-- what this operator has given back within 24 hours without an approval, in this currency. A refund that the bank refused does not count.
-- The caller has locked the payment; the lock here puts the refunds of one operator, of several payments, one after the other. VOLATILE: its
-- queries see what was committed while it waited.
CREATE FUNCTION operator_may_refund(whose uuid, of_payment uuid, by_actor text, in_currency text, wanted bigint, payment_max bigint, day_max bigint)
  RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('refunds of ' || by_actor, 0));
  RETURN wanted + coalesce((
      SELECT sum(o.amount) FROM operator_refund o JOIN refund f ON (f.merchant_id, f.id) = (o.merchant_id, o.refund_id)
      WHERE o.merchant_id = whose AND o.payment_id = of_payment AND f.status <> 'failed'), 0) <= payment_max
    AND wanted + coalesce((
      SELECT sum(o.amount) FROM operator_refund o JOIN refund f ON (f.merchant_id, f.id) = (o.merchant_id, o.refund_id)
      WHERE o.merchant_id = whose AND o.actor = by_actor AND o.currency = in_currency AND o.refund_request_id IS NULL
        AND o.created_at > now() - interval '24 hours' AND f.status <> 'failed'), 0) <= day_max;
END $$;

-- The product asks, and marks how a request ended. What it asks for, by whom and until when is never its choice after that.
GRANT SELECT, INSERT (merchant_id, id, payment_id, amount, currency, reason, actor, address, request_id) ON refund_request TO payonce_app;
GRANT UPDATE (status, decided_actor, decided_address, decided_request_id, decided_at) ON refund_request TO payonce_app;
-- A refund is counted with its beginning, and the count never changes. When is the database's word: a limit of a day depends on it.
GRANT SELECT, INSERT (merchant_id, refund_id, payment_id, actor, amount, currency, refund_request_id) ON operator_refund TO payonce_app;
-- Asked by the statement that begins an operator's refund.
REVOKE EXECUTE ON FUNCTION operator_may_refund(uuid, uuid, text, text, bigint, bigint, bigint),
  refund_request_move_is_legal(), refund_request_begins_open(), operator_refund_is_true(), approval_has_its_refund() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION operator_may_refund(uuid, uuid, text, text, bigint, bigint, bigint) TO payonce_app;

-- What must be true of it, as 0006_integrity says it. -----------------------------------------------------------------------------
CREATE VIEW integrity_across.refund_request_is_decided_by_another AS
  SELECT r.merchant_id, 'refund_request ' || r.id AS subject,
    r.status || ' by ' || coalesce(r.decided_actor, 'nobody') || ', made by ' || r.actor || ', refunded ' || coalesce(f.amount::text, 'nothing') AS detail
  FROM refund_request r
  LEFT JOIN operator_refund o ON (o.merchant_id, o.refund_request_id) = (r.merchant_id, r.id)
  LEFT JOIN refund f ON (f.merchant_id, f.id) = (o.merchant_id, o.refund_id)
  WHERE CASE WHEN r.status = 'approved' THEN
    r.decided_actor IS NOT DISTINCT FROM r.actor
      OR (f.payment_id, f.amount, f.currency, f.actor) IS DISTINCT FROM (r.payment_id, r.amount, r.currency, r.decided_actor)
    ELSE f.id IS NOT NULL END;
COMMENT ON VIEW integrity_across.refund_request_is_decided_by_another IS
  'Each approved refund request has one refund of its amount, approved by another than asked for it, and no other request has a refund';

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
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
  ) AS written
  WHERE integrity_across.holds_card_number(written.content);
