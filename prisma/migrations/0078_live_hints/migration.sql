-- What open dashboards must be told to read again. One process asks once a second for all its dashboards, and only while one is open; a
-- payment writes nothing for it. It reads the ids of transactions that rows have anyway, for the relay, for the counts and for the seals.

-- For each of `merchants`: what was committed since the snapshot `since` (as text; null: nothing is compared), and what can be compared
-- with the last answer. A row counts when that snapshot did not see it, so a transaction that ends late is not missed, whatever its id.
-- `silent_ms`: how long no job may end before the worker counts as dead.
CREATE FUNCTION changes_since(since text, merchants uuid[], silent_ms double precision)
  RETURNS TABLE (merchant uuid, payments boolean, books boolean, alerts boolean, newest_payment uuid, acts bigint, standing text) LANGUAGE plpgsql STABLE
  -- Plans for these very ids: one for any ids would read the tables whole.
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  seen pg_snapshot := since::pg_snapshot;
  -- Without a snapshot no row is new.
  lowest bigint := coalesce(pg_snapshot_xmin(seen)::text::bigint, 9223372036854775807);
  -- Of a database that was restored into another cluster the rows have ids that are yet to come: they are no news.
  beyond bigint := pg_snapshot_xmax(pg_current_snapshot())::text::bigint;
  silence text;
BEGIN
  SELECT concat_ws(' ', max(h.last_finished_at) < now() - silent_ms * interval '1 millisecond',
    max(h.last_finished_at) FILTER (WHERE h.job = 'alerts') < now() - silent_ms * interval '1 millisecond') INTO silence FROM public.job_health h;
  RETURN QUERY
    WITH event AS MATERIALIZED (
      SELECT DISTINCT e.merchant_id AS m, e.type LIKE 'alert.%' AS is_alert FROM public.outbox_event e
      WHERE e.xid >= lowest AND e.xid < beyond AND e.merchant_id = ANY (merchants) AND NOT pg_visible_in_snapshot(e.xid::text::xid8, seen)),
    press AS MATERIALIZED (
      SELECT DISTINCT a.merchant_id AS m FROM public.attempt a
      WHERE a.xid >= lowest AND a.xid < beyond AND a.merchant_id = ANY (merchants) AND NOT pg_visible_in_snapshot(a.xid::text::xid8, seen)),
    posting AS MATERIALIZED (
      SELECT DISTINCT t.merchant_id AS m FROM public.ledger_transaction t
      WHERE t.xid >= lowest AND t.xid < beyond AND t.merchant_id = ANY (merchants) AND NOT pg_visible_in_snapshot(t.xid::text::xid8, seen))
    SELECT w.m,
      EXISTS (SELECT FROM event e WHERE e.m = w.m AND NOT e.is_alert) OR EXISTS (SELECT FROM press a WHERE a.m = w.m),
      EXISTS (SELECT FROM posting t WHERE t.m = w.m),
      EXISTS (SELECT FROM event e WHERE e.m = w.m AND e.is_alert),
      -- A payment that has just begun: no row of the others yet.
      (SELECT p.id FROM public.payment p WHERE p.merchant_id = w.m ORDER BY p.created_at DESC, p.id DESC LIMIT 1),
      -- Each entry of the audit log moves the end of its chain.
      coalesce((SELECT h.seq FROM public.chain_head h WHERE h.merchant_id = w.m AND h.chain = 'audit'), 0),
      concat_ws(' ', silence, (SELECT count(*) FROM public.integrity_violation v
        WHERE v.merchant_id IN (w.m, '00000000-0000-0000-0000-000000000000'::uuid)))
    FROM unnest(merchants) AS w (m);
END $$;
