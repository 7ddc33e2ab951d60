-- Payments that are authorised first and captured later. New states, tables and columns: a server of the version before works on, and cannot begin
-- such a payment. A page of it that lists one is refused, since it does not know the states.

-- States --------------------------------------------------------------------------------------------------------------------
-- `authorised`: the bank has reserved the amount, and no money has moved. `voided`: it was released, and never will. More states than before, so
-- no row has to be looked at.
ALTER TABLE payment DROP CONSTRAINT payment_status;
ALTER TABLE payment ADD CONSTRAINT payment_status
  CHECK (status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded', 'declined', 'not_charged', 'voided')) NOT VALID;
-- Null: the bank charges at once.
ALTER TABLE payment ADD COLUMN capture_mode text CONSTRAINT payment_capture_mode CHECK (capture_mode = 'manual');

CREATE OR REPLACE TRIGGER payment_move_is_legal AFTER UPDATE OF status ON payment FOR EACH ROW
  WHEN (OLD.status IS DISTINCT FROM NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('sending', 'unknown'), ('sending', 'requires_action'), ('sending', 'authorised'), ('sending', 'succeeded'), ('sending', 'declined'), ('sending', 'not_charged'),
    ('unknown', 'sending'), ('unknown', 'requires_action'), ('unknown', 'authorised'), ('unknown', 'succeeded'), ('unknown', 'declined'), ('unknown', 'not_charged'),
    ('requires_action', 'unknown'), ('requires_action', 'authorised'), ('requires_action', 'succeeded'), ('requires_action', 'declined'), ('requires_action', 'not_charged'),
    ('authorised', 'succeeded'), ('authorised', 'voided')))
  EXECUTE FUNCTION payment_move_is_legal();
-- Only a payment that was begun to be captured later is authorised.
CREATE FUNCTION authorised_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'payment % is charged at once: it is never authorised', NEW.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER payment_is_authorised_by_hand AFTER UPDATE OF status ON payment FOR EACH ROW
  WHEN (NEW.status = 'authorised' AND NEW.capture_mode IS NULL) EXECUTE FUNCTION authorised_by_hand();

CREATE OR REPLACE TRIGGER payment_facts_are_fixed AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.order_id, OLD.record_id, OLD.amount, OLD.currency, OLD.method, OLD.gateway_key, OLD.receipt_token, OLD.description, OLD.metadata, OLD.asked_since, OLD.capture_mode)
    IS DISTINCT FROM (NEW.order_id, NEW.record_id, NEW.amount, NEW.currency, NEW.method, NEW.gateway_key, NEW.receipt_token, NEW.description, NEW.metadata, NEW.asked_since, NEW.capture_mode))
  EXECUTE FUNCTION payment_facts_are_fixed();

-- The order guard: an authorised payment holds its order as a succeeded one does. As in 0102, with one state more. --------------
CREATE OR REPLACE FUNCTION one_live_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a payment is begun in READ COMMITTED: % hides the other payments of its order', current_setting('transaction_isolation')
      USING ERRCODE = 'feature_not_supported';
  END IF;
  -- The foreign key's own lock is a part of this one. Nobody waits for it: whoever has it begins a payment now, ends one, or changes the order. In a
  -- queue the last would look after the payment of the first has been declined, with the count of declines that it made before.
  SELECT o.status, o.version, o.amount, o.currency, o.expires_at INTO held FROM public.orders o
    WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM public.orders o WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id) THEN RETURN NULL; END IF;
  ELSIF held.status IN ('cancelled', 'expired') OR held.expires_at <= now()
    OR (held.amount, held.currency, held.version) <> (NEW.amount, NEW.currency, coalesce(NEW.order_version, held.version)) THEN
    RETURN NULL;
  END IF;
  RETURN CASE WHEN NOT EXISTS (
    SELECT FROM public.payment p WHERE p.merchant_id = NEW.merchant_id AND p.order_id = NEW.order_id
      AND p.status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded')) THEN NEW END;
END $$;
CREATE OR REPLACE TRIGGER payment_one_live_per_order BEFORE INSERT ON payment FOR EACH ROW
  WHEN (NEW.status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded')) EXECUTE FUNCTION one_live_payment();

CREATE OR REPLACE FUNCTION order_is_free(of_merchant uuid, of_order uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM public.payment p WHERE p.merchant_id = of_merchant AND p.order_id = of_order
    AND p.status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded'));
END $$;

-- Authorisations ------------------------------------------------------------------------------------------------------------
-- What the bank has reserved: the whole amount of the payment. Written in the commit in which the payment becomes authorised.
CREATE TABLE authorisation (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  -- The bank's reference; its charge has the same one.
  gateway_ref text NOT NULL,
  -- From then on the bank releases it by itself.
  capture_before timestamptz(6) NOT NULL,
  -- When its payment was captured or voided; null: it is open. Only the trigger below writes it.
  ended_at timestamptz(6),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT authorisation_pkey PRIMARY KEY (merchant_id, payment_id),
  CONSTRAINT authorisation_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX authorisation_gateway_ref_key ON authorisation (gateway_ref);
-- For the worker that releases those whose time has passed.
CREATE INDEX authorisation_open ON authorisation (capture_before) WHERE ended_at IS NULL;

CREATE FUNCTION authorisation_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the authorisation of payment % may not change', OLD.payment_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER authorisation_is_fixed AFTER UPDATE ON authorisation FOR EACH ROW
  WHEN (OLD.ended_at IS NOT NULL OR (OLD.merchant_id, OLD.payment_id, OLD.gateway_ref, OLD.capture_before, OLD.created_at)
    IS DISTINCT FROM (NEW.merchant_id, NEW.payment_id, NEW.gateway_ref, NEW.capture_before, NEW.created_at))
  EXECUTE FUNCTION authorisation_is_fixed();
CREATE TRIGGER authorisation_is_kept BEFORE DELETE OR TRUNCATE ON authorisation FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION authorisation_ends() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  UPDATE public.authorisation SET ended_at = now() WHERE merchant_id = NEW.merchant_id AND payment_id = NEW.id AND ended_at IS NULL;
  RETURN NULL;
END $$;
CREATE TRIGGER authorisation_ends AFTER UPDATE OF status ON payment FOR EACH ROW
  WHEN (OLD.status = 'authorised' AND NEW.status <> 'authorised') EXECUTE FUNCTION authorisation_ends();

-- The one capture or void of a payment: a second cannot begin while the first is under way, nor after it. `id` is the subject of its record.
CREATE TABLE authorisation_end (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  payment_id uuid NOT NULL,
  record_id text NOT NULL,
  -- What was asked for. `expiry`: a void by the worker.
  kind text NOT NULL CONSTRAINT authorisation_end_kind CHECK (kind IN ('capture', 'void', 'expiry')),
  -- What the bank has done in the end, whatever was asked for.
  status text NOT NULL DEFAULT 'sending' CONSTRAINT authorisation_end_status CHECK (status IN ('sending', 'unknown', 'captured', 'released')),
  actor text,
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT authorisation_end_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT authorisation_end_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES authorisation (merchant_id, payment_id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX authorisation_end_one ON authorisation_end (merchant_id, payment_id);

CREATE FUNCTION authorisation_end_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'authorisation end % may not move from % to %, nor be another', OLD.id, OLD.status, NEW.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER authorisation_end_is_fixed AFTER UPDATE ON authorisation_end FOR EACH ROW
  WHEN (OLD.status IN ('captured', 'released') OR NEW.status = 'sending' AND OLD.status <> 'sending'
    OR (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.record_id, OLD.kind, OLD.created_at, OLD.actor, OLD.address, OLD.request_id)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.record_id, NEW.kind, NEW.created_at, NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION authorisation_end_is_fixed();
CREATE TRIGGER authorisation_end_is_kept BEFORE DELETE OR TRUNCATE ON authorisation_end FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Rights --------------------------------------------------------------------------------------------------------------------
GRANT INSERT (capture_mode) ON payment TO payonce_app;
GRANT SELECT, INSERT (merchant_id, payment_id, gateway_ref, capture_before) ON authorisation TO payonce_app;
GRANT SELECT, INSERT (merchant_id, id, payment_id, record_id, kind, actor, address, request_id), UPDATE (status, updated_at) ON authorisation_end TO payonce_app;
-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION authorised_by_hand(), authorisation_is_fixed(), authorisation_ends(), authorisation_end_is_fixed() FROM PUBLIC;

-- The simulated bank --------------------------------------------------------------------------------------------------------
-- `released`: an authorisation that was released, or whose time has passed. Its reference becomes that of the charge.
ALTER TABLE gateway_simulator.request DROP CONSTRAINT request_status_check;
ALTER TABLE gateway_simulator.request ADD CONSTRAINT request_status_check
  CHECK (status IN ('approved', 'declined', 'challenge', 'cancelled', 'authorised', 'released')) NOT VALID;
ALTER TABLE gateway_simulator.request ADD COLUMN capture_mode text, ADD COLUMN authorisation_id text, ADD COLUMN capture_before timestamptz;
GRANT INSERT (capture_mode, authorisation_id, capture_before), UPDATE (authorisation_id, capture_before) ON gateway_simulator.request TO payonce_bank;
