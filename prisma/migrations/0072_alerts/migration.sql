-- Alerts: facts that need a person, as rows. A job reads the facts (`alert_facts`) and opens and ends alerts by them. New tables, one column of
-- job_health, one function: a server of the version before goes on working, and writes none of it.

-- The first failure of a job since its last success. Null: its last turn was one.
ALTER TABLE job_health ADD COLUMN failing_since timestamptz(6);
GRANT INSERT (failing_since), UPDATE (failing_since) ON job_health TO payonce_app;

CREATE TABLE alert (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  -- What it means for money and what to do stands under its kind (src/alerts/kinds.ts, docs/operations.md).
  kind text NOT NULL CONSTRAINT alert_kind CHECK (kind ~ '^[a-z][a-z-]{0,39}$'),
  -- `<table> <id>`, or the name of something that has no table.
  subject text NOT NULL CONSTRAINT alert_subject CHECK (length(subject) BETWEEN 1 AND 300),
  detail text NOT NULL CONSTRAINT alert_detail CHECK (length(detail) <= 500),
  -- Money may be wrong or late because of it.
  money boolean NOT NULL,
  -- Since when it is so, as far as the rows tell; it may be before it was noticed.
  since timestamptz(6) NOT NULL,
  opened_at timestamptz(6) NOT NULL DEFAULT now(),
  last_seen_at timestamptz(6) NOT NULL DEFAULT now(),
  -- It is so no more. When it comes again, another row is written.
  ended_at timestamptz(6),
  -- Who has taken it on (`Actor` of src/lib/actor.ts), and their words.
  acknowledged_at timestamptz(6),
  acknowledged_by text,
  note text CONSTRAINT alert_note CHECK (length(note) <= 500),
  CONSTRAINT alert_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT alert_is_acknowledged_by_somebody CHECK ((acknowledged_at IS NULL) = (acknowledged_by IS NULL) AND (note IS NULL OR acknowledged_at IS NOT NULL)),
  CONSTRAINT alert_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- One open alert for a kind and a subject, however many workers look.
CREATE UNIQUE INDEX alert_open ON alert (merchant_id, kind, subject) WHERE ended_at IS NULL;
CREATE INDEX alert_newest ON alert (merchant_id, opened_at DESC, id DESC);
CREATE INDEX alert_ended ON alert (ended_at) WHERE ended_at IS NOT NULL;

-- What has ended, and who acknowledged, are facts. Kept for a year.
CREATE FUNCTION alert_is_a_fact() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.ended_at IS NULL OR OLD.ended_at > now() - interval '365 days' THEN
      RAISE EXCEPTION 'an alert is kept for a year after its end' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
  END IF;
  IF OLD.ended_at IS NOT NULL THEN
    RAISE EXCEPTION 'an alert that has ended does not change' USING ERRCODE = 'check_violation';
  END IF;
  IF OLD.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at, NEW.acknowledged_by, NEW.note) IS DISTINCT FROM (OLD.acknowledged_at, OLD.acknowledged_by, OLD.note) THEN
    RAISE EXCEPTION 'an alert is acknowledged once' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
REVOKE EXECUTE ON FUNCTION alert_is_a_fact() FROM PUBLIC;
CREATE TRIGGER alert_is_a_fact BEFORE UPDATE OR DELETE ON alert FOR EACH ROW EXECUTE FUNCTION alert_is_a_fact();

-- Kinds of alerts of which an operator gets a mail. No row: none.
CREATE TABLE alert_rule (
  merchant_id uuid NOT NULL,
  operator_id text NOT NULL,
  kinds text[] NOT NULL CONSTRAINT alert_rule_kinds CHECK (cardinality(kinds) <= 50),
  -- The last mail about alerts to this operator: the next one is a minute later at the earliest.
  mailed_at timestamptz(6),
  CONSTRAINT alert_rule_pkey PRIMARY KEY (merchant_id, operator_id),
  CONSTRAINT alert_rule_operator_fkey FOREIGN KEY (merchant_id, operator_id) REFERENCES operator (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);

-- Whom a mail has told of an alert: written in the commit of the mail, so each of them is told once.
CREATE TABLE alert_told (
  merchant_id uuid NOT NULL,
  alert_id uuid NOT NULL,
  operator_id text NOT NULL,
  CONSTRAINT alert_told_pkey PRIMARY KEY (merchant_id, alert_id, operator_id),
  CONSTRAINT alert_told_alert_fkey FOREIGN KEY (merchant_id, alert_id) REFERENCES alert (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT,
  CONSTRAINT alert_told_operator_fkey FOREIGN KEY (merchant_id, operator_id) REFERENCES operator (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);

GRANT SELECT ON alert, alert_rule, alert_told TO payonce_app;
-- An alert is born open, now, and nobody has acknowledged it. It is removed by age alone: the trigger above keeps younger ones.
GRANT INSERT (merchant_id, id, kind, subject, detail, money, since) ON alert TO payonce_app;
GRANT UPDATE (detail, last_seen_at, ended_at, acknowledged_at, acknowledged_by, note) ON alert TO payonce_app;
GRANT DELETE ON alert TO payonce_app;
-- An operator chooses kinds; a mail is noted.
GRANT INSERT (merchant_id, operator_id, kinds) ON alert_rule TO payonce_app;
GRANT UPDATE (kinds, mailed_at) ON alert_rule TO payonce_app;
GRANT INSERT (merchant_id, alert_id, operator_id) ON alert_told TO payonce_app;

-- Facts that need a person, of the merchants of one mode: what is true now. A fact of the whole installation is given to each of them.
-- Reads tables that are small, or have an index for it, so that it takes as long at any age.
-- `jobs`, `every_ms`: the jobs of this version, with their intervals. One that is not named is not missed.
CREATE FUNCTION alert_facts(served text, jobs text[], every_ms bigint[])
RETURNS TABLE (merchant_id uuid, kind text, subject text, since timestamptz, detail text)
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
  WITH ours AS MATERIALIZED (SELECT id, created_at FROM public.merchant WHERE mode = served),
  -- The installation's account at the bank belongs to the merchant that was made first.
  first AS MATERIALIZED (SELECT id FROM ours ORDER BY created_at, id LIMIT 1),
  unfinished AS MATERIALIZED (
    SELECT r.merchant_id, r.id, r.operation, r.subject_id, r.lease_until, r.parked_at, r.parked_reason, r.created_at
    FROM public.idempotency_record r
    WHERE r.state IN ('sending', 'unknown') AND (r.lease_until >= (SELECT finished_before FROM public.resolver_position)
      OR r.overdue_since > '-infinity' AND r.overdue_since < 'infinity')),
  account AS MATERIALIZED (
    SELECT g.name, g.merchant_id FROM public.gateway_account g),
  -- Those of this version: what was said of one that is gone stays in the tables.
  invariant AS MATERIALIZED (
    SELECT replace(c.relname, '_', '-') AS id FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname IN ('integrity_across', 'integrity_ledger', 'integrity_chain', 'integrity_system')),
  verdict AS MATERIALIZED (SELECT v.* FROM public.integrity_verdict v JOIN invariant i ON i.id = v.invariant),
  broken AS MATERIALIZED (
    SELECT v.merchant_id, v.invariant, min(v.found_at) AS since, count(*) || CASE count(*) WHEN 1 THEN ' row breaks it' ELSE ' rows break it' END AS detail
    FROM public.integrity_violation v JOIN invariant i ON i.id = v.invariant GROUP BY v.merchant_id, v.invariant),
  health AS MATERIALIZED (
    SELECT j.job, j.every_ms, h.last_finished_at, h.failing_since, h.last_error
    FROM unnest(jobs, every_ms) AS j (job, every_ms) JOIN public.job_health h ON h.job = j.job),
  fact (merchant_id, kind, subject, since, detail) AS (
    -- A payment or refund that nobody asks about any more.
    SELECT u.merchant_id, 'parked', coalesce('payment ' || p.id, 'idempotency_record ' || u.id), u.parked_at,
      u.operation || ': ' || coalesce(u.parked_reason, 'no reason was noted')
    FROM unfinished u LEFT JOIN public.payment p ON p.merchant_id = u.merchant_id AND p.id = u.subject_id
    WHERE u.parked_at IS NOT NULL

    -- Outcomes that are not known for an hour. A payment that waits for its shopper is no doubt of ours.
    UNION ALL SELECT u.merchant_id, 'doubt-old', 'records', min(u.created_at), count(*) || ' with an outcome that is not known for an hour or longer'
    FROM unfinished u LEFT JOIN public.payment p ON p.merchant_id = u.merchant_id AND p.id = u.subject_id
    WHERE u.parked_at IS NULL AND u.created_at < now() - interval '1 hour' AND p.status IS DISTINCT FROM 'requires_action'
    GROUP BY u.merchant_id

    -- A charge of the bank beyond its payment that could not be given back.
    UNION ALL SELECT s.merchant_id, 'surplus-parked', 'payment ' || s.payment_id, min(coalesce(s.settled_at, s.found_at)),
      string_agg(s.gateway_ref || ', ' || s.amount || ' ' || s.currency || ' in minor units: ' || coalesce(s.reason, 'no reason was noted'), '; ' ORDER BY s.gateway_ref)
    FROM public.surplus_charge s WHERE s.status = 'parked' GROUP BY s.merchant_id, s.payment_id

    -- A charge of the bank under a key that we do not know.
    UNION ALL SELECT coalesce(a.merchant_id, (SELECT id FROM first)), 'stray-charge', 'charge ' || o.gateway_ref, o.noticed_at,
      o.amount || ' ' || o.currency || ' in minor units, ' || o.refunded || ' of it refunded'
    FROM public.open_charge o LEFT JOIN account a ON a.name = o.gateway_account WHERE o.status = 'stray' AND o.refunded < o.amount

    -- A movement at the bank that nothing explains.
    UNION ALL SELECT m.merchant_id, 'bank-difference', 'movement ' || m.ref, m.noticed_at,
      m.kind || ' of ' || m.amount || ' ' || m.currency || ' in minor units: ' || m.rule
    FROM public.bank_movement m WHERE m.state = 'difference'

    -- Rows that break an invariant. Those of no merchant are everybody's, and are only counted.
    UNION ALL SELECT b.merchant_id, 'invariant-broken', 'invariant ' || b.invariant, b.since, b.detail FROM broken b
    UNION ALL SELECT o.id, 'invariant-broken', 'installation ' || b.invariant, b.since, 'of the whole installation: ' || b.detail
    FROM broken b, ours o WHERE b.merchant_id = '00000000-0000-0000-0000-000000000000'

    -- Invariants of which it is not known whether they hold.
    UNION ALL SELECT o.id, 'checks-late', 'invariant ' || v.invariant, coalesce(v.changes_failed_at, v.tried_at, now()), 'its check could not be run'
    FROM verdict v, ours o WHERE v.whole_error IS NOT NULL OR v.changes_error IS NOT NULL
    UNION ALL SELECT o.id, 'checks-late', 'every row', min(v.whole_started_at), 'the last check of every row began more than 26 hours ago'
    FROM verdict v, ours o WHERE v.whole_started_at < now() - interval '26 hours' AND v.whole_error IS NULL GROUP BY o.id
    UNION ALL SELECT o.id, 'checks-late', 'what is new', c.at, 'what was written more than 10 minutes ago is not checked'
    FROM public.integrity_checkpoint c, ours o WHERE c.at < now() - interval '10 minutes' AND c.xmin::text::bigint = c.written_by & 4294967295

    -- No job of any worker has ended for two minutes; of a new installation, for ten.
    UNION ALL SELECT o.id, 'worker-dead', 'worker', coalesce(w.last, o.created_at), 'no job of any worker has ended since'
    FROM ours o, (SELECT max(last_finished_at) AS last FROM public.job_health) w
    WHERE w.last < now() - interval '2 minutes' OR w.last IS NULL AND o.created_at < now() - interval '10 minutes'

    -- One job has not ended for ten minutes or three of its intervals. Not the check of every row, which may take hours.
    UNION ALL SELECT o.id, 'job-stopped', 'job ' || h.job, h.last_finished_at, 'no turn of it has ended since'
    FROM health h, ours o
    WHERE h.job <> 'whole-check' AND h.last_finished_at < now() - greatest(interval '10 minutes', 3 * h.every_ms * interval '1 millisecond')

    -- Every turn of a job has failed for ten minutes.
    UNION ALL SELECT o.id, CASE h.job WHEN 'page-check' THEN 'checkout-changed' ELSE 'job-failing' END, 'job ' || h.job, h.failing_since,
      coalesce(h.last_error, 'no reason was noted')
    FROM health h, ours o
    WHERE h.failing_since < now() - interval '10 minutes' AND h.last_finished_at > h.failing_since + interval '5 minutes'

    -- Work that waits for a worker for too long.
    UNION ALL SELECT u.merchant_id, 'queue-late', 'resolver', min(u.lease_until), count(*) || ' with an outcome in doubt wait to be asked about'
    FROM unfinished u WHERE u.parked_at IS NULL AND u.lease_until < now() - interval '2 minutes' GROUP BY u.merchant_id
    UNION ALL SELECT e.merchant_id, 'queue-late', 'webhook_endpoint ' || e.id, d.next_at, 'deliveries to ' || e.url || ' wait'
    FROM public.webhook_endpoint e CROSS JOIN LATERAL (
      SELECT next_at FROM public.webhook_delivery d WHERE d.merchant_id = e.merchant_id AND d.endpoint_id = e.id AND d.state = 'pending'
      ORDER BY next_at LIMIT 1) d
    WHERE e.state = 'enabled' AND e.failing_since IS NULL AND (e.not_before IS NULL OR e.not_before < now()) AND d.next_at < now() - interval '5 minutes'
    UNION ALL SELECT o.id, 'queue-late', 'events', n.created_at, 'events wait to be sent to webhook endpoints'
    FROM ours o, (
      SELECT x.created_at FROM public.outbox_event x, public.webhook_cursor c WHERE x.xid > c.xid ORDER BY x.xid LIMIT 1) n
    WHERE n.created_at < now() - interval '5 minutes'
    UNION ALL SELECT coalesce(a.merchant_id, (SELECT id FROM first)), 'queue-late', 'events of Stripe', min(s.next_at), count(*) || ' events of Stripe wait'
    FROM public.stripe_event s LEFT JOIN account a ON a.name = s.account WHERE s.next_at < now() - interval '5 minutes' GROUP BY 1
    UNION ALL SELECT coalesce(a.merchant_id, (SELECT id FROM first)), 'queue-late', 'failing events of Stripe', min(s.received_at), count(*) || ' events of Stripe fail for an hour or longer'
    FROM public.stripe_event s LEFT JOIN account a ON a.name = s.account WHERE s.state = 'failing' AND s.received_at < now() - interval '1 hour' GROUP BY 1

    -- An API key in the last quarter of its life, at most 14 days before its end and 7 after it. Not one that was rotated: its end is wanted.
    UNION ALL SELECT k.merchant_id, 'key-expiring', 'api_key ' || k.id, k.expires_at - least(interval '14 days', (k.expires_at - k.created_at) / 4),
      k.name || ' (…' || k.hint || CASE WHEN k.expires_at > now() THEN ') ends on ' ELSE ') ended on ' END || to_char(k.expires_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI') || ' UTC'
    FROM public.api_key k
    WHERE k.revoked_at IS NULL AND k.rotated_to IS NULL AND k.expires_at > now() - interval '7 days'
      AND now() >= k.expires_at - least(interval '14 days', (k.expires_at - k.created_at) / 4)

    -- An endpoint of webhooks at which every attempt fails for an hour, and one that is disabled for that.
    UNION ALL SELECT e.merchant_id, 'webhook-failing', 'webhook_endpoint ' || e.id, e.failing_since, 'every attempt at ' || e.url || ' fails'
    FROM public.webhook_endpoint e WHERE e.state = 'enabled' AND e.failing_since < now() - interval '1 hour'
    UNION ALL SELECT e.merchant_id, 'webhook-disabled', 'webhook_endpoint ' || e.id, e.updated_at, e.url || ': ' || coalesce(e.reason, 'no reason was noted')
    FROM public.webhook_endpoint e WHERE e.state = 'disabled')
  SELECT f.merchant_id, f.kind, left(f.subject, 300), f.since, left(f.detail, 500)
  FROM fact f WHERE f.merchant_id IN (SELECT id FROM ours)
$$;
REVOKE EXECUTE ON FUNCTION alert_facts(text, text[], bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alert_facts(text, text[], bigint[]) TO payonce_app;
