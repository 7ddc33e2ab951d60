-- The simulated bank: a component of its own, with its own memory of keys and its own count of charges.
-- The product talks to it through the gateway port only, and has no right to write here (0004_roles).
CREATE SCHEMA gateway_simulator;

-- One row for each charge that really happened. No unique key on purpose: a bank may err, and this table must be able to show it.
CREATE TABLE gateway_simulator.charge (
  id text PRIMARY KEY,
  idempotency_key text NOT NULL,
  amount bigint NOT NULL CHECK (amount > 0),
  currency text NOT NULL,
  refunded_amount bigint NOT NULL DEFAULT 0 CHECK (refunded_amount BETWEEN 0 AND amount),
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX charge_idempotency_key ON gateway_simulator.charge (idempotency_key);

-- What the bank answered to each key: the same key always gets the same answer, and another amount under it is refused.
CREATE TABLE gateway_simulator.request (
  idempotency_key text PRIMARY KEY,
  token text NOT NULL,
  amount bigint NOT NULL,
  currency text NOT NULL,
  status text NOT NULL CHECK (status IN ('approved', 'declined', 'challenge')),
  decline_code text,
  charge_id text REFERENCES gateway_simulator.charge (id),
  challenge_id text UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);
