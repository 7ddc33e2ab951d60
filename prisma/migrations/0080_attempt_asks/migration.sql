-- When an attempt asked the outside, and when that answered, in milliseconds after its arrival: a payment's page draws both. Null for attempts
-- that asked nobody, and for those that a version before these columns has written or still writes.
ALTER TABLE attempt ADD COLUMN asked_ms INTEGER, ADD COLUMN answered_ms INTEGER;
GRANT INSERT (asked_ms, answered_ms) ON attempt TO payonce_app;
