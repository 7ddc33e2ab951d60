-- The simulated bank lists its movements of money. Charges and refunds are movements already; this table has what comes later, on command:
-- refunds that fail, payouts, disputes. The simulator's own table, which a sandbox alone has.
CREATE TABLE gateway_simulator.movement (
  id text PRIMARY KEY,
  kind text NOT NULL CHECK (kind IN ('refund_failure', 'dispute', 'dispute_reversal', 'fee', 'payout', 'payout_failure')),
  subject_ref text,
  charge_ref text,
  idempotency_key text,
  amount bigint NOT NULL,
  fee bigint NOT NULL DEFAULT 0,
  currency text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX movement_oldest ON gateway_simulator.movement (created_at, id);
-- A refund fails once.
CREATE UNIQUE INDEX movement_refund_failure ON gateway_simulator.movement (subject_ref) WHERE kind = 'refund_failure';
-- The list is read oldest first.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX refund_oldest ON gateway_simulator.refund (created_at, id);

-- The bank writes it; the application learns of it through the gateway port alone.
-- Not: created_at.
GRANT SELECT ON gateway_simulator.movement TO payonce_bank;
GRANT INSERT (id, kind, subject_ref, charge_ref, idempotency_key, amount, fee, currency) ON gateway_simulator.movement TO payonce_bank;

-- What 0045 added without a look at the rows that were there: none of them has been returned, and writers go on meanwhile.
ALTER TABLE refund VALIDATE CONSTRAINT refund_merchant_id_return_transaction_id_fkey;
ALTER TABLE refund VALIDATE CONSTRAINT refund_returned;
