-- What the bank charged beyond what we asked for: found by the reconciler, posted, refunded.

-- A new kind of posting. It belongs to a payment, as a capture does; any number of them may. ---------------------------
-- NOT VALID, and never validated: every row that is there kept the narrower laws which these replace, so there is nothing to look for.
ALTER TABLE ledger_transaction
  DROP CONSTRAINT ledger_transaction_kind,
  DROP CONSTRAINT ledger_transaction_of_a_payment,
  ADD CONSTRAINT ledger_transaction_kind CHECK (kind IN ('capture', 'reversal', 'surplus')) NOT VALID,
  ADD CONSTRAINT ledger_transaction_of_a_payment CHECK ((kind IN ('capture', 'surplus')) = (payment_id IS NOT NULL)) NOT VALID;

CREATE TABLE surplus_charge (
  merchant_id uuid NOT NULL,
  gateway_ref text NOT NULL,
  payment_id uuid NOT NULL,
  transaction_id uuid NOT NULL,
  amount bigint NOT NULL CONSTRAINT surplus_charge_amount CHECK (amount > 0),
  currency char(3) NOT NULL CONSTRAINT surplus_charge_currency CHECK (currency ~ '^[A-Z]{3}$'),
  status text NOT NULL DEFAULT 'found' CONSTRAINT surplus_charge_status CHECK (status IN ('found', 'refunded', 'parked')),
  tries integer NOT NULL DEFAULT 0 CONSTRAINT surplus_charge_tries CHECK (tries >= 0),
  next_try_at timestamptz(6) NOT NULL DEFAULT now(),
  reason text,
  found_at timestamptz(6) NOT NULL DEFAULT now(),
  settled_at timestamptz(6),
  CONSTRAINT surplus_charge_pkey PRIMARY KEY (merchant_id, gateway_ref),
  CONSTRAINT surplus_charge_settled CHECK ((status = 'found') = (settled_at IS NULL)),
  CONSTRAINT surplus_charge_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT surplus_charge_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- A charge is posted once, whoever's it is taken for; a posting is of one charge.
CREATE UNIQUE INDEX surplus_charge_gateway_ref_key ON surplus_charge (gateway_ref);
CREATE UNIQUE INDEX surplus_charge_merchant_id_transaction_id_key ON surplus_charge (merchant_id, transaction_id);
CREATE INDEX surplus_charge_merchant_id_payment_id_idx ON surplus_charge (merchant_id, payment_id);
CREATE INDEX surplus_charge_unsettled ON surplus_charge (next_try_at) WHERE status = 'found';

-- What was found is a fact; only what became of it may move, and only away from `found`.
CREATE FUNCTION surplus_charge_move_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'surplus charge % is %: what was found, and how it ended, may not change', OLD.gateway_ref, OLD.status USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER surplus_charge_move_is_legal BEFORE UPDATE ON surplus_charge FOR EACH ROW
  WHEN (OLD.status <> 'found'
    OR (OLD.merchant_id, OLD.gateway_ref, OLD.payment_id, OLD.transaction_id, OLD.amount, OLD.currency, OLD.found_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.gateway_ref, NEW.payment_id, NEW.transaction_id, NEW.amount, NEW.currency, NEW.found_at))
  EXECUTE FUNCTION surplus_charge_move_is_legal();

-- Charges whose meaning is not known yet. It belongs to no merchant: of a stray charge nobody knows whose it is.
CREATE TABLE open_charge (
  gateway_ref text NOT NULL,
  gateway_key text NOT NULL,
  amount bigint NOT NULL,
  refunded bigint NOT NULL,
  currency text NOT NULL,
  charged_at timestamptz(6) NOT NULL,
  status text NOT NULL CONSTRAINT open_charge_status CHECK (status IN ('in-doubt', 'stray')),
  noticed_at timestamptz(6) NOT NULL DEFAULT now(),
  looked_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT open_charge_pkey PRIMARY KEY (gateway_ref)
);

-- How far the list of a gateway's charges was read: everything up to `after` in the walk that began at `since`.
CREATE TABLE reconciliation (
  gateway text NOT NULL,
  since timestamptz(6) NOT NULL,
  after text,
  last_charge_at timestamptz(6) NOT NULL,
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT reconciliation_pkey PRIMARY KEY (gateway)
);

GRANT SELECT, INSERT, UPDATE ON surplus_charge, reconciliation TO payonce_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON open_charge TO payonce_app;

-- The simulated bank learns to withdraw a request that has not come yet. The wider law needs no look at the rows that kept the narrower.
ALTER TABLE gateway_simulator.request
  DROP CONSTRAINT request_status_check,
  ADD CONSTRAINT request_status_check CHECK (status IN ('approved', 'declined', 'challenge', 'cancelled')) NOT VALID;

-- The simulated bank learns to refund and to list. ------------------------------------------------------------------
CREATE TABLE gateway_simulator.refund (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL UNIQUE,
  charge_id text NOT NULL REFERENCES gateway_simulator.charge (id),
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refund_charge_id ON gateway_simulator.refund (charge_id);
-- The simulator's own table, which a sandbox alone has.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX charge_oldest ON gateway_simulator.charge (created_at, id);

GRANT SELECT ON gateway_simulator.refund TO payonce_app;
GRANT SELECT, INSERT ON gateway_simulator.refund TO payonce_bank;

-- What must be true of all this, as 0006_integrity says it. ----------------------------------------------------------
CREATE VIEW integrity_across.surplus_charge_is_posted AS
  SELECT s.merchant_id, 'surplus_charge ' || s.gateway_ref AS subject, s.status || ', posted as ' || coalesce(t.kind, 'nothing') AS detail
  FROM surplus_charge s
  LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id, t.payment_id) = (s.merchant_id, s.transaction_id, s.payment_id)
  LEFT JOIN ledger_transaction r ON (r.merchant_id, r.reverses) = (s.merchant_id, s.transaction_id)
  WHERE t.kind IS DISTINCT FROM 'surplus' OR (s.status = 'refunded') <> (r.id IS NOT NULL) OR s.amount IS DISTINCT FROM (
    SELECT sum(e.amount) FROM entry e
    WHERE (e.merchant_id, e.transaction_id, e.currency) = (s.merchant_id, s.transaction_id, s.currency) AND e.amount > 0)
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a surplus of no charge' FROM ledger_transaction t
  WHERE t.kind = 'surplus' AND NOT EXISTS (SELECT FROM surplus_charge s WHERE (s.merchant_id, s.transaction_id) = (t.merchant_id, t.id));
COMMENT ON VIEW integrity_across.surplus_charge_is_posted IS
  'Each surplus charge is posted once, of its amount, and the posting is reversed exactly when the money was given back';

CREATE VIEW integrity_across.surplus_charge_was_given_back AS
  SELECT s.merchant_id, 'surplus_charge ' || s.gateway_ref AS subject,
    'the bank gave back ' || coalesce(sum(r.amount), 0) || ' of ' || s.amount AS detail
  FROM surplus_charge s LEFT JOIN gateway_simulator.refund r ON r.charge_id = s.gateway_ref AND r.currency = s.currency
  WHERE s.status = 'refunded' GROUP BY s.merchant_id, s.gateway_ref, s.amount HAVING coalesce(sum(r.amount), 0) <> s.amount;
COMMENT ON VIEW integrity_across.surplus_charge_was_given_back IS
  'Each surplus charge that we call refunded was given back by the bank, once';
