-- Invariants that do not take longer with age. The worker evaluates them for what was written since its last turn (`check_changes`), and
-- once in 24 hours over every row (`check_whole`), and keeps what both found. Pages read that. `npm run verify` believes none of it: it
-- evaluates every view over every row, as before. A payment writes nothing for it.

-- How far changes are checked. One row, of the whole installation.
CREATE TABLE integrity_checkpoint (
  only_row boolean NOT NULL DEFAULT true CONSTRAINT integrity_checkpoint_only_row CHECK (only_row),
  -- What transactions below this id wrote is checked.
  xid bigint NOT NULL,
  -- Whatever was written before this instant is checked.
  at timestamptz(6) NOT NULL,
  -- Whoever wrote before `noted_at` has an id below `noted_xid`: once those have all ended, `at` moves there.
  noted_at timestamptz(6) NOT NULL,
  noted_xid bigint NOT NULL,
  -- The end of the last turn: no worker checks when this is long ago.
  finished_at timestamptz(6) NOT NULL,
  -- As in ledger_summed (0025): another value than the row's own says that a dump brought it.
  written_by bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT integrity_checkpoint_pkey PRIMARY KEY (only_row)
);

-- What was checked of each invariant, by its id.
CREATE TABLE integrity_verdict (
  invariant text NOT NULL,
  -- The last check of every row that came to its end. Null: every row must be checked before anything can be said.
  whole_started_at timestamptz(6),
  whole_checked_at timestamptz(6),
  whole_ms integer,
  -- The last one that was begun, and why it failed (null: it did not).
  tried_at timestamptz(6),
  whole_error text,
  -- When the check of changes failed; such changes are checked by the next check of every row.
  changes_failed_at timestamptz(6),
  changes_error text,
  -- When a person asked for a check of every row.
  requested_at timestamptz(6),
  CONSTRAINT integrity_verdict_pkey PRIMARY KEY (invariant)
);

-- Rows that broke an invariant when they were last checked. They stay until a later check of those very rows finds them right.
CREATE TABLE integrity_violation (
  -- No foreign key: the row may name a merchant that there is not. Of no merchant: only zeros.
  merchant_id uuid NOT NULL,
  invariant text NOT NULL,
  subject text NOT NULL,
  detail text NOT NULL,
  found_by text NOT NULL CONSTRAINT integrity_violation_found_by CHECK (found_by IN ('changes', 'whole')),
  found_at timestamptz(6) NOT NULL DEFAULT now(),
  -- The transaction of the last check that found it.
  seen_xid bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint,
  CONSTRAINT integrity_violation_pkey PRIMARY KEY (merchant_id, invariant, subject, detail)
);

-- Rows of each merchant that were checked as changes: "all hold" says little where nothing was checked.
CREATE TABLE integrity_checked (
  merchant_id uuid NOT NULL,
  -- The rows' table.
  kind text NOT NULL,
  rows bigint NOT NULL,
  CONSTRAINT integrity_checked_pkey PRIMARY KEY (merchant_id, kind),
  CONSTRAINT integrity_checked_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

-- Invariants that changes cannot be checked against, and why. All others take part in `check_changes`: a view needs nothing for that, but for
-- a GROUP BY that names each column it uses (the primary key does not stand for the others there).
CREATE TABLE integrity_whole_only (
  invariant text NOT NULL,
  because text NOT NULL,
  CONSTRAINT integrity_whole_only_pkey PRIMARY KEY (invariant)
);
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('audit-log-is-chained', 'a chain is recomputed from its beginning'),
  ('ledger-is-chained', 'a chain is recomputed from its beginning'),
  ('ledger-is-sealed', 'a posting without a seal is found only by reading all'),
  ('no-transaction-is-left-open', 'it is about connections, not rows'),
  ('currency-sums-to-zero', 'a sum over every entry; each new transaction is checked by itself'),
  ('sums-are-of-their-entries', 'compares each sum with every entry below it'),
  ('hours-are-counted-right', 'compares each count with every payment of its hour');

-- Read for the pages; written by the functions below alone. A person may ask for a check of every row.
GRANT SELECT ON integrity_checkpoint, integrity_verdict, integrity_violation, integrity_checked, integrity_whole_only TO payonce_app;
GRANT UPDATE (requested_at) ON integrity_verdict TO payonce_app;

-- Every invariant: its id, and its view.
CREATE FUNCTION invariant_views() RETURNS TABLE (invariant text, view oid) LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
BEGIN ATOMIC
  SELECT replace(c.relname, '_', '-'), c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind = 'v' AND n.nspname IN ('integrity_across', 'integrity_ledger', 'integrity_chain', 'integrity_system');
END;

-- Whether a row version with this xmin was written by a transaction from `since` up to, and without, `upto`. A row has 32 bits of the id.
CREATE FUNCTION written_within(row_xmin xid, since bigint, upto bigint) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (row_xmin::text::bigint - (since & 4294967295) + 4294967296) % 4294967296 < upto - since;

-- An invariant's query over some families of rows. A family is an order with all that hangs on it, which every join of an invariant stays
-- within. Its tables are replaced by parts of them: a name in WITH stands before the table of that name. The parts are given by id:
-- $1 $2 orders, $3 $4 payments, $5 $6 refunds, $7 $8 ledger transactions, $9 $10 records, $11 $12 events (merchant and id of each),
-- $13 charges and $14 refunds at the simulated bank, which invariants name with their schema.
CREATE FUNCTION invariant_over_families(view oid) RETURNS text LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp
  RETURN 'WITH orders AS (SELECT x.* FROM unnest($1::uuid[], $2::uuid[]) AS s (m, i) JOIN public.orders x ON x.merchant_id = s.m AND x.id = s.i),'
    ' order_item AS (SELECT x.* FROM unnest($1::uuid[], $2::uuid[]) AS s (m, i) JOIN public.order_item x ON x.merchant_id = s.m AND x.order_id = s.i),'
    ' payment AS (SELECT x.* FROM unnest($3::uuid[], $4::uuid[]) AS s (m, i) JOIN public.payment x ON x.merchant_id = s.m AND x.id = s.i),'
    ' refund_request AS (SELECT x.* FROM unnest($3::uuid[], $4::uuid[]) AS s (m, i) JOIN public.refund_request x ON x.merchant_id = s.m AND x.payment_id = s.i),'
    ' operator_refund AS (SELECT x.* FROM unnest($3::uuid[], $4::uuid[]) AS s (m, i) JOIN public.operator_refund x ON x.merchant_id = s.m AND x.payment_id = s.i),'
    ' surplus_charge AS (SELECT x.* FROM unnest($3::uuid[], $4::uuid[]) AS s (m, i) JOIN public.surplus_charge x ON x.merchant_id = s.m AND x.payment_id = s.i),'
    ' refund AS (SELECT x.* FROM unnest($5::uuid[], $6::uuid[]) AS s (m, i) JOIN public.refund x ON x.merchant_id = s.m AND x.id = s.i),'
    ' ledger_transaction AS (SELECT x.* FROM unnest($7::uuid[], $8::uuid[]) AS s (m, i) JOIN public.ledger_transaction x ON x.merchant_id = s.m AND x.id = s.i),'
    ' entry AS (SELECT x.* FROM unnest($7::uuid[], $8::uuid[]) AS s (m, i) JOIN public.entry x ON x.merchant_id = s.m AND x.transaction_id = s.i),'
    ' idempotency_record AS (SELECT x.* FROM unnest($9::uuid[], $10::text[]) AS s (m, i) JOIN public.idempotency_record x ON x.merchant_id = s.m AND x.id = s.i),'
    ' outbox_event AS (SELECT x.* FROM unnest($11::uuid[], $12::uuid[]) AS s (m, i) JOIN public.outbox_event x ON x.merchant_id = s.m AND x.id = s.i),'
    ' bank_charge AS (SELECT x.* FROM unnest($13::text[]) AS s (i) JOIN gateway_simulator.charge x ON x.id = s.i),'
    ' bank_refund AS (SELECT x.* FROM unnest($14::text[]) AS s (i) JOIN gateway_simulator.refund x ON x.id = s.i),'
    ' broken AS (' || replace(rtrim(pg_get_viewdef(view), ';'), 'gateway_simulator.', 'bank_') || ') SELECT * FROM broken';

-- Keeps what a check found. `found`: a query with the columns of an invariant. At most 100 rows of a merchant, and one that says how many more.
CREATE FUNCTION kept_violations(found text) RETURNS text LANGUAGE sql IMMUTABLE
  RETURN 'INSERT INTO public.integrity_violation AS v (merchant_id, invariant, subject, detail, found_by)'
    ' SELECT m, $15, CASE WHEN n > 100 THEN ''rows'' ELSE subject END, CASE WHEN n > 100 THEN (total - 100) || '' more'' ELSE detail END, $16'
    ' FROM (SELECT *, row_number() OVER w AS n, count(*) OVER (PARTITION BY m) AS total FROM ('
    '   SELECT DISTINCT coalesce(merchant_id, ''00000000-0000-0000-0000-000000000000'') AS m, coalesce(left(subject, 200), ''row'') AS subject,'
    '     coalesce(left(detail, 500), '''') AS detail FROM (' || found || ') AS q) AS each WINDOW w AS (PARTITION BY m ORDER BY subject, detail)) AS ranked'
    ' WHERE n <= 101'
    ' ON CONFLICT (merchant_id, invariant, subject, detail) DO UPDATE SET seen_xid = excluded.seen_xid';

-- Lets the check of changes set out from here, and makes every row due.
CREATE FUNCTION begin_checks_anew(horizon bigint, began timestamptz) RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  UPDATE public.integrity_verdict SET whole_checked_at = NULL, tried_at = NULL;
  INSERT INTO public.integrity_checkpoint (xid, at, noted_at, noted_xid, finished_at)
    VALUES (horizon, began, began, pg_current_xact_id()::text::bigint, clock_timestamp())
    ON CONFLICT (only_row) DO UPDATE SET xid = excluded.xid, at = excluded.at, noted_at = excluded.noted_at, noted_xid = excluded.noted_xid,
      finished_at = excluded.finished_at, written_by = excluded.written_by;
END $$;

-- Checks what was written since the last turn: the families of it, and of what was found broken before. Reads nothing older, so it takes as
-- long as there was to do. @returns the number of families. Any number of callers: one of them checks, the others return 0.
--
-- Nothing is passed over: what is checked are transactions from `xid` up to the oldest that still runs, so one that commits late is checked
-- later. Postings and events have the id in a column. Other rows are looked for among those made since `at`, five minutes more for a transaction
-- that waited before it wrote, and by the id that PostgreSQL itself keeps in each row version. Older rows that change do so with a posting, an
-- event or a lease. What changes without any of them is found by `check_whole`.
CREATE FUNCTION check_changes(batch integer) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  c public.integrity_checkpoint;
  -- Read before this transaction has an id of its own, so whoever wrote before this instant has a lower one.
  began timestamptz := clock_timestamp();
  horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  upto bigint;
  made timestamptz;
  known record;
  order_m uuid[]; order_i uuid[];
  payment_m uuid[]; payment_i uuid[];
  refund_m uuid[]; refund_i uuid[];
  posting_m uuid[]; posting_i uuid[];
  record_m uuid[]; record_i text[];
  event_m uuid[]; event_i uuid[];
  charge_i text[]; bank_refund_i text[];
  subject_m uuid[]; subject_i uuid[];
  checked_subjects text[];
BEGIN
  -- Scope and check must read the same instant, or a family that grows between them seems broken.
  IF current_setting('transaction_isolation') <> 'repeatable read' THEN
    RAISE EXCEPTION 'check_changes needs a transaction of one snapshot (REPEATABLE READ)';
  END IF;
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: check_changes', 0)) THEN RETURN 0; END IF;
  SELECT * INTO c FROM public.integrity_checkpoint k WHERE k.xmin::text::bigint = k.written_by & 4294967295;
  -- The first time, or the checkpoint of another database, or too much to catch up with: then every row must be checked.
  IF NOT FOUND OR c.xid > horizon
    OR EXISTS (SELECT FROM public.outbox_event e WHERE e.xid >= c.xid AND e.xid < horizon ORDER BY e.xid OFFSET 200000 LIMIT 1) THEN
    PERFORM public.begin_checks_anew(horizon, began);
    RETURN 0;
  END IF;
  SELECT coalesce((SELECT e.xid + 1 FROM public.outbox_event e WHERE e.xid >= c.xid AND e.xid < horizon ORDER BY e.xid OFFSET batch LIMIT 1), horizon) INTO upto;
  made := c.at - interval '5 minutes';

  -- At the simulated bank: new charges and refunds, and those found broken before.
  SELECT array_agg(b.id) INTO charge_i FROM (
    SELECT x.id FROM gateway_simulator.charge x WHERE x.created_at >= made AND public.written_within(x.xmin, c.xid, upto)
    UNION SELECT split_part(v.subject, ' ', 2) FROM public.integrity_violation v WHERE v.subject LIKE 'charge %'
    UNION SELECT x.id FROM public.integrity_violation v JOIN gateway_simulator.charge x ON x.idempotency_key = split_part(v.subject, ' ', 2)
      WHERE v.subject LIKE 'gateway\_key %') b;
  SELECT array_agg(b.id) INTO bank_refund_i FROM (
    SELECT x.id FROM gateway_simulator.refund x WHERE public.written_within(x.xmin, c.xid, upto)
    UNION SELECT split_part(v.subject, ' ', 2) FROM public.integrity_violation v WHERE v.subject LIKE 'bank\_refund %') b;

  -- Ids that may be those of payments and refunds.
  SELECT array_agg(b.m), array_agg(b.i) INTO subject_m, subject_i FROM (
    SELECT p.m, p.i FROM public.merchant k CROSS JOIN LATERAL (
      SELECT x.merchant_id AS m, x.id AS i FROM public.payment x
      WHERE x.merchant_id = k.id AND x.created_at >= made AND public.written_within(x.xmin, c.xid, upto)) p
    UNION SELECT e.merchant_id, e.subject_id FROM public.outbox_event e WHERE e.xid >= c.xid AND e.xid < upto
    UNION SELECT t.merchant_id, t.payment_id FROM public.ledger_transaction t WHERE t.xid >= c.xid AND t.xid < upto AND t.payment_id IS NOT NULL
    UNION SELECT r.merchant_id, r.subject_id FROM public.idempotency_record r
      WHERE r.lease_until >= made AND public.written_within(r.xmin, c.xid, upto) AND r.subject_id IS NOT NULL
    UNION SELECT x.merchant_id, x.id FROM public.refund x WHERE x.created_at >= made AND public.written_within(x.xmin, c.xid, upto)
    UNION SELECT x.merchant_id, x.payment_id FROM public.refund_request x WHERE public.written_within(x.xmin, c.xid, upto)
    UNION SELECT x.merchant_id, x.payment_id FROM public.surplus_charge x WHERE public.written_within(x.xmin, c.xid, upto)
    UNION SELECT x.merchant_id, x.id FROM gateway_simulator.charge b JOIN public.payment x ON x.gateway_key = b.idempotency_key WHERE b.id = ANY (charge_i)
    UNION SELECT x.merchant_id, x.id FROM gateway_simulator.refund b JOIN public.refund x ON x.gateway_key = b.idempotency_key WHERE b.id = ANY (bank_refund_i)
    UNION SELECT v.merchant_id, split_part(v.subject, ' ', 2)::uuid FROM public.integrity_violation v
      WHERE v.subject ~ '^(payment|refund) [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    UNION SELECT x.merchant_id, x.payment_id FROM public.integrity_violation v JOIN public.refund_request x ON x.merchant_id = v.merchant_id
      AND x.id::text = split_part(v.subject, ' ', 2) WHERE v.subject LIKE 'refund\_request %'
    UNION SELECT x.merchant_id, x.payment_id FROM public.integrity_violation v JOIN public.surplus_charge x ON x.gateway_ref = split_part(v.subject, ' ', 2)
      WHERE v.subject LIKE 'surplus\_charge %') b;

  -- Families, from the order down.
  SELECT array_agg(b.m), array_agg(b.i) INTO order_m, order_i FROM (
    SELECT x.merchant_id AS m, x.id AS i FROM public.orders x WHERE x.created_at >= made AND public.written_within(x.xmin, c.xid, upto)
    UNION SELECT x.merchant_id, x.order_id FROM unnest(subject_m, subject_i) AS s (m, i) JOIN public.payment x ON x.merchant_id = s.m AND x.id = s.i
    UNION SELECT x.merchant_id, x.order_id FROM unnest(subject_m, subject_i) AS s (m, i) JOIN public.refund f ON f.merchant_id = s.m AND f.id = s.i
      JOIN public.payment x ON x.merchant_id = f.merchant_id AND x.id = f.payment_id
    UNION SELECT v.merchant_id, split_part(v.subject, ' ', 2)::uuid FROM public.integrity_violation v
      WHERE v.subject ~ '^(orders|order_item) [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') b;
  -- One transaction that wrote so much, such as a load by SQL, takes too long to check in one turn: then every row must be checked.
  IF cardinality(order_i) > 20000 THEN
    PERFORM public.begin_checks_anew(horizon, began);
    RETURN 0;
  END IF;
  SELECT array_agg(b.m), array_agg(b.i) INTO payment_m, payment_i FROM (
    SELECT x.merchant_id AS m, x.id AS i FROM unnest(order_m, order_i) AS s (m, i) JOIN public.payment x ON x.merchant_id = s.m AND x.order_id = s.i
    UNION SELECT x.merchant_id, x.id FROM unnest(subject_m, subject_i) AS s (m, i) JOIN public.payment x ON x.merchant_id = s.m AND x.id = s.i) b;
  SELECT array_agg(b.m), array_agg(b.i) INTO refund_m, refund_i FROM (
    SELECT x.merchant_id AS m, x.id AS i FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.refund x ON x.merchant_id = s.m AND x.payment_id = s.i
    UNION SELECT x.merchant_id, x.id FROM unnest(subject_m, subject_i) AS s (m, i) JOIN public.refund x ON x.merchant_id = s.m AND x.id = s.i) b;
  SELECT array_agg(b.m), array_agg(b.i) INTO posting_m, posting_i FROM (
    SELECT t.merchant_id AS m, t.id AS i FROM public.ledger_transaction t WHERE t.xid >= c.xid AND t.xid < upto
    UNION SELECT x.merchant_id, x.id FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.ledger_transaction x ON x.merchant_id = s.m AND x.payment_id = s.i
    UNION SELECT x.merchant_id, x.transaction_id FROM unnest(refund_m, refund_i) AS s (m, i) JOIN public.refund x ON x.merchant_id = s.m AND x.id = s.i
      WHERE x.transaction_id IS NOT NULL
    UNION SELECT v.merchant_id, split_part(v.subject, ' ', 2)::uuid FROM public.integrity_violation v
      WHERE v.subject ~ '^ledger_transaction [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') b;
  -- With what they reverse, and what reverses them.
  SELECT array_agg(b.m), array_agg(b.i) INTO posting_m, posting_i FROM (
    SELECT s.m, s.i FROM unnest(posting_m, posting_i) AS s (m, i)
    UNION SELECT x.merchant_id, x.reverses FROM unnest(posting_m, posting_i) AS s (m, i) JOIN public.ledger_transaction x ON x.merchant_id = s.m AND x.id = s.i
      WHERE x.reverses IS NOT NULL
    UNION SELECT x.merchant_id, x.id FROM unnest(posting_m, posting_i) AS s (m, i) JOIN public.ledger_transaction x ON x.merchant_id = s.m AND x.reverses = s.i) b;
  -- Records also because of the time: one is stuck 90 s after its lease, and nothing is written then.
  SELECT array_agg(b.m), array_agg(b.i) INTO record_m, record_i FROM (
    SELECT x.merchant_id AS m, x.record_id AS i FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.payment x ON x.merchant_id = s.m AND x.id = s.i
    UNION SELECT x.merchant_id, x.record_id FROM unnest(refund_m, refund_i) AS s (m, i) JOIN public.refund x ON x.merchant_id = s.m AND x.id = s.i
    UNION SELECT r.merchant_id, r.id FROM public.idempotency_record r WHERE r.lease_until >= made AND public.written_within(r.xmin, c.xid, upto)
    UNION SELECT r.merchant_id, r.id FROM public.idempotency_record r WHERE r.overdue_since IS NOT NULL
    UNION SELECT r.merchant_id, r.id FROM public.idempotency_record r
      WHERE r.lease_until >= c.at - interval '100 seconds' AND r.lease_until < now() - interval '90 seconds' AND r.state IN ('sending', 'unknown')
    UNION SELECT v.merchant_id, split_part(v.subject, ' ', 2) FROM public.integrity_violation v WHERE v.subject LIKE 'idempotency\_record %') b;
  SELECT array_agg(b.m), array_agg(b.i) INTO event_m, event_i FROM (
    SELECT e.merchant_id AS m, e.id AS i FROM public.outbox_event e WHERE e.xid >= c.xid AND e.xid < upto
    UNION SELECT e.merchant_id, e.id FROM unnest(payment_m || refund_m, payment_i || refund_i) AS s (m, i)
      JOIN public.outbox_event e ON e.merchant_id = s.m AND e.subject_id = s.i
    UNION SELECT v.merchant_id, split_part(v.subject, ' ', 2)::uuid FROM public.integrity_violation v
      WHERE v.subject ~ '^outbox_event [0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$') b;
  SELECT array_agg(b.id) INTO charge_i FROM (
    SELECT unnest(charge_i) AS id
    UNION SELECT x.id FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.payment p ON p.merchant_id = s.m AND p.id = s.i
      JOIN gateway_simulator.charge x ON x.idempotency_key = p.gateway_key) b;
  -- All of a key's, also where no payment has it.
  SELECT array_agg(DISTINCT x.id) INTO charge_i FROM gateway_simulator.charge k JOIN gateway_simulator.charge x ON x.idempotency_key = k.idempotency_key
    WHERE k.id = ANY (charge_i);
  SELECT array_agg(b.id) INTO bank_refund_i FROM (
    SELECT unnest(bank_refund_i) AS id
    UNION SELECT x.id FROM gateway_simulator.refund x WHERE x.charge_id = ANY (charge_i)) b;

  IF EXISTS (SELECT FROM public.integrity_violation) THEN
    SELECT array_agg(b.subject) INTO checked_subjects FROM (
      SELECT unnest(ARRAY['orders ', 'order_item ']) || i AS subject FROM unnest(order_i) AS i
      UNION ALL SELECT 'payment ' || i FROM unnest(payment_i) AS i
      UNION ALL SELECT 'refund ' || i FROM unnest(refund_i) AS i
      UNION ALL SELECT 'refund_request ' || x.id FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.refund_request x ON x.merchant_id = s.m AND x.payment_id = s.i
      UNION ALL SELECT 'surplus_charge ' || x.gateway_ref FROM unnest(payment_m, payment_i) AS s (m, i) JOIN public.surplus_charge x ON x.merchant_id = s.m AND x.payment_id = s.i
      UNION ALL SELECT 'ledger_transaction ' || i FROM unnest(posting_i) AS i
      UNION ALL SELECT 'idempotency_record ' || i FROM unnest(record_i) AS i
      UNION ALL SELECT 'outbox_event ' || i FROM unnest(event_i) AS i
      UNION ALL SELECT unnest(ARRAY['charge ' || x.id, 'gateway_key ' || x.idempotency_key]) FROM gateway_simulator.charge x WHERE x.id = ANY (charge_i)
      UNION ALL SELECT 'bank_refund ' || i FROM unnest(bank_refund_i) AS i) b;
  END IF;

  IF coalesce(order_i[1], payment_i[1], refund_i[1], posting_i[1], event_i[1]) IS NOT NULL
    OR coalesce(record_i[1], charge_i[1], bank_refund_i[1]) IS NOT NULL THEN
    FOR known IN SELECT w.invariant, w.view FROM public.invariant_views() w
      WHERE NOT EXISTS (SELECT FROM public.integrity_whole_only o WHERE o.invariant = w.invariant) ORDER BY 1
    LOOP
      BEGIN
        EXECUTE public.kept_violations(public.invariant_over_families(known.view))
          USING order_m, order_i, payment_m, payment_i, refund_m, refund_i, posting_m, posting_i, record_m, record_i, event_m, event_i,
            charge_i, bank_refund_i, known.invariant, 'changes';
        DELETE FROM public.integrity_violation v WHERE v.invariant = known.invariant AND v.subject = ANY (checked_subjects)
          AND v.seen_xid <> pg_current_xact_id()::text::bigint;
      EXCEPTION WHEN serialization_failure OR deadlock_detected THEN RAISE;
      WHEN OTHERS THEN
        INSERT INTO public.integrity_verdict (invariant, changes_failed_at, changes_error) VALUES (known.invariant, clock_timestamp(), left(SQLERRM, 300))
          ON CONFLICT (invariant) DO UPDATE SET changes_failed_at = excluded.changes_failed_at, changes_error = excluded.changes_error;
      END;
    END LOOP;
    INSERT INTO public.integrity_checked AS k (merchant_id, kind, rows)
      SELECT b.m, b.kind, count(*) FROM (
        SELECT 'orders' AS kind, unnest(order_m) AS m UNION ALL SELECT 'payment', unnest(payment_m) UNION ALL SELECT 'refund', unnest(refund_m)
        UNION ALL SELECT 'ledger_transaction', unnest(posting_m) UNION ALL SELECT 'idempotency_record', unnest(record_m)
        UNION ALL SELECT 'outbox_event', unnest(event_m)) b
      WHERE EXISTS (SELECT FROM public.merchant x WHERE x.id = b.m) GROUP BY b.m, b.kind ORDER BY b.m, b.kind
      ON CONFLICT (merchant_id, kind) DO UPDATE SET rows = k.rows + excluded.rows;
  END IF;

  IF upto = horizon AND c.noted_xid <= horizon THEN
    c.at := c.noted_at;
    c.noted_at := began;
    c.noted_xid := pg_current_xact_id()::text::bigint;
  END IF;
  UPDATE public.integrity_checkpoint SET xid = upto, at = c.at, noted_at = c.noted_at, noted_xid = c.noted_xid, finished_at = clock_timestamp(),
    written_by = pg_current_xact_id()::text::bigint;
  RETURN coalesce(cardinality(order_i), 0);
END $$;

-- The invariant whose every row is to be checked next, which counts as tried from now on; null: none is due. Due is what was not checked in the
-- last 24 hours, or was asked for since; what failed is tried again after 10 minutes.
CREATE FUNCTION next_whole_check() RETURNS text LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  due text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('payonce: next_whole_check', 0));
  SELECT w.invariant INTO due FROM public.invariant_views() w LEFT JOIN public.integrity_verdict v ON v.invariant = w.invariant
  WHERE (v.tried_at IS NULL OR v.tried_at < clock_timestamp() - interval '10 minutes' OR v.requested_at > v.tried_at)
    AND (v.whole_checked_at IS NULL OR v.whole_started_at < clock_timestamp() - interval '24 hours' OR v.requested_at > v.whole_started_at
      OR v.changes_failed_at > v.whole_started_at)
  ORDER BY v.tried_at NULLS FIRST, w.invariant LIMIT 1;
  IF due IS NOT NULL THEN
    INSERT INTO public.integrity_verdict (invariant, tried_at) VALUES (due, clock_timestamp()) ON CONFLICT (invariant) DO UPDATE SET tried_at = excluded.tried_at;
  END IF;
  RETURN due;
END $$;

-- Checks an invariant over every row, and keeps what it found instead of what was known before it began. @returns whether it was evaluated.
CREATE FUNCTION check_whole(which text) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  started timestamptz := clock_timestamp();
  -- What was seen broken by transactions above this one may have been written after the rows were read here: it stays.
  known_before bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  checked regclass;
BEGIN
  SELECT w.view::regclass INTO STRICT checked FROM public.invariant_views() w WHERE w.invariant = which;
  BEGIN
    EXECUTE public.kept_violations(format('SELECT * FROM %s', checked))
      USING NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::uuid[], NULL::text[],
        NULL::uuid[], NULL::uuid[], NULL::text[], NULL::text[], which, 'whole';
    DELETE FROM public.integrity_violation v WHERE v.invariant = which AND v.seen_xid < known_before;
  EXCEPTION WHEN OTHERS THEN
    INSERT INTO public.integrity_verdict (invariant, tried_at, whole_error) VALUES (which, started, left(SQLERRM, 300))
      ON CONFLICT (invariant) DO UPDATE SET whole_error = excluded.whole_error;
    RETURN false;
  END;
  INSERT INTO public.integrity_verdict AS v (invariant, whole_started_at, whole_checked_at, whole_ms, tried_at)
    VALUES (which, started, clock_timestamp(), extract(epoch FROM clock_timestamp() - started) * 1000, started)
    ON CONFLICT (invariant) DO UPDATE SET whole_started_at = excluded.whole_started_at, whole_checked_at = excluded.whole_checked_at,
      whole_ms = excluded.whole_ms, whole_error = NULL,
      changes_failed_at = CASE WHEN v.changes_failed_at > started THEN v.changes_failed_at END,
      changes_error = CASE WHEN v.changes_failed_at > started THEN v.changes_error END;
  RETURN true;
END $$;

-- Deny by default. The application's worker starts the checks.
REVOKE EXECUTE ON FUNCTION invariant_views(), written_within(xid, bigint, bigint), invariant_over_families(oid), kept_violations(text), begin_checks_anew(bigint, timestamptz),
  check_changes(integer), next_whole_check(), check_whole(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_changes(integer), next_whole_check(), check_whole(text) TO payonce_app;

-- The same views as before, which name each column that they use in GROUP BY. ---------------------------------------------------------
CREATE OR REPLACE VIEW integrity_across.order_is_the_sum_of_its_items AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, o.amount || ' is not ' || coalesce(sum(i.quantity::numeric * i.unit_amount), 0) AS detail
  FROM orders o LEFT JOIN order_item i ON i.merchant_id = o.merchant_id AND i.order_id = o.id
  GROUP BY o.merchant_id, o.id, o.amount HAVING o.amount <> coalesce(sum(i.quantity::numeric * i.unit_amount), 0);

CREATE OR REPLACE VIEW integrity_across.settled_payment_was_told AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, count(e.id) || ' events' AS detail
  FROM payment p LEFT JOIN outbox_event e ON e.merchant_id = p.merchant_id AND e.subject_id = p.id AND e.type = 'payment.' || p.status
  WHERE p.status IN ('succeeded', 'declined', 'not_charged') GROUP BY p.merchant_id, p.id, p.created_at
  HAVING count(e.id) > 1 OR count(e.id) = 0 AND p.created_at > now() - interval '90 days';

CREATE OR REPLACE VIEW integrity_across.refunds_are_within_their_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, p.refunded_amount || ' refunded of ' || p.amount || ', its refunds are ' || coalesce(sum(r.amount), 0) AS detail
  FROM payment p LEFT JOIN refund r ON r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.status <> 'failed'
  WHERE p.refunded_amount <> 0 OR r.id IS NOT NULL
  GROUP BY p.merchant_id, p.id, p.refunded_amount, p.amount HAVING p.refunded_amount <> coalesce(sum(r.amount), 0) OR coalesce(sum(r.amount), 0) > p.amount;

CREATE OR REPLACE VIEW integrity_ledger.capture_has_the_payment_amount AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    'paid ' || p.amount || ' ' || p.currency || ', posted ' || coalesce(sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency), 0) AS detail
  FROM payment p
  JOIN ledger_transaction t ON (t.merchant_id, t.payment_id, t.kind) = (p.merchant_id, p.id, 'capture')
  LEFT JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
  GROUP BY p.merchant_id, p.id, p.amount, p.currency, t.id
  HAVING sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency) IS DISTINCT FROM p.amount
    OR count(*) FILTER (WHERE e.currency <> p.currency) > 0;
