-- The hours of a merchant that have changed are read once for a page, as an array. As a join of a table that is nearly always empty they were
-- looked up for each counted hour: most of what the overview and the integrity page cost, and more with each day.

-- A merchant's payments by hour, currency and status, in a period: what counting every row would give.
CREATE OR REPLACE FUNCTION payment_counts(merchant uuid, from_at timestamptz, until_at timestamptz)
  RETURNS TABLE (hour timestamptz, currency text, status text, payments bigint, amount numeric) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  counted record;
  part record;
  changed timestamptz[] := ARRAY(SELECT c.hour FROM public.hour_changed c WHERE c.merchant_id = merchant);
BEGIN
  SELECT * INTO counted FROM public.counted_within(from_at, until_at);
  RETURN QUERY SELECT h.hour, h.currency::text, h.status, h.payments, h.amount FROM public.payment_hour h
    WHERE h.merchant_id = merchant AND h.hour >= counted.since AND h.hour < counted.upto AND h.hour <> ALL (changed);
  FOR part IN SELECT * FROM public.uncounted_within(merchant, from_at, until_at, counted.since, counted.upto) LOOP
    RETURN QUERY SELECT public.hour_of(p.created_at), p.currency::text, p.status, count(*), sum(p.amount) FROM public.payment p
      WHERE p.merchant_id = merchant AND p.created_at >= part.starts_at AND p.created_at < part.ends_at GROUP BY 1, 2, 3;
  END LOOP;
END $$;

-- Ids of a merchant's payments of these states and of this currency (null: any), created since `from_at` and before (`before_at`, `before_id`),
-- newest first, at most `most` of them (null: all). Where nearly none are, it reads the hours that have one, instead of every payment.
CREATE OR REPLACE FUNCTION payments_that_are(merchant uuid, states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  until_at timestamptz := before_at + interval '1 microsecond';
  counted record;
  part record;
  changed timestamptz[] := ARRAY(SELECT c.hour FROM public.hour_changed c WHERE c.merchant_id = merchant);
  found_rows integer;
  wanted integer := most;
BEGIN
  SELECT * INTO counted FROM public.counted_within(from_at, until_at);
  FOR part IN
    SELECT * FROM public.uncounted_within(merchant, from_at, until_at, counted.since, counted.upto)
    UNION ALL
    SELECT h.hour, h.hour + interval '1 hour' FROM public.payment_hour h
    WHERE h.merchant_id = merchant AND h.hour >= counted.since AND h.hour < counted.upto
      AND (states IS NULL OR h.status = ANY (states)) AND (in_currency IS NULL OR h.currency = in_currency)
      AND h.hour <> ALL (changed)
    GROUP BY h.hour
    ORDER BY 1 DESC
  LOOP
    RETURN QUERY SELECT p.id FROM public.payment p
      WHERE p.merchant_id = merchant AND p.created_at >= part.starts_at AND p.created_at < part.ends_at AND (p.created_at, p.id) < (before_at, before_id)
        AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency)
      ORDER BY p.created_at DESC, p.id DESC LIMIT wanted;
    GET DIAGNOSTICS found_rows = ROW_COUNT;
    wanted := wanted - found_rows;
    EXIT WHEN wanted <= 0;
  END LOOP;
END $$;
