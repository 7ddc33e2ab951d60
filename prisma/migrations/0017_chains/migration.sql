-- The audit log and the ledger as hash chains, one of each per merchant: each link holds the hash of the one before, so a row that is
-- changed, removed, added or moved afterwards no longer fits. All hashes are made here, by functions with their owner's rights: payonce_app
-- can add to a chain, and can neither choose a hash nor rewrite one. Whoever owns the database can rewrite a whole chain; against that
-- helps only a copy of its head that is kept elsewhere (npm run verify -- --json).

-- The end of each chain. The row of `audit` is also the lock that orders the entries of one merchant.
CREATE TABLE chain_head (
  merchant_id uuid NOT NULL,
  chain text NOT NULL CONSTRAINT chain_head_chain CHECK (chain IN ('audit', 'ledger')),
  seq bigint NOT NULL DEFAULT 0,
  hash bytea NOT NULL DEFAULT '\x',
  -- Ledger only: everything that began before this transaction id is sealed. Null: rows from before there were such ids are being sealed,
  -- in order, and `last_id` was the last of them.
  xid bigint,
  last_id uuid,
  CONSTRAINT chain_head_pkey PRIMARY KEY (merchant_id, chain),
  CONSTRAINT chain_head_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- Read to show and to export the heads; written by the two functions below alone.
GRANT SELECT ON chain_head TO payonce_app;

-- An instant as a number, which no setting of a session (TimeZone, DateStyle) can spell otherwise.
CREATE FUNCTION microseconds(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN (extract(epoch FROM at) * 1000000)::bigint;

-- The audit log ---------------------------------------------------------------------------------------------------------
ALTER TABLE audit_log ADD COLUMN seq bigint, ADD COLUMN previous_hash bytea, ADD COLUMN hash bytea;

CREATE FUNCTION audit_hash(entry audit_log) RETURNS bytea LANGUAGE sql STABLE
  RETURN sha256(entry.previous_hash || convert_to(jsonb_build_array(
    entry.seq, entry.merchant_id, entry.id, entry.actor, entry.address, entry.request_id, entry.action, entry.subject, entry.detail,
    microseconds(entry.at))::text, 'UTF8'));

-- One entry of a merchant after another, from here to the commit: an entry is written in the one statement that commits it.
CREATE FUNCTION chain_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  INSERT INTO public.chain_head AS h (merchant_id, chain, seq) VALUES (NEW.merchant_id, 'audit', 1)
    ON CONFLICT (merchant_id, chain) DO UPDATE SET seq = h.seq + 1
    RETURNING h.seq, h.hash INTO NEW.seq, NEW.previous_hash;
  NEW.hash := public.audit_hash(NEW);
  UPDATE public.chain_head SET hash = NEW.hash WHERE merchant_id = NEW.merchant_id AND chain = 'audit';
  RETURN NEW;
END $$;

-- The entries that are there: a log of rare events, so one pass is short.
ALTER TABLE audit_log DISABLE TRIGGER audit_log_is_append_only;
DO $$
DECLARE
  entry audit_log;
  head chain_head;
BEGIN
  FOR entry IN SELECT * FROM audit_log ORDER BY merchant_id, at, id LOOP
    IF head.merchant_id IS DISTINCT FROM entry.merchant_id THEN
      head := ROW(entry.merchant_id, 'audit', 0, '\x'::bytea, NULL, NULL);
    END IF;
    entry.seq := head.seq + 1;
    entry.previous_hash := head.hash;
    entry.hash := audit_hash(entry);
    head.seq := entry.seq;
    head.hash := entry.hash;
    UPDATE audit_log SET seq = entry.seq, previous_hash = entry.previous_hash, hash = entry.hash
      WHERE merchant_id = entry.merchant_id AND id = entry.id;
    INSERT INTO chain_head (merchant_id, chain, seq, hash) VALUES (head.merchant_id, 'audit', head.seq, head.hash)
      ON CONFLICT (merchant_id, chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash;
  END LOOP;
END $$;
ALTER TABLE audit_log ENABLE TRIGGER audit_log_is_append_only;
CREATE TRIGGER audit_log_is_chained BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION chain_audit_entry();
-- A small table, read by a person page by page.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX audit_log_merchant_id_seq_key ON audit_log (merchant_id, seq);

-- The ledger --------------------------------------------------------------------------------------------------------------
-- A payment must not wait for another one's, so postings are sealed after their commit, in batches. In which order they were committed,
-- only the id of the database's transaction shows: all those below the oldest one that still runs have ended, and none can come late.
-- Null for the rows that are there; the default is set in a step of its own, so no row is touched.
ALTER TABLE ledger_transaction ADD COLUMN xid bigint;
ALTER TABLE ledger_transaction ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint;
-- Who posts may not choose it: a false id would keep a posting out of the chain.
REVOKE INSERT ON ledger_transaction FROM payonce_app;
GRANT INSERT (merchant_id, id, kind, payment_id, reverses, description, posted_at) ON ledger_transaction TO payonce_app;
-- BRIN: rows lie in the order of these ids, and a posting adds nothing to it. Built by reading the table once, about
-- a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX ledger_transaction_xid ON ledger_transaction USING brin (xid);

-- No foreign key to the transaction: it would lock each of them once more, and what is missing there is what `verify` looks for.
CREATE TABLE ledger_seal (
  merchant_id uuid NOT NULL,
  seq bigint NOT NULL,
  transaction_id uuid NOT NULL,
  -- Of the transaction with all its entries, and of the chain up to here.
  item_hash bytea NOT NULL,
  hash bytea NOT NULL,
  sealed_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT ledger_seal_pkey PRIMARY KEY (merchant_id, seq),
  CONSTRAINT ledger_seal_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX ledger_seal_merchant_id_transaction_id_key ON ledger_seal (merchant_id, transaction_id);
CREATE TRIGGER ledger_seal_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_seal FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
-- Read to show how far the ledger is sealed; written by seal_ledger alone.
GRANT SELECT ON ledger_seal TO payonce_app;

-- A transaction with all its entries, in one spelling. Null when there is none. Not `xid`: it says when it may be sealed, and no more.
CREATE FUNCTION ledger_item_hash(merchant uuid, transaction uuid) RETURNS bytea LANGUAGE sql STABLE
  RETURN (
    SELECT sha256(convert_to(jsonb_build_array(
      t.merchant_id, t.id, t.kind, t.payment_id, t.reverses, t.description, microseconds(t.posted_at),
      (SELECT jsonb_agg(jsonb_build_array(e.position, e.account_id, e.currency, e.amount) ORDER BY e.position)
       FROM entry e WHERE e.merchant_id = t.merchant_id AND e.transaction_id = t.id))::text, 'UTF8'))
    FROM ledger_transaction t WHERE t.merchant_id = merchant AND t.id = transaction);

CREATE FUNCTION seal_hash(previous bytea, seq bigint, item_hash bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN sha256(previous || int8send(seq) || item_hash);

-- Seals up to `batch` transactions, those that were committed first. Any number of callers: one of them seals, the others return 0.
-- A database that was restored from a dump counts its transactions anew, below the ids of the rows: until the count has passed them,
-- everything that has no seal is due, whatever its id.
CREATE FUNCTION seal_ledger(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
  horizon bigint;
  upto bigint;
  restored boolean;
  after_merchant uuid;
  after_id uuid;
  handled integer := 0;
  due record;
  head public.chain_head;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: seal_ledger', 0)) THEN RETURN 0; END IF;
  horizon := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  SELECT max(xid) INTO upto FROM public.chain_head WHERE chain = 'ledger';
  restored := upto > horizon;
  IF upto IS NULL THEN
    SELECT merchant_id, last_id INTO after_merchant, after_id FROM public.chain_head WHERE chain = 'ledger' ORDER BY merchant_id DESC LIMIT 1;
    FOR due IN
      SELECT t.merchant_id, t.id, NULL::bigint AS xid, public.ledger_item_hash(t.merchant_id, t.id) AS item_hash
      FROM public.ledger_transaction t
      WHERE t.xid IS NULL AND (after_id IS NULL OR (t.merchant_id, t.id) > (after_merchant, after_id))
      ORDER BY t.merchant_id, t.id LIMIT batch
    LOOP
      head := public.seal_transaction(head, due.merchant_id, due.id, due.xid, due.item_hash);
      handled := handled + 1;
    END LOOP;
  END IF;
  IF handled = 0 THEN
    FOR due IN
      WITH first AS MATERIALIZED (
        SELECT t.merchant_id, t.id, t.xid FROM public.ledger_transaction t
        WHERE (restored OR t.xid >= coalesce(upto, 0) AND t.xid < horizon)
          AND NOT EXISTS (SELECT FROM public.ledger_seal s WHERE s.merchant_id = t.merchant_id AND s.transaction_id = t.id)
        ORDER BY t.xid, t.merchant_id, t.id LIMIT batch)
      SELECT merchant_id, id, xid, public.ledger_item_hash(merchant_id, id) AS item_hash FROM first ORDER BY merchant_id, xid, id
    LOOP
      head := public.seal_transaction(head, due.merchant_id, due.id, due.xid, due.item_hash);
      handled := handled + 1;
    END LOOP;
  END IF;
  IF head.merchant_id IS NOT NULL THEN PERFORM public.move_chain_head(head); END IF;
  RETURN handled;
END $$;

-- Adds one seal behind `head`, and returns the new head. Another merchant's transaction first writes the old head and reads its own.
CREATE FUNCTION seal_transaction(head chain_head, merchant uuid, transaction uuid, began bigint, item bytea) RETURNS chain_head
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF head.merchant_id IS DISTINCT FROM merchant THEN
    IF head.merchant_id IS NOT NULL THEN PERFORM public.move_chain_head(head); END IF;
    INSERT INTO public.chain_head (merchant_id, chain) VALUES (merchant, 'ledger') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM public.chain_head WHERE merchant_id = merchant AND chain = 'ledger';
  END IF;
  head.seq := head.seq + 1;
  head.hash := public.seal_hash(head.hash, head.seq, item);
  head.xid := greatest(head.xid, began);
  head.last_id := transaction;
  INSERT INTO public.ledger_seal (merchant_id, seq, transaction_id, item_hash, hash) VALUES (merchant, head.seq, transaction, item, head.hash);
  RETURN head;
END $$;

CREATE FUNCTION move_chain_head(head chain_head) RETURNS void LANGUAGE sql SET search_path = pg_catalog, public, pg_temp AS $$
  UPDATE public.chain_head SET seq = head.seq, hash = head.hash, xid = head.xid, last_id = head.last_id
  WHERE merchant_id = head.merchant_id AND chain = head.chain
$$;

-- Deny by default: of all these only the sealing is the application's to start. The trigger needs no right.
REVOKE EXECUTE ON FUNCTION seal_ledger(integer), chain_audit_entry(), seal_transaction(chain_head, uuid, uuid, bigint, bytea), move_chain_head(chain_head) FROM PUBLIC;
-- The worker's job.
GRANT EXECUTE ON FUNCTION seal_ledger(integer) TO payonce_app;

-- What must be true, as 0006_integrity says it. Each view names the first link of a merchant that is wrong: those behind it follow. ------
CREATE SCHEMA integrity_chain;
GRANT USAGE ON SCHEMA integrity_chain TO payonce_app;
ALTER DEFAULT PRIVILEGES IN SCHEMA integrity_chain GRANT SELECT ON TABLES TO payonce_app;

CREATE VIEW integrity_chain.audit_log_is_chained AS
  WITH link AS (
    SELECT a.merchant_id, a.id, a.seq, a.previous_hash, a.hash, public.audit_hash(a) AS computed,
      row_number() OVER entries AS place, lag(a.hash, 1, '\x') OVER entries AS before
    FROM audit_log a WINDOW entries AS (PARTITION BY a.merchant_id ORDER BY a.seq, a.at, a.id)),
  wrong AS (
    SELECT merchant_id, place, CASE
      WHEN seq IS NULL THEN 'entry ' || id || ' is not part of the chain'
      WHEN seq > place THEN 'is missing'
      WHEN seq < place THEN 'entry ' || id || ' stands twice'
      WHEN previous_hash IS DISTINCT FROM before THEN 'entry ' || id || ' does not follow the one before'
      ELSE 'entry ' || id || ' was changed' END AS detail
    FROM link WHERE seq IS DISTINCT FROM place OR previous_hash IS DISTINCT FROM before OR hash IS DISTINCT FROM computed
    UNION ALL
    SELECT h.merchant_id, least(h.seq, a.entries) + 1,
      CASE WHEN h.seq > a.entries THEN 'is missing' WHEN h.seq < a.entries THEN 'was added behind the end of the chain'
        ELSE 'must follow another end of the chain' END
    FROM chain_head h
    CROSS JOIN LATERAL (SELECT count(*) AS entries, (array_agg(x.hash ORDER BY x.seq DESC NULLS LAST))[1] AS last
      FROM audit_log x WHERE x.merchant_id = h.merchant_id) a
    WHERE h.chain = 'audit' AND (h.seq <> a.entries OR h.hash IS DISTINCT FROM coalesce(a.last, '\x'))
    UNION ALL
    SELECT a.merchant_id, 1, 'the chain has no end' FROM audit_log a
    WHERE NOT EXISTS (SELECT FROM chain_head h WHERE h.merchant_id = a.merchant_id AND h.chain = 'audit'))
  SELECT DISTINCT ON (merchant_id) merchant_id, 'audit_log #' || place AS subject, detail FROM wrong ORDER BY merchant_id, place, detail;
COMMENT ON VIEW integrity_chain.audit_log_is_chained IS
  'The audit log is one chain: no entry was changed, removed, added or moved after it was written';

CREATE VIEW integrity_chain.ledger_is_chained AS
  WITH link AS (
    SELECT s.merchant_id, s.transaction_id, s.seq, s.item_hash, s.hash, public.ledger_item_hash(s.merchant_id, s.transaction_id) AS computed,
      row_number() OVER seals AS place, lag(s.hash, 1, '\x') OVER seals AS before
    FROM ledger_seal s WINDOW seals AS (PARTITION BY s.merchant_id ORDER BY s.seq)),
  wrong AS (
    SELECT merchant_id, place, CASE
      WHEN seq > place THEN 'the seal is missing'
      WHEN computed IS NULL THEN 'ledger_transaction ' || transaction_id || ' is missing'
      WHEN hash IS DISTINCT FROM public.seal_hash(before, seq, item_hash) THEN 'the seal of ledger_transaction ' || transaction_id || ' does not follow the one before'
      ELSE 'ledger_transaction ' || transaction_id || ' or its entries were changed' END AS detail
    FROM link WHERE seq <> place OR item_hash IS DISTINCT FROM computed OR hash IS DISTINCT FROM public.seal_hash(before, seq, item_hash)
    UNION ALL
    SELECT h.merchant_id, least(h.seq, s.seals) + 1,
      CASE WHEN h.seq > s.seals THEN 'the seal is missing' WHEN h.seq < s.seals THEN 'was added behind the end of the chain'
        ELSE 'must follow another end of the chain' END
    FROM chain_head h
    CROSS JOIN LATERAL (SELECT count(*) AS seals, max(x.seq) AS last FROM ledger_seal x WHERE x.merchant_id = h.merchant_id) s
    LEFT JOIN ledger_seal l ON l.merchant_id = h.merchant_id AND l.seq = s.last
    WHERE h.chain = 'ledger' AND (h.seq <> s.seals OR h.hash IS DISTINCT FROM coalesce(l.hash, '\x'))
    UNION ALL
    SELECT s.merchant_id, 1, 'the chain has no end' FROM ledger_seal s
    WHERE s.seq = 1 AND NOT EXISTS (SELECT FROM chain_head h WHERE h.merchant_id = s.merchant_id AND h.chain = 'ledger'))
  SELECT DISTINCT ON (merchant_id) merchant_id, 'ledger_seal #' || place AS subject, detail FROM wrong ORDER BY merchant_id, place, detail;
COMMENT ON VIEW integrity_chain.ledger_is_chained IS
  'The sealed ledger is one chain: no transaction and no entry was changed, removed, added or moved after it was sealed';

-- Behind the seals: its id says that it was committed before what is sealed, so it was put there afterwards. `late`: the worker has run
-- since, and five minutes are many turns of it.
CREATE VIEW integrity_chain.ledger_is_sealed AS
  SELECT t.merchant_id, 'ledger_transaction ' || t.id AS subject,
    CASE WHEN behind THEN 'was added before transactions that were sealed earlier' ELSE 'is not sealed since ' || t.posted_at END AS detail
  FROM ledger_transaction t
  CROSS JOIN (SELECT max(xid) AS upto, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS newest FROM chain_head WHERE chain = 'ledger') h
  CROSS JOIN LATERAL (SELECT h.upto <= h.newest AND (t.xid IS NULL OR t.xid < h.upto) AS behind) b
  WHERE NOT EXISTS (SELECT FROM ledger_seal s WHERE s.merchant_id = t.merchant_id AND s.transaction_id = t.id)
    AND (coalesce(behind, false) OR t.posted_at < now() - interval '5 minutes' AND EXISTS (
      SELECT FROM job_health j WHERE j.job = 'seal' AND j.last_finished_at > t.posted_at + interval '5 minutes' AND j.last_finished_at > now() - interval '2 minutes'));
COMMENT ON VIEW integrity_chain.ledger_is_sealed IS
  'Each transaction of the ledger is sealed within five minutes while a worker runs, and none appears behind the seals';
