-- Attempts are kept for 180 days: longer than any page counts them (90 days), and than a cardholder has for a dispute (120 days). Their counts stay.
-- Nobody can remove a younger one, nor one that is not counted yet.
CREATE FUNCTION attempt_is_kept() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF OLD.at > now() - interval '180 days'
    OR NOT EXISTS (SELECT FROM public.attempts_counted_upto() c WHERE OLD.xid IS NULL OR OLD.xid < c.attempts_xid)
  THEN
    RAISE EXCEPTION 'attempt % is kept: it is younger than 180 days, or not counted yet', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN OLD;
END $$;
REVOKE EXECUTE ON FUNCTION attempt_is_kept() FROM PUBLIC;
CREATE TRIGGER attempt_is_kept BEFORE DELETE ON attempt FOR EACH ROW EXECUTE FUNCTION attempt_is_kept();
-- The worker's job, retention.
GRANT DELETE ON attempt TO payonce_app;

-- Removes what may be removed, the oldest of each merchant first. @returns how many
CREATE FUNCTION forget_attempts(batch integer) RETURNS bigint LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  WITH forgotten AS (
    DELETE FROM public.attempt WHERE (merchant_id, id) IN (
      SELECT o.merchant_id, o.id FROM public.attempts_counted_upto() c CROSS JOIN public.merchant m CROSS JOIN LATERAL (
        SELECT a.merchant_id, a.id FROM public.attempt a
        WHERE a.merchant_id = m.id AND a.at <= now() - interval '180 days' AND (a.xid IS NULL OR a.xid < c.attempts_xid)
        ORDER BY a.at LIMIT batch) o LIMIT batch) RETURNING 1)
  SELECT count(*) FROM forgotten
$$;
REVOKE EXECUTE ON FUNCTION forget_attempts(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_attempts(integer) TO payonce_app;

-- As in 0049, of the attempts that are kept.
CREATE OR REPLACE VIEW integrity_across.attempts_are_counted_right AS
  WITH upto AS MATERIALIZED (SELECT * FROM public.attempts_counted_upto()),
  charged AS (
    SELECT t.merchant_id, p.id, p.currency::text AS currency, p.amount::numeric AS amount, p.created_at, t.kind
    FROM ledger_transaction t JOIN payment p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
    WHERE t.kind IN ('capture', 'surplus') AND (t.xid IS NULL OR t.xid < (SELECT charges_xid FROM upto)))
  SELECT merchant_id, 'half_hour ' || (half_hour AT TIME ZONE 'UTC') AS subject,
    kind || ' is off by ' || sum(rows) || ' rows, ' || sum(presses) || ' presses, ' || sum(amount) || ' in sum' AS detail
  FROM (
    SELECT s.merchant_id, s.half_hour, s.outcome || ' ' || s.currency AS kind, s.attempts AS rows, s.presses, s.amount FROM attempt_half_hour s
      WHERE s.half_hour > now() - interval '180 days'
    UNION ALL SELECT a.merchant_id, public.half_hour_of(a.at), public.shown_outcome(a.outcome, a.problem) || ' ' || coalesce(c.currency, ''),
        -count(*), -sum(a.presses), -coalesce(sum(a.presses * c.amount), 0)
      FROM attempt a
      LEFT JOIN idempotency_record r ON public.is_repeat(a.outcome) AND r.merchant_id = a.merchant_id AND r.id = a.record_id
      LEFT JOIN charged c ON c.merchant_id = r.merchant_id AND c.id = r.subject_id AND c.kind = 'capture'
      WHERE public.half_hour_of(a.at) > now() - interval '180 days' AND public.is_to_pay(a.operation) AND (a.xid IS NULL OR a.xid < (SELECT attempts_xid FROM upto)) GROUP BY 1, 2, 3
    UNION ALL SELECT s.merchant_id, s.half_hour, 'charges', s.charges, 0, 0 FROM charge_half_hour s
    UNION ALL SELECT c.merchant_id, public.half_hour_of(c.created_at), 'charges', -count(*), 0, 0 FROM charged c GROUP BY 1, 2
  ) AS both_sides
  WHERE EXISTS (SELECT FROM upto)
  GROUP BY merchant_id, half_hour, kind HAVING sum(rows) <> 0 OR sum(presses) <> 0 OR sum(amount) <> 0;
