-- Indexes that serve the same queries and write less. Built beside the work (CONCURRENTLY), so no table is locked;
-- src/setup/schema/migrate.ts sends this file statement by statement, and again from its beginning after a kill. Each index goes only when its
-- successor is there, and no ON CONFLICT needs one of them: a server of the version before reads through the new ones.

-- The list is read newest first, which an index in the order of time gives backwards. A new record then stands at the end of its merchant's
-- part: at its beginning, each split of a page copied half of it into the write-ahead log. Records of one instant, a batch, are sorted when
-- they are read. Its condition keeps look-ups by key out of it (0024); the list names the column.
CREATE INDEX CONCURRENTLY IF NOT EXISTS idempotency_record_by_time ON idempotency_record (merchant_id, created_at) WHERE created_at IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS idempotency_record_newest;

-- An account's id is a UUID, of one merchant alone: the merchant's id before it found nothing more, in three entries a payment. The query still
-- compares it. Lines of one transaction are sorted when they are read.
CREATE INDEX CONCURRENTLY IF NOT EXISTS entry_by_account ON entry (account_id, transaction_id);
DROP INDEX CONCURRENTLY IF EXISTS entry_merchant_id_account_id_transaction_id_position_idx;
