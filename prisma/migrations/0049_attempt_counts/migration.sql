-- Counts of the attempts to pay and of the charges of each half hour (UTC), for the overview and its chart. The worker counts; neither a
-- payment nor an attempt writes any of it. A reader takes the counts and adds, row by row, what they do not contain yet, so what is read is
-- always what counting every row would give.

-- The bank's reference of a payment's charge comes with its success, and stays: a repeat that was counted as one of a charged payment remains one.
-- Only src/payments/charge.ts writes it, in the commit that posts the capture.
CREATE FUNCTION payment_charge_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the charge of payment % is set when it succeeds, and may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER payment_charge_is_fixed AFTER UPDATE ON payment FOR EACH ROW
  WHEN (OLD.gateway_ref IS DISTINCT FROM NEW.gateway_ref AND (OLD.gateway_ref IS NOT NULL OR NEW.status <> 'succeeded'))
  EXECUTE FUNCTION payment_charge_is_fixed();
-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION payment_charge_is_fixed() FROM PUBLIC;

-- Attempts to pay by outcome. `currency` is that of the payment which they repeated, where it was charged: then they prevented a charge, and
-- `amount` is the sum of what each press would have charged, in minor units. '': all others. numeric: a sum of BIGINTs may exceed a BIGINT.
-- No foreign key to the merchant: an attempt has none.
CREATE TABLE attempt_half_hour (
  merchant_id uuid NOT NULL,
  half_hour timestamptz(6) NOT NULL,
  outcome text NOT NULL,
  currency text NOT NULL,
  attempts bigint NOT NULL,
  presses bigint NOT NULL,
  amount numeric NOT NULL,
  CONSTRAINT attempt_half_hour_pkey PRIMARY KEY (merchant_id, half_hour, outcome, currency)
);

-- Charges at the bank, those that it refunded included, by the half hour in which their payment was made.
CREATE TABLE charge_half_hour (
  merchant_id uuid NOT NULL,
  half_hour timestamptz(6) NOT NULL,
  charges bigint NOT NULL,
  CONSTRAINT charge_half_hour_pkey PRIMARY KEY (merchant_id, half_hour)
);

-- How far they are counted: the postings of charges, and the attempts, of every transaction with an id below these. An attempt is judged by
-- the postings below `charges_xid`; a posting that is counted later moves the repeats below `attempts_xid` that it is about. One row, of the whole
-- installation.
CREATE TABLE attempts_counted (
  only_row boolean NOT NULL DEFAULT true CONSTRAINT attempts_counted_only_row CHECK (only_row),
  -- 0, here and below: rows from before there were ids (0017, 0048) are being counted, in the order of their keys, and this was the last one.
  charges_xid bigint NOT NULL,
  -- 0: nothing can be read from these counts yet.
  attempts_xid bigint NOT NULL,
  last_merchant_id uuid NOT NULL,
  last_id uuid NOT NULL,
  -- As in ledger_summed (0025): another value than the row's own says that a dump brought it.
  written_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT attempts_counted_pkey PRIMARY KEY (only_row)
);
-- Read by the overview; written by count_attempts alone.
GRANT SELECT ON attempt_half_hour, charge_half_hour, attempts_counted TO payonce_app;

CREATE FUNCTION half_hour_of(at timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN date_bin('30 minutes', at, 'epoch');
-- An attempt's outcome as readers get it: SHOWN_OUTCOME of src/idempotency/stores/read.ts.
CREATE FUNCTION shown_outcome(outcome text, problem text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN outcome = 'rejected' AND problem = 'outcome-unknown' THEN 'ambiguous' ELSE outcome END;
-- Whether an attempt is one to pay: PAYMENT_OPERATIONS of src/payments/payment.ts.
CREATE FUNCTION is_to_pay(operation text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN operation IN ('checkout.pay', 'payments.create');
-- Whether it repeats another one, and so may have prevented a charge.
CREATE FUNCTION is_repeat(outcome text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN outcome IN ('replayed', 'joined', 'held');

-- The position, where the counts can be read: no row, or one.
CREATE FUNCTION attempts_counted_upto() RETURNS TABLE (charges_xid bigint, attempts_xid bigint) LANGUAGE sql STABLE
  SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT c.charges_xid, c.attempts_xid FROM public.attempts_counted c WHERE c.xmin::text::bigint = c.written_by & 4294967295 AND c.attempts_xid > 0;
END;

-- Adds the charges that these postings are about, and moves the repeats below `attempts_xid` that were counted before the charge was.
-- Look-ups by key alone (OFFSET 0), however many rows the tables have.
CREATE FUNCTION add_charges(merchants uuid[], ids uuid[], counted_attempts bigint) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  WITH due AS MATERIALIZED (
    SELECT k.merchant_id, t.kind, p.record_id, p.created_at, p.currency, p.amount
    FROM unnest(merchants, ids) AS k (merchant_id, id)
    CROSS JOIN LATERAL (SELECT x.kind, x.payment_id FROM public.ledger_transaction x WHERE x.merchant_id = k.merchant_id AND x.id = k.id OFFSET 0) t
    CROSS JOIN LATERAL (SELECT x.record_id, x.created_at, x.currency::text AS currency, x.amount FROM public.payment x
      WHERE x.merchant_id = k.merchant_id AND x.id = t.payment_id OFFSET 0) p
    WHERE t.kind IN ('capture', 'surplus')),
  charged AS (
    INSERT INTO public.charge_half_hour AS s (merchant_id, half_hour, charges)
    SELECT d.merchant_id, public.half_hour_of(d.created_at), count(*) FROM due d GROUP BY 1, 2
    ON CONFLICT (merchant_id, half_hour) DO UPDATE SET charges = s.charges + excluded.charges)
  INSERT INTO public.attempt_half_hour AS s (merchant_id, half_hour, outcome, currency, attempts, presses, amount)
  SELECT d.merchant_id, public.half_hour_of(a.at), a.outcome, m.currency, sum(m.one), sum(m.one * a.presses), sum(m.amount * a.presses)
  FROM due d
  CROSS JOIN LATERAL (SELECT x.at, x.outcome, x.presses FROM public.attempt x
    WHERE x.merchant_id = d.merchant_id AND x.record_id = d.record_id AND public.is_to_pay(x.operation) AND public.is_repeat(x.outcome)
      AND (x.xid IS NULL OR x.xid < counted_attempts) OFFSET 0) a
  CROSS JOIN LATERAL (VALUES ('', -1, 0::numeric), (d.currency, 1, d.amount::numeric)) AS m (currency, one, amount)
  WHERE d.kind = 'capture' AND counted_attempts > 0 GROUP BY 1, 2, 3, 4
  ON CONFLICT (merchant_id, half_hour, outcome, currency)
    DO UPDATE SET attempts = s.attempts + excluded.attempts, presses = s.presses + excluded.presses, amount = s.amount + excluded.amount;
END $$;

-- Adds these attempts, judged by the postings below `counted_charges`.
CREATE FUNCTION add_attempts(merchants uuid[], ids uuid[], counted_charges bigint) RETURNS void LANGUAGE plpgsql
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
BEGIN
  INSERT INTO public.attempt_half_hour AS s (merchant_id, half_hour, outcome, currency, attempts, presses, amount)
  SELECT k.merchant_id, public.half_hour_of(a.at), public.shown_outcome(a.outcome, a.problem), coalesce(p.currency, ''), count(*), sum(a.presses),
    coalesce(sum(a.presses * p.amount), 0)
  FROM unnest(merchants, ids) AS k (merchant_id, id)
  CROSS JOIN LATERAL (SELECT x.at, x.outcome, x.problem, x.presses, x.record_id FROM public.attempt x
    WHERE x.merchant_id = k.merchant_id AND x.id = k.id AND public.is_to_pay(x.operation) OFFSET 0) a
  LEFT JOIN LATERAL (SELECT x.currency::text AS currency, x.amount::numeric AS amount
    FROM public.idempotency_record r JOIN public.payment x ON x.merchant_id = r.merchant_id AND x.id = r.subject_id
    WHERE public.is_repeat(a.outcome) AND r.merchant_id = k.merchant_id AND r.id = a.record_id
      AND EXISTS (SELECT FROM public.ledger_transaction t
        WHERE t.merchant_id = x.merchant_id AND t.payment_id = x.id AND t.kind = 'capture' AND (t.xid IS NULL OR t.xid < counted_charges)) OFFSET 0) p ON true
  GROUP BY 1, 2, 3, 4
  ON CONFLICT (merchant_id, half_hour, outcome, currency)
    DO UPDATE SET attempts = s.attempts + excluded.attempts, presses = s.presses + excluded.presses, amount = s.amount + excluded.amount;
END $$;

-- Adds up to `batch` postings, and up to `batch` attempts, to the counts (more where one transaction wrote more). @returns the larger number, and
-- at least `batch` until all is counted for the first time. Any number of callers: one of them counts, the others return 0. As in sum_ledger
-- (0025), nothing can be committed late with an id below the oldest transaction that still runs.
CREATE FUNCTION count_attempts(batch integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  none CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
  c public.attempts_counted;
  horizon bigint;
  upto bigint;
  merchants uuid[];
  ids uuid[];
  postings bigint := 0;
  attempts bigint := 0;
  -- Charges first: an attempt that is counted after its payment's charge need not be moved.
  charges_are_counted boolean := false;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: count_attempts', 0)) THEN RETURN 0; END IF;
  SELECT * INTO c FROM public.attempts_counted k WHERE k.xmin::text::bigint = k.written_by & 4294967295;
  IF NOT FOUND THEN
    -- The first time, or the counts of another database: from the start.
    DELETE FROM public.attempt_half_hour;
    DELETE FROM public.charge_half_hour;
    SELECT true, 0, 0, none, none INTO c.only_row, c.charges_xid, c.attempts_xid, c.last_merchant_id, c.last_id;
  END IF;
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;

  IF c.charges_xid = 0 THEN
    SELECT count(*), array_agg(f.merchant_id), array_agg(f.id) INTO postings, merchants, ids FROM (
      SELECT t.merchant_id, t.id FROM public.ledger_transaction t
      WHERE t.xid IS NULL AND (t.merchant_id, t.id) > (c.last_merchant_id, c.last_id) ORDER BY t.merchant_id, t.id LIMIT batch) f;
    PERFORM public.add_charges(merchants, ids, 0);
    IF postings < batch THEN
      -- No transaction has this id.
      SELECT 1, none, none INTO c.charges_xid, c.last_merchant_id, c.last_id;
    ELSE
      SELECT merchants[postings], ids[postings] INTO c.last_merchant_id, c.last_id;
    END IF;
  ELSIF c.attempts_xid = 0 AND c.last_id <> none THEN
    -- Attempts without an id are being counted: which of them a charge would move, is known afterwards.
    charges_are_counted := true;
  ELSE
    SELECT count(*), max(f.xid) + 1 INTO postings, upto FROM (
      SELECT t.xid FROM public.ledger_transaction t WHERE t.xid >= c.charges_xid AND t.xid < horizon ORDER BY t.xid LIMIT batch) f;
    charges_are_counted := postings < batch;
    IF charges_are_counted THEN upto := horizon; END IF;
    IF postings > 0 THEN
      SELECT array_agg(t.merchant_id), array_agg(t.id) INTO merchants, ids FROM public.ledger_transaction t
        WHERE t.xid >= c.charges_xid AND t.xid < upto;
      PERFORM public.add_charges(merchants, ids, c.attempts_xid);
      c.charges_xid := upto;
    END IF;
  END IF;

  IF c.attempts_xid > 0 THEN
    SELECT count(*), max(f.xid) + 1 INTO attempts, upto FROM (
      SELECT a.xid FROM public.attempt a WHERE a.xid >= c.attempts_xid AND a.xid < horizon ORDER BY a.xid LIMIT batch) f;
    IF attempts < batch THEN upto := horizon; END IF;
    -- A quiet shop is not written to.
    IF postings = 0 AND attempts = 0 THEN RETURN 0; END IF;
    IF attempts > 0 THEN
      SELECT array_agg(a.merchant_id), array_agg(a.id) INTO merchants, ids FROM public.attempt a WHERE a.xid >= c.attempts_xid AND a.xid < upto;
      PERFORM public.add_attempts(merchants, ids, c.charges_xid);
      c.attempts_xid := upto;
    END IF;
  ELSIF charges_are_counted THEN
    SELECT count(*), array_agg(f.merchant_id), array_agg(f.id) INTO attempts, merchants, ids FROM (
      SELECT a.merchant_id, a.id FROM public.attempt a
      WHERE a.xid IS NULL AND (a.merchant_id, a.id) > (c.last_merchant_id, c.last_id) ORDER BY a.merchant_id, a.id LIMIT batch) f;
    PERFORM public.add_attempts(merchants, ids, c.charges_xid);
    IF attempts < batch THEN
      SELECT 1, none, none INTO c.attempts_xid, c.last_merchant_id, c.last_id;
    ELSE
      SELECT merchants[attempts], ids[attempts] INTO c.last_merchant_id, c.last_id;
    END IF;
    attempts := batch;
  ELSE
    attempts := batch;
  END IF;

  INSERT INTO public.attempts_counted (charges_xid, attempts_xid, last_merchant_id, last_id)
    VALUES (c.charges_xid, c.attempts_xid, c.last_merchant_id, c.last_id)
    ON CONFLICT (only_row) DO UPDATE SET charges_xid = excluded.charges_xid, attempts_xid = excluded.attempts_xid,
      last_merchant_id = excluded.last_merchant_id, last_id = excluded.last_id, written_by = excluded.written_by;
  RETURN greatest(postings, attempts);
END $$;

-- A merchant's attempts to pay in a period of whole half hours, by half hour, outcome and currency (as in attempt_half_hour): what counting every
-- row would give. What has come since, and what is judged by a charge that has come since, is counted row by row. Counts may be negative, and add up.
CREATE FUNCTION attempt_counts(merchant uuid, from_at timestamptz, until_at timestamptz)
  RETURNS TABLE (half_hour timestamptz, outcome text, currency text, attempts bigint, presses bigint, amount numeric) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  c record;
BEGIN
  IF (from_at, until_at) <> (public.half_hour_of(from_at), public.half_hour_of(until_at)) THEN
    RAISE EXCEPTION 'attempts are counted by whole half hours' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT * INTO c FROM public.attempts_counted_upto();
  IF FOUND THEN
    RETURN QUERY SELECT s.half_hour, s.outcome, s.currency, s.attempts, s.presses, s.amount FROM public.attempt_half_hour s
      WHERE s.merchant_id = merchant AND s.half_hour >= from_at AND s.half_hour < until_at;
    RETURN QUERY SELECT public.half_hour_of(a.at), a.outcome, m.currency, m.one, m.one * a.presses, m.amount * a.presses
      FROM public.ledger_transaction t
      CROSS JOIN LATERAL (SELECT x.record_id, x.currency::text AS currency, x.amount::numeric AS amount FROM public.payment x
        WHERE x.merchant_id = merchant AND x.id = t.payment_id OFFSET 0) p
      CROSS JOIN LATERAL (SELECT x.at, x.outcome, x.presses FROM public.attempt x
        WHERE x.merchant_id = merchant AND x.record_id = p.record_id AND public.is_to_pay(x.operation) AND public.is_repeat(x.outcome)
          AND (x.xid IS NULL OR x.xid < c.attempts_xid) AND x.at >= from_at AND x.at < until_at OFFSET 0) a
      CROSS JOIN LATERAL (VALUES ('', -1::bigint, 0::numeric), (p.currency, 1, p.amount)) AS m (currency, one, amount)
      WHERE t.merchant_id = merchant AND t.kind = 'capture' AND t.xid >= c.charges_xid;
  END IF;
  RETURN QUERY SELECT public.half_hour_of(a.at), public.shown_outcome(a.outcome, a.problem), coalesce(p.currency, ''), count(*), sum(a.presses),
      coalesce(sum(a.presses * p.amount), 0)
    FROM public.attempt a
    LEFT JOIN LATERAL (SELECT x.currency::text AS currency, x.amount::numeric AS amount
      FROM public.idempotency_record r JOIN public.payment x ON x.merchant_id = r.merchant_id AND x.id = r.subject_id
      WHERE public.is_repeat(a.outcome) AND r.merchant_id = merchant AND r.id = a.record_id AND x.gateway_ref IS NOT NULL OFFSET 0) p ON true
    WHERE a.merchant_id = merchant AND a.at >= from_at AND a.at < until_at AND public.is_to_pay(a.operation)
      AND (c.attempts_xid IS NULL OR a.xid >= c.attempts_xid)
    GROUP BY 1, 2, 3;
END $$;

-- A merchant's charges by the half hour in which their payment was made, in the same way.
CREATE FUNCTION charge_counts(merchant uuid, from_at timestamptz, until_at timestamptz)
  RETURNS TABLE (half_hour timestamptz, charges bigint) LANGUAGE plpgsql STABLE
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  c record;
BEGIN
  IF (from_at, until_at) <> (public.half_hour_of(from_at), public.half_hour_of(until_at)) THEN
    RAISE EXCEPTION 'charges are counted by whole half hours' USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT * INTO c FROM public.attempts_counted_upto();
  IF FOUND THEN
    RETURN QUERY SELECT s.half_hour, s.charges FROM public.charge_half_hour s
      WHERE s.merchant_id = merchant AND s.half_hour >= from_at AND s.half_hour < until_at;
    RETURN QUERY SELECT public.half_hour_of(p.created_at), count(*)
      FROM public.ledger_transaction t
      CROSS JOIN LATERAL (SELECT x.created_at FROM public.payment x
        WHERE x.merchant_id = merchant AND x.id = t.payment_id AND x.created_at >= from_at AND x.created_at < until_at OFFSET 0) p
      WHERE t.merchant_id = merchant AND t.kind IN ('capture', 'surplus') AND t.xid >= c.charges_xid
      GROUP BY 1;
  ELSE
    RETURN QUERY SELECT public.half_hour_of(p.created_at), count(*)
      FROM public.payment p JOIN public.ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind IN ('capture', 'surplus')
      WHERE p.merchant_id = merchant AND p.created_at >= from_at AND p.created_at < until_at GROUP BY 1;
  END IF;
END $$;

-- Deny by default. The application reads, and its worker starts the counting.
REVOKE EXECUTE ON FUNCTION half_hour_of(timestamptz), shown_outcome(text, text), is_to_pay(text), is_repeat(text), attempts_counted_upto(),
  add_charges(uuid[], uuid[], bigint), add_attempts(uuid[], uuid[], bigint), count_attempts(integer),
  attempt_counts(uuid, timestamptz, timestamptz), charge_counts(uuid, timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION half_hour_of(timestamptz), shown_outcome(text, text), is_to_pay(text), is_repeat(text), attempts_counted_upto(),
  count_attempts(integer), attempt_counts(uuid, timestamptz, timestamptz), charge_counts(uuid, timestamptz, timestamptz) TO payonce_app;

-- What must be true of it, as 0006_integrity says it. Reads every attempt and every posting. ----------------------------------------
CREATE VIEW integrity_across.attempts_are_counted_right AS
  WITH upto AS MATERIALIZED (SELECT * FROM public.attempts_counted_upto()),
  charged AS (
    SELECT t.merchant_id, p.id, p.currency::text AS currency, p.amount::numeric AS amount, p.created_at, t.kind
    FROM ledger_transaction t JOIN payment p ON p.merchant_id = t.merchant_id AND p.id = t.payment_id
    WHERE t.kind IN ('capture', 'surplus') AND (t.xid IS NULL OR t.xid < (SELECT charges_xid FROM upto)))
  SELECT merchant_id, 'half_hour ' || (half_hour AT TIME ZONE 'UTC') AS subject,
    kind || ' is off by ' || sum(rows) || ' rows, ' || sum(presses) || ' presses, ' || sum(amount) || ' in sum' AS detail
  FROM (
    SELECT s.merchant_id, s.half_hour, s.outcome || ' ' || s.currency AS kind, s.attempts AS rows, s.presses, s.amount FROM attempt_half_hour s
    UNION ALL SELECT a.merchant_id, public.half_hour_of(a.at), public.shown_outcome(a.outcome, a.problem) || ' ' || coalesce(c.currency, ''),
        -count(*), -sum(a.presses), -coalesce(sum(a.presses * c.amount), 0)
      FROM attempt a
      LEFT JOIN idempotency_record r ON public.is_repeat(a.outcome) AND r.merchant_id = a.merchant_id AND r.id = a.record_id
      LEFT JOIN charged c ON c.merchant_id = r.merchant_id AND c.id = r.subject_id AND c.kind = 'capture'
      WHERE public.is_to_pay(a.operation) AND (a.xid IS NULL OR a.xid < (SELECT attempts_xid FROM upto)) GROUP BY 1, 2, 3
    UNION ALL SELECT s.merchant_id, s.half_hour, 'charges', s.charges, 0, 0 FROM charge_half_hour s
    UNION ALL SELECT c.merchant_id, public.half_hour_of(c.created_at), 'charges', -count(*), 0, 0 FROM charged c GROUP BY 1, 2
  ) AS both_sides
  WHERE EXISTS (SELECT FROM upto)
  GROUP BY merchant_id, half_hour, kind HAVING sum(rows) <> 0 OR sum(presses) <> 0 OR sum(amount) <> 0;
COMMENT ON VIEW integrity_across.attempts_are_counted_right IS 'Each half hour’s counts are those of its attempts and charges';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('attempts-are-counted-right', 'compares each count with every attempt and every charge');
