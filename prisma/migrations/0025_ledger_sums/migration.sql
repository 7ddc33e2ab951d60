-- Sums of the ledger, so that a balance does not read every entry there ever was: per account, of each hour and of each day (UTC) in which
-- its entries were posted. The worker adds what was committed since. A payment writes none of it and waits for none of it.

-- Amounts are in minor units, both positive. numeric: a sum of BIGINTs may exceed a BIGINT.
CREATE TABLE account_sum (
  merchant_id uuid NOT NULL,
  account_id uuid NOT NULL,
  width text NOT NULL CONSTRAINT account_sum_width CHECK (width IN ('hour', 'day')),
  starts_at timestamptz(6) NOT NULL,
  debits numeric NOT NULL,
  credits numeric NOT NULL,
  entries bigint NOT NULL,
  last_entry_at timestamptz(6) NOT NULL,
  CONSTRAINT account_sum_pkey PRIMARY KEY (merchant_id, account_id, width, starts_at),
  CONSTRAINT account_sum_merchant_id_account_id_fkey FOREIGN KEY (merchant_id, account_id)
    REFERENCES account (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- How far the entries are summed: those of every transaction with an id below `xid`. One row, of the whole installation.
CREATE TABLE ledger_summed (
  only_row boolean NOT NULL DEFAULT true CONSTRAINT ledger_summed_only_row CHECK (only_row),
  -- 0: postings from before there were ids (0017) are being summed, in order, and this was the last of them.
  xid bigint NOT NULL,
  last_merchant_id uuid,
  last_id uuid,
  -- The database's transaction that wrote this row. A row that a dump brought from another database was written by another one: there the
  -- ids count anew, and say nothing about these.
  written_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT ledger_summed_pkey PRIMARY KEY (only_row)
);
-- Read for every balance; written by sum_ledger alone.
GRANT SELECT ON account_sum, ledger_summed TO payonce_app;

-- 0: nothing can be said to be summed, so every entry counts by itself.
CREATE FUNCTION ledger_summed_upto() RETURNS bigint LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
  RETURN coalesce((SELECT s.xid FROM public.ledger_summed s WHERE s.xmin::text::bigint = s.written_by & 4294967295), 0);

-- What was posted in the last hour, or since the last sum, is found by where it lies. BRIN: a posting adds nothing to it, but for the first
-- two thousand, which widen the range that was the last one when the index was built.
-- Built by reading the table once, about a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ledger_transaction_posted_at ON ledger_transaction USING brin (posted_at) WITH (pages_per_range = 32, autosummarize = on);
ALTER INDEX ledger_transaction_xid SET (autosummarize = on);

-- Adds up to `batch` postings to the sums (more where one transaction wrote more), and returns their number. Any number of callers: one of them
-- sums, the others return 0. What has an id below the oldest transaction that still runs has ended, and none can come late: a posting that
-- is committed after one with a higher id is not passed over. A posting is written whole by one transaction, so its entries share its id.
CREATE FUNCTION sum_ledger(batch integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  since bigint;
  upto bigint := 0;
  horizon bigint;
  after_merchant uuid;
  after_id uuid;
  last_merchant uuid;
  last_id uuid;
  handled bigint;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: sum_ledger', 0)) THEN RETURN 0; END IF;
  SELECT s.xid, s.last_merchant_id, s.last_id INTO since, after_merchant, after_id
  FROM public.ledger_summed s WHERE s.xmin::text::bigint = s.written_by & 4294967295;
  IF NOT FOUND THEN
    -- The first time, or the sums of another database: from the start.
    DELETE FROM public.account_sum;
    since := 0;
  END IF;
  after_merchant := coalesce(after_merchant, '00000000-0000-0000-0000-000000000000');
  after_id := coalesce(after_id, '00000000-0000-0000-0000-000000000000');
  IF since = 0 THEN
    SELECT f.merchant_id, f.id INTO last_merchant, last_id FROM (
      SELECT t.merchant_id, t.id FROM public.ledger_transaction t
      WHERE t.xid IS NULL AND (t.merchant_id, t.id) > (after_merchant, after_id)
      ORDER BY t.merchant_id, t.id LIMIT batch) f
    ORDER BY f.merchant_id DESC, f.id DESC LIMIT 1;
  END IF;
  IF last_id IS NULL THEN
    horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
    SELECT count(*), max(f.xid) + 1 INTO handled, upto FROM (
      SELECT t.xid FROM public.ledger_transaction t WHERE t.xid >= since AND t.xid < horizon ORDER BY t.xid LIMIT batch) f;
    -- A quiet ledger is not written to.
    IF handled = 0 AND since > 0 THEN RETURN 0; END IF;
    IF handled < batch THEN upto := horizon; END IF;
  END IF;
  WITH due AS MATERIALIZED (
    SELECT t.merchant_id, t.id, t.posted_at FROM public.ledger_transaction t
    WHERE last_id IS NULL AND t.xid >= since AND t.xid < upto
      OR last_id IS NOT NULL AND t.xid IS NULL AND (t.merchant_id, t.id) > (after_merchant, after_id) AND (t.merchant_id, t.id) <= (last_merchant, last_id)),
  added AS (
    INSERT INTO public.account_sum AS s (merchant_id, account_id, width, starts_at, debits, credits, entries, last_entry_at)
    SELECT e.merchant_id, e.account_id, w.width, date_bin(w.long, d.posted_at, 'epoch'), coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0),
      coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0), count(*), max(d.posted_at)
    FROM due d JOIN public.entry e ON e.merchant_id = d.merchant_id AND e.transaction_id = d.id
    CROSS JOIN (VALUES ('hour', interval '1 hour'), ('day', interval '1 day')) AS w (width, long)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (merchant_id, account_id, width, starts_at) DO UPDATE SET debits = s.debits + excluded.debits, credits = s.credits + excluded.credits,
      entries = s.entries + excluded.entries, last_entry_at = greatest(s.last_entry_at, excluded.last_entry_at))
  SELECT count(*) INTO handled FROM due;
  INSERT INTO public.ledger_summed (xid, last_merchant_id, last_id) VALUES (upto, last_merchant, last_id)
    ON CONFLICT (only_row) DO UPDATE SET xid = excluded.xid, last_merchant_id = excluded.last_merchant_id, last_id = excluded.last_id,
      written_by = excluded.written_by;
  RETURN handled;
END $$;

-- Entries of a merchant that the sums of whole hours before `as_of` (null: of everything) do not contain: those of the hour that is not over,
-- and those that are not summed yet. One plan each time, since only with the id at hand is it known how few they are.
CREATE FUNCTION unsummed_entries(merchant uuid, as_of timestamptz) RETURNS TABLE (account_id uuid, amount bigint, posted_at timestamptz)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  upto bigint := public.ledger_summed_upto();
  hour timestamptz := coalesce(date_bin('1 hour', as_of, 'epoch'), 'infinity');
BEGIN
  RETURN QUERY SELECT e.account_id, e.amount, t.posted_at
    FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
    WHERE t.merchant_id = merchant AND t.xid >= upto AND t.posted_at < hour;
  IF upto = 0 THEN
    RETURN QUERY SELECT e.account_id, e.amount, t.posted_at
      FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
      WHERE t.merchant_id = merchant AND t.xid IS NULL AND t.posted_at < hour;
  END IF;
  IF as_of IS NOT NULL THEN
    RETURN QUERY SELECT e.account_id, e.amount, t.posted_at
      FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
      WHERE t.merchant_id = merchant AND t.posted_at >= hour AND t.posted_at <= as_of;
  END IF;
END $$;

-- Deny by default. The sums are read by the application, and its worker starts the summing.
REVOKE EXECUTE ON FUNCTION ledger_summed_upto(), sum_ledger(integer), unsummed_entries(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_summed_upto(), sum_ledger(integer), unsummed_entries(uuid, timestamptz) TO payonce_app;

-- What must be true of it, as 0006_integrity says it. Reads every entry. --------------------------------------------------------
CREATE VIEW integrity_ledger.sums_are_of_their_entries AS
  SELECT merchant_id, 'account_sum ' || account_id AS subject, width || ' of ' || (starts_at AT TIME ZONE 'UTC') || ' is off by ' || sum(debits) || ' in debits, '
    || sum(credits) || ' in credits, ' || sum(entries) || ' entries' AS detail
  FROM (
    SELECT s.merchant_id, s.account_id, s.width, s.starts_at, s.debits, s.credits, s.entries, s.last_entry_at AS last_told, NULL::timestamptz AS last_posted
    FROM account_sum s WHERE (SELECT public.ledger_summed_upto()) > 0
    UNION ALL
    SELECT p.merchant_id, p.account_id, w.width, date_bin(w.long, p.hour, 'epoch'), -p.debits, -p.credits, -p.entries, NULL, p.last_posted
    FROM (
      SELECT e.merchant_id, e.account_id, date_bin('1 hour', t.posted_at, 'epoch') AS hour, coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0) AS debits,
        coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0) AS credits, count(*) AS entries, max(t.posted_at) AS last_posted
      FROM entry e JOIN ledger_transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
      WHERE (SELECT public.ledger_summed_upto()) > 0 AND (t.xid IS NULL OR t.xid < (SELECT public.ledger_summed_upto()))
      GROUP BY 1, 2, 3) p
    CROSS JOIN (VALUES ('hour', interval '1 hour'), ('day', interval '1 day')) AS w (width, long)) AS both_sides
  GROUP BY merchant_id, account_id, width, starts_at
  HAVING sum(debits) <> 0 OR sum(credits) <> 0 OR sum(entries) <> 0 OR max(last_told) IS DISTINCT FROM max(last_posted);
COMMENT ON VIEW integrity_ledger.sums_are_of_their_entries IS 'Each sum of the ledger is the sum of its entries';
