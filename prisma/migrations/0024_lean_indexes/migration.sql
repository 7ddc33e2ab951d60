-- Indexes that a payment changes less often, and that no look-up by key can take. Each is built beside the work (CONCURRENTLY), so no table is
-- locked; src/setup/schema/migrate.ts sends this file statement by statement, and again from its beginning after a kill.
--
-- The condition of a partial index below says nothing about the rows: a query that names the column of it has the index, and one that only
-- names merchant_id cannot have it. Without it, a new merchant of whom the statistics know nothing is expected to have one row, and a look-up
-- by primary key may go through any index that begins with merchant_id: then it reads all rows of the merchant.
-- What a server of the version before reads by these columns goes on to use them. A unique index goes only when its successor is there.

-- Records. A lease's end does not change when a record is completed, its state does: without the state that update touches no index. Which of
-- them are unfinished: 0023.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idempotency_record_lease ON idempotency_record (lease_until);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idempotency_record_overdue ON idempotency_record (overdue_since) WHERE overdue_since IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS idempotency_record_unfinished;
CREATE INDEX CONCURRENTLY IF NOT EXISTS idempotency_record_of_subject ON idempotency_record (merchant_id, subject_id) WHERE subject_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS idempotency_record_merchant_id_subject_id_idx;

CREATE INDEX CONCURRENTLY IF NOT EXISTS payment_of_order ON payment (merchant_id, order_id) WHERE order_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payment_merchant_id_order_id_idx;
-- A payment has no reference of the bank before it succeeds.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS payment_one_per_charge ON payment (gateway_ref) WHERE gateway_ref IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS payment_gateway_ref_key;

CREATE INDEX CONCURRENTLY IF NOT EXISTS refund_of_payment ON refund (merchant_id, payment_id, created_at DESC, id DESC) WHERE payment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS refund_newest;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS refund_one_per_transaction ON refund (merchant_id, transaction_id) WHERE transaction_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS refund_merchant_id_transaction_id_key;

-- Two in one: the transactions of a payment, of which one is its capture (the third column is the same for each capture of a payment).
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ledger_transaction_one_capture_of_payment ON ledger_transaction
  (merchant_id, payment_id, (CASE WHEN kind = 'capture' THEN payment_id ELSE id END)) WHERE payment_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS ledger_transaction_one_capture;
DROP INDEX CONCURRENTLY IF EXISTS ledger_transaction_merchant_id_payment_id_idx;
-- Few transactions reverse another.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS ledger_transaction_reversed_once ON ledger_transaction (merchant_id, reverses) WHERE reverses IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS ledger_transaction_merchant_id_reverses_key;

CREATE INDEX CONCURRENTLY IF NOT EXISTS outbox_event_of_subject ON outbox_event (merchant_id, subject_id, created_at) WHERE subject_id IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS outbox_event_merchant_id_subject_id_created_at_idx;
