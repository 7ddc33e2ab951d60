-- What was written lately, found by where it lies, for the checks of 0039. BRIN: a new order or refund adds nothing to it. Built beside the
-- work (CONCURRENTLY), so no table is locked; src/setup/schema/migrate.ts sends this file statement by statement, again after a kill.
CREATE INDEX CONCURRENTLY IF NOT EXISTS orders_created_at ON orders USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX CONCURRENTLY IF NOT EXISTS refund_created_at ON refund USING brin (created_at) WITH (pages_per_range = 32, autosummarize = on);
