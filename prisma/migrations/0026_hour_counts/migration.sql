-- Counts of the payments of each hour (UTC) that is over, for the overview and for lists of what is rare. The worker counts; a payment
-- writes none of it. A payment of an hour that is over, which comes or changes late, leaves a note in its own commit: from then on that
-- hour is counted row by row, until the worker has counted it anew. So what is read is always what counting every row would give.

-- `amount` in minor units of the currency. numeric: a sum of BIGINTs may exceed a BIGINT.
CREATE TABLE payment_hour (
  merchant_id uuid NOT NULL,
  hour timestamptz(6) NOT NULL,
  currency char(3) NOT NULL,
  status text NOT NULL,
  payments bigint NOT NULL,
  amount numeric NOT NULL,
  CONSTRAINT payment_hour_pkey PRIMARY KEY (merchant_id, hour, currency, status),
  CONSTRAINT payment_hour_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX payment_hour_of_status ON payment_hour (merchant_id, status, hour);

-- Notes of late payments. `xid`: the transaction that wrote the payment and the note.
CREATE TABLE hour_changed (
  merchant_id uuid NOT NULL,
  hour timestamptz(6) NOT NULL,
  xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT hour_changed_pkey PRIMARY KEY (merchant_id, hour, xid),
  CONSTRAINT hour_changed_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- The hours that are counted: from `since` up to, and without, `upto`. One row, of the whole installation.
CREATE TABLE hours_counted (
  only_row boolean NOT NULL DEFAULT true CONSTRAINT hours_counted_only_row CHECK (only_row),
  since timestamptz(6) NOT NULL,
  upto timestamptz(6) NOT NULL,
  -- Whoever wrote before `noted_at` has an id below `noted_xid`: when all of those have ended, the hours before are complete.
  noted_at timestamptz(6) NOT NULL,
  noted_xid bigint NOT NULL,
  -- As in ledger_summed (0025): another value than the row's own says that a dump brought it.
  written_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT hours_counted_pkey PRIMARY KEY (only_row)
);
-- Read by the overview and the lists; written by count_hours and note_changed_hour alone.
GRANT SELECT ON payment_hour, hour_changed, hours_counted TO payonce_app;

CREATE FUNCTION hour_of(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_bin('1 hour', at, 'epoch');

-- A payment of an hour that is over by the clock on the wall: `now()` is the start of a transaction, which may have waited.
CREATE FUNCTION note_changed_hour() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.hour_changed (merchant_id, hour) VALUES (NEW.merchant_id, public.hour_of(NEW.created_at)) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER late_payment_is_noted AFTER INSERT ON payment FOR EACH ROW
  WHEN (NEW.created_at < date_bin('1 hour', clock_timestamp(), 'epoch')) EXECUTE FUNCTION note_changed_hour();
CREATE TRIGGER late_move_is_noted AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.status, OLD.amount, OLD.currency) IS DISTINCT FROM (NEW.status, NEW.amount, NEW.currency)
    AND NEW.created_at < date_bin('1 hour', clock_timestamp(), 'epoch')) EXECUTE FUNCTION note_changed_hour();

-- The counted hours within a period: from `since` up to, and without, `upto`. Both are the period's end where there is none.
CREATE FUNCTION counted_within(from_at timestamptz, until_at timestamptz, OUT since timestamptz, OUT upto timestamptz) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  SELECT greatest(c.since, CASE WHEN from_at = public.hour_of(from_at) THEN from_at ELSE public.hour_of(from_at) + interval '1 hour' END),
    least(c.upto, public.hour_of(until_at)) INTO since, upto
  FROM public.hours_counted c WHERE c.xmin::text::bigint = c.written_by & 4294967295;
  IF upto > since THEN RETURN; END IF;
  since := until_at;
  upto := until_at;
END $$;

-- The parts of a period that must be counted row by row: before and after the counted hours, and those of them that have changed since.
CREATE FUNCTION uncounted_within(merchant uuid, from_at timestamptz, until_at timestamptz, since timestamptz, upto timestamptz)
  RETURNS TABLE (starts_at timestamptz, ends_at timestamptz) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT from_at, since WHERE from_at < since
  UNION ALL SELECT upto, until_at WHERE upto < until_at
  UNION ALL SELECT DISTINCT c.hour, c.hour + interval '1 hour' FROM public.hour_changed c
    WHERE c.merchant_id = merchant AND c.hour >= since AND c.hour < upto;
END;

-- A merchant's payments by hour, currency and status, in a period: what counting every row would give.
CREATE FUNCTION payment_counts(merchant uuid, from_at timestamptz, until_at timestamptz)
  RETURNS TABLE (hour timestamptz, currency text, status text, payments bigint, amount numeric) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  counted record;
  part record;
BEGIN
  SELECT * INTO counted FROM public.counted_within(from_at, until_at);
  RETURN QUERY SELECT h.hour, h.currency::text, h.status, h.payments, h.amount FROM public.payment_hour h
    WHERE h.merchant_id = merchant AND h.hour >= counted.since AND h.hour < counted.upto
      AND NOT EXISTS (SELECT FROM public.hour_changed c WHERE c.merchant_id = merchant AND c.hour = h.hour);
  FOR part IN SELECT * FROM public.uncounted_within(merchant, from_at, until_at, counted.since, counted.upto) LOOP
    RETURN QUERY SELECT public.hour_of(p.created_at), p.currency::text, p.status, count(*), sum(p.amount) FROM public.payment p
      WHERE p.merchant_id = merchant AND p.created_at >= part.starts_at AND p.created_at < part.ends_at GROUP BY 1, 2, 3;
  END LOOP;
END $$;

-- Ids of a merchant's payments of these states and of this currency (null: any), created since `from_at` and before (`before_at`, `before_id`),
-- newest first, at most `most` of them (null: all). Where nearly none are, it reads the hours that have one, instead of every payment.
CREATE FUNCTION payments_that_are(merchant uuid, states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  until_at timestamptz := before_at + interval '1 microsecond';
  counted record;
  part record;
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
      AND NOT EXISTS (SELECT FROM public.hour_changed c WHERE c.merchant_id = merchant AND c.hour = h.hour)
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

-- Counts up to `batch` hours that are over and complete, and those counted ones that have changed since. @returns the number of the first.
-- Any number of callers: one of them counts, the others return 0.
CREATE FUNCTION count_hours(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  counted public.hours_counted;
  horizon bigint;
  next_upto timestamptz;
  changed record;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: count_hours', 0)) THEN RETURN 0; END IF;
  SELECT * INTO counted FROM public.hours_counted c WHERE c.xmin::text::bigint = c.written_by & 4294967295;
  IF NOT FOUND THEN
    -- The first time, or the counts of another database: from the start.
    DELETE FROM public.payment_hour;
    DELETE FROM public.hour_changed;
    SELECT public.hour_of(least(min(p.at), clock_timestamp())) INTO counted.since
    FROM public.merchant m
    LEFT JOIN LATERAL (SELECT x.created_at AS at FROM public.payment x WHERE x.merchant_id = m.id ORDER BY x.created_at LIMIT 1) p ON true;
    counted.upto := counted.since;
    counted.noted_at := '-infinity';
    counted.noted_xid := 0;
  END IF;
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  next_upto := counted.upto;
  IF counted.noted_xid <= horizon THEN
    -- Five minutes: a clock that is set back by less than that does no harm.
    IF counted.noted_at > '-infinity' THEN
      next_upto := greatest(counted.upto, least(counted.upto + batch * interval '1 hour', public.hour_of(counted.noted_at - interval '5 minutes')));
    END IF;
    counted.noted_at := clock_timestamp();
    -- This transaction's own id, given after that instant: whoever has one already has a lower one. (The snapshot's xmax may be lower.)
    counted.noted_xid := pg_current_xact_id()::text::bigint;
  END IF;

  IF next_upto > counted.upto THEN
    PERFORM public.count_hours_of(NULL, counted.upto, next_upto);
  END IF;
  -- What these notes are about has ended, so the counts above and below contain it.
  FOR changed IN
    WITH gone AS (DELETE FROM public.hour_changed c WHERE c.xid < horizon RETURNING c.merchant_id, c.hour)
    SELECT DISTINCT g.merchant_id, g.hour FROM gone g WHERE g.hour >= counted.since AND g.hour < counted.upto
  LOOP
    PERFORM public.count_hours_of(changed.merchant_id, changed.hour, changed.hour + interval '1 hour');
  END LOOP;
  INSERT INTO public.hours_counted (since, upto, noted_at, noted_xid) VALUES (counted.since, next_upto, counted.noted_at, counted.noted_xid)
    ON CONFLICT (only_row) DO UPDATE SET since = excluded.since, upto = excluded.upto, noted_at = excluded.noted_at, noted_xid = excluded.noted_xid,
      written_by = excluded.written_by;
  RETURN extract(epoch FROM next_upto - counted.upto)::integer / 3600;
END $$;

-- Counts these hours, of one merchant or (null) of all.
CREATE FUNCTION count_hours_of(merchant uuid, from_at timestamptz, until_at timestamptz) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  DELETE FROM public.payment_hour h WHERE h.merchant_id = merchant AND h.hour >= from_at AND h.hour < until_at;
  INSERT INTO public.payment_hour (merchant_id, hour, currency, status, payments, amount)
    SELECT p.merchant_id, public.hour_of(p.created_at), p.currency, p.status, count(*), sum(p.amount)
    FROM public.merchant m JOIN public.payment p ON p.merchant_id = m.id AND p.created_at >= from_at AND p.created_at < until_at
    WHERE merchant IS NULL OR m.id = merchant GROUP BY 1, 2, 3, 4;
END $$;

-- Deny by default. A trigger needs no right; the application reads, and its worker starts the counting.
REVOKE EXECUTE ON FUNCTION hour_of(timestamptz), note_changed_hour(), counted_within(timestamptz, timestamptz),
  uncounted_within(uuid, timestamptz, timestamptz, timestamptz, timestamptz), payment_counts(uuid, timestamptz, timestamptz),
  payments_that_are(uuid, text[], text, timestamptz, timestamptz, uuid, integer), count_hours(integer),
  count_hours_of(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hour_of(timestamptz), counted_within(timestamptz, timestamptz),
  uncounted_within(uuid, timestamptz, timestamptz, timestamptz, timestamptz), payment_counts(uuid, timestamptz, timestamptz),
  payments_that_are(uuid, text[], text, timestamptz, timestamptz, uuid, integer), count_hours(integer)
  TO payonce_app;

-- What must be true of it, as 0006_integrity says it. Reads every payment. ---------------------------------------------------------
CREATE VIEW integrity_across.hours_are_counted_right AS
  SELECT merchant_id, 'payment_hour ' || (hour AT TIME ZONE 'UTC') AS subject,
    kind || ' is off by ' || sum(rows) || ' rows, ' || sum(amount) || ' in sum' AS detail
  FROM (
    SELECT h.merchant_id, h.hour, h.status || ' ' || h.currency AS kind, h.payments AS rows, h.amount FROM payment_hour h
    UNION ALL SELECT p.merchant_id, date_bin('1 hour', p.created_at, 'epoch'), p.status || ' ' || p.currency, -count(*), -sum(p.amount)
      FROM payment p GROUP BY 1, 2, 3
  ) AS both_sides
  WHERE hour >= (SELECT since FROM public.counted_within('-infinity', 'infinity')) AND hour < (SELECT upto FROM public.counted_within('-infinity', 'infinity'))
    AND NOT EXISTS (SELECT FROM hour_changed c WHERE c.merchant_id = both_sides.merchant_id AND c.hour = both_sides.hour)
  GROUP BY merchant_id, hour, kind HAVING sum(rows) <> 0 OR sum(amount) <> 0;
COMMENT ON VIEW integrity_across.hours_are_counted_right IS 'Each hour’s counts are those of its payments';
