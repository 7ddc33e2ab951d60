-- Keys that were sent again with another payload, newest first, for the page *Idempotency*: few rows of a big table, so the index is small, and
-- no other attempt adds to it. Built beside the work (CONCURRENTLY); src/setup/schema/migrate.ts sends this file statement by statement, again
-- after a kill.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempt_mismatch ON attempt (merchant_id, at) WHERE problem = 'key-reused';
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempt_after_expiry ON attempt (merchant_id, at) WHERE problem = 'answer-expired';
