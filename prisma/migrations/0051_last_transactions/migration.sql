-- Expired answers of before 0050, whose trigger notes all that expire from then on. Reads the records once, and locks none of them.
INSERT INTO expired_day (merchant_id, day) SELECT DISTINCT r.merchant_id, day_of(r.created_at) FROM idempotency_record r WHERE r.state = 'tombstone'
  ON CONFLICT DO NOTHING;

-- Lists of payments of a currency that few have look for its hours. As text, since that is how a currency comes. A small table, which no payment writes.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX payment_hour_of_currency ON payment_hour (merchant_id, (currency::text), hour);

-- A statement as of a day in the past begins at the lines of that day, not at the newest: each sum has the greatest id of its transactions, so no line
-- until then has a greater one. Lines stand in the order of those ids, which a program made, and so not always in the order of the instants.
ALTER TABLE account_sum ADD COLUMN last_transaction_id uuid;
-- The worker sums anew, once; until it has, balances and statements read entry by entry.
DELETE FROM ledger_summed;

-- As in 0025, with that id. Its maximum is of texts: only PostgreSQL 18 has one of UUIDs.
CREATE OR REPLACE FUNCTION sum_ledger(batch integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
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
    INSERT INTO public.account_sum AS s (merchant_id, account_id, width, starts_at, debits, credits, entries, last_entry_at, last_transaction_id)
    SELECT e.merchant_id, e.account_id, w.width, date_bin(w.long, d.posted_at, 'epoch'), coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0),
      coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0), count(*), max(d.posted_at), max(d.id::text COLLATE "C")::uuid
    FROM due d JOIN public.entry e ON e.merchant_id = d.merchant_id AND e.transaction_id = d.id
    CROSS JOIN (VALUES ('hour', interval '1 hour'), ('day', interval '1 day')) AS w (width, long)
    GROUP BY 1, 2, 3, 4
    ON CONFLICT (merchant_id, account_id, width, starts_at) DO UPDATE SET debits = s.debits + excluded.debits, credits = s.credits + excluded.credits,
      entries = s.entries + excluded.entries, last_entry_at = greatest(s.last_entry_at, excluded.last_entry_at),
      last_transaction_id = greatest(s.last_transaction_id, excluded.last_transaction_id))
  SELECT count(*) INTO handled FROM due;
  INSERT INTO public.ledger_summed (xid, last_merchant_id, last_id) VALUES (upto, last_merchant, last_id)
    ON CONFLICT (only_row) DO UPDATE SET xid = excluded.xid, last_merchant_id = excluded.last_merchant_id, last_id = excluded.last_id,
      written_by = excluded.written_by;
  RETURN handled;
END $$;

-- As in 0025, with the transaction. A server of the version before names the columns that it reads.
DROP FUNCTION unsummed_entries(uuid, timestamptz);
CREATE FUNCTION unsummed_entries(merchant uuid, as_of timestamptz) RETURNS TABLE (account_id uuid, amount bigint, posted_at timestamptz, transaction_id uuid)
  LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  upto bigint := public.ledger_summed_upto();
  hour timestamptz := coalesce(date_bin('1 hour', as_of, 'epoch'), 'infinity');
BEGIN
  RETURN QUERY SELECT e.account_id, e.amount, t.posted_at, t.id
    FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
    WHERE t.merchant_id = merchant AND t.xid >= upto AND t.posted_at < hour;
  IF upto = 0 THEN
    RETURN QUERY SELECT e.account_id, e.amount, t.posted_at, t.id
      FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
      WHERE t.merchant_id = merchant AND t.xid IS NULL AND t.posted_at < hour;
  END IF;
  IF as_of IS NOT NULL THEN
    RETURN QUERY SELECT e.account_id, e.amount, t.posted_at, t.id
      FROM public.ledger_transaction t JOIN public.entry e ON e.merchant_id = t.merchant_id AND e.transaction_id = t.id
      WHERE t.merchant_id = merchant AND t.posted_at >= hour AND t.posted_at <= as_of;
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION unsummed_entries(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION unsummed_entries(uuid, timestamptz) TO payonce_app;

CREATE OR REPLACE VIEW integrity_ledger.sums_are_of_their_entries AS
  SELECT merchant_id, 'account_sum ' || account_id AS subject, width || ' of ' || (starts_at AT TIME ZONE 'UTC') || ' is off by ' || sum(debits) || ' in debits, '
    || sum(credits) || ' in credits, ' || sum(entries) || ' entries' AS detail
  FROM (
    SELECT s.merchant_id, s.account_id, s.width, s.starts_at, s.debits, s.credits, s.entries, s.last_entry_at AS last_told, NULL::timestamptz AS last_posted,
      s.last_transaction_id::text AS id_told, NULL::text AS id_posted
    FROM account_sum s WHERE (SELECT public.ledger_summed_upto()) > 0
    UNION ALL
    SELECT p.merchant_id, p.account_id, w.width, date_bin(w.long, p.hour, 'epoch'), -p.debits, -p.credits, -p.entries, NULL, p.last_posted, NULL, p.last_id
    FROM (
      SELECT e.merchant_id, e.account_id, date_bin('1 hour', t.posted_at, 'epoch') AS hour, coalesce(sum(e.amount) FILTER (WHERE e.amount > 0), 0) AS debits,
        coalesce(-sum(e.amount) FILTER (WHERE e.amount < 0), 0) AS credits, count(*) AS entries, max(t.posted_at) AS last_posted, max(t.id::text COLLATE "C") AS last_id
      FROM entry e JOIN ledger_transaction t ON t.merchant_id = e.merchant_id AND t.id = e.transaction_id
      WHERE (SELECT public.ledger_summed_upto()) > 0 AND (t.xid IS NULL OR t.xid < (SELECT public.ledger_summed_upto()))
      GROUP BY 1, 2, 3) p
    CROSS JOIN (VALUES ('hour', interval '1 hour'), ('day', interval '1 day')) AS w (width, long)) AS both_sides
  GROUP BY merchant_id, account_id, width, starts_at
  HAVING sum(debits) <> 0 OR sum(credits) <> 0 OR sum(entries) <> 0 OR max(last_told) IS DISTINCT FROM max(last_posted)
    OR max(id_told COLLATE "C") IS DISTINCT FROM max(id_posted COLLATE "C");
