-- Which attempts were committed since the last count of 0049: by the id of the database's transaction, as postings and events have it. Built
-- beside the work (CONCURRENTLY), so no table is locked for long; src/setup/schema/migrate.ts sends this file statement by statement, again
-- after a kill.

-- Null for the rows that are there; the default is set in a step of its own, so no row is touched. INSERT is granted column by column, and not
-- for this one: a false id would keep an attempt out of the counts.
ALTER TABLE attempt ADD COLUMN IF NOT EXISTS xid bigint;
ALTER TABLE attempt ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint;
-- BRIN: rows lie in the order of these ids, and an attempt adds nothing to it.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempt_xid ON attempt USING brin (xid) WITH (pages_per_range = 32, autosummarize = on);
