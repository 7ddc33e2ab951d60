-- The refunds that a limit counts before they are booked: few at a time, so it stays small. Prisma leaves an index with a condition alone.
CREATE INDEX CONCURRENTLY IF NOT EXISTS refund_under_way ON refund (merchant_id, currency) WHERE status IN ('sending', 'unknown');
