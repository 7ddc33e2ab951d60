-- A stray charge whose order and payment are both lost has an end: two admins decide, and the bank is asked to give it back.
-- Wider laws and a new table: a server of the version before works on. It does not show such a proposal: its list of open ones fails until
-- the proposal is decided.
-- squawk-ignore ban-drop-not-null
ALTER TABLE resolution ALTER COLUMN payment_id DROP NOT NULL;
ALTER TABLE resolution
  -- Every row that is there has a payment, so there is nothing to look for.
  ADD CONSTRAINT resolution_has_its_payment CHECK (payment_id IS NOT NULL OR (kind, ending) = ('stray', 'return')) NOT VALID;

-- Stray charges that are given back with no payment: asked of the bank by the reconciler, until it answers.
CREATE TABLE stray_return (
  merchant_id uuid NOT NULL,
  -- The decision of two admins.
  resolution_id uuid NOT NULL,
  gateway_ref text NOT NULL,
  amount bigint NOT NULL CONSTRAINT stray_return_amount CHECK (amount > 0),
  currency char(3) NOT NULL CONSTRAINT stray_return_currency CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL DEFAULT 'asked' CONSTRAINT stray_return_status CHECK (status IN ('asked', 'returned', 'refused')),
  tries integer NOT NULL DEFAULT 0 CONSTRAINT stray_return_tries CHECK (tries >= 0),
  next_try_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Why the bank refused, or why it is asked again.
  reason text,
  decided_at timestamptz(6) NOT NULL DEFAULT now(),
  settled_at timestamptz(6),
  CONSTRAINT stray_return_pkey PRIMARY KEY (merchant_id, resolution_id),
  CONSTRAINT stray_return_settled CHECK ((status = 'asked') = (settled_at IS NULL)),
  CONSTRAINT stray_return_merchant_id_resolution_id_fkey FOREIGN KEY (merchant_id, resolution_id)
    REFERENCES resolution (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- What was refused may be decided anew; what was given back is over.
CREATE UNIQUE INDEX stray_return_once ON stray_return (gateway_ref) WHERE status <> 'refused';

CREATE FUNCTION stray_return_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the return of charge % is %: what was decided, and how it ended, may not change', OLD.gateway_ref, OLD.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER stray_return_move_is_legal BEFORE UPDATE ON stray_return FOR EACH ROW
  WHEN (OLD.status <> 'asked' OR (OLD.merchant_id, OLD.resolution_id, OLD.gateway_ref, OLD.amount, OLD.currency, OLD.decided_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.resolution_id, NEW.gateway_ref, NEW.amount, NEW.currency, NEW.decided_at))
  EXECUTE FUNCTION stray_return_move_is_legal();
-- The row is of the commit that confirms: nobody has the bank give money back without two admins.
CREATE FUNCTION stray_return_is_decided_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT FROM resolution r WHERE (r.merchant_id, r.id) = (NEW.merchant_id, NEW.resolution_id) AND r.kind = 'stray' AND r.ending = 'return'
      AND r.payment_id IS NULL AND r.subject = NEW.gateway_ref AND r.status = 'confirmed' AND r.decided_at = now())
  THEN
    RAISE EXCEPTION 'charge % is stray: two admins must decide that it is given back', NEW.gateway_ref USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER stray_return_is_decided_by_two AFTER INSERT ON stray_return DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION stray_return_is_decided_by_two();
CREATE TRIGGER stray_return_is_kept BEFORE DELETE OR TRUNCATE ON stray_return FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Written with the confirmation; moved by the reconciler as the bank answers.
GRANT SELECT, INSERT (merchant_id, resolution_id, gateway_ref, amount, currency), UPDATE (status, tries, next_try_at, reason, settled_at) ON stray_return TO payonce_app;
REVOKE EXECUTE ON FUNCTION stray_return_move_is_legal(), stray_return_is_decided_by_two() FROM PUBLIC;

-- As in 0065, and: without a payment, the bank was asked.
CREATE OR REPLACE FUNCTION resolution_came_true(of resolution) RETURNS boolean LANGUAGE sql STABLE AS $$
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
      OR of.payment_id IS NULL AND EXISTS (
        SELECT FROM stray_return t WHERE (t.merchant_id, t.resolution_id) = (of.merchant_id, of.id) AND t.gateway_ref = of.subject)
  END
$$;
