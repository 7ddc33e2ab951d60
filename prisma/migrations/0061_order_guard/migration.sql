-- The two laws of a payment that stood in indexes over what changes while it is paid: one live payment of an order, one payment of a charge.
-- Triggers keep them now, beside the indexes, which 0062 drops. No table is read or rewritten. A server of the version before goes on working:
-- it begins payments ON CONFLICT DO NOTHING, without a name, and takes a row that was not written for a held order.

-- The order guard -----------------------------------------------------------------------------------------------------------
-- A payment comes to life by INSERT alone: its moves are legal ones (payment_move_is_legal), and its order is fixed (payment_facts_are_fixed).
-- The order's row is locked first, so of two that come together the second is refused, or looks after the first has ended; each statement below
-- has a snapshot of its own, which READ COMMITTED alone gives. Under a stricter level a payment that was committed meanwhile would not be seen.
CREATE FUNCTION one_live_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a payment is begun in READ COMMITTED: % hides the other payments of its order', current_setting('transaction_isolation')
      USING ERRCODE = 'feature_not_supported';
  END IF;
  -- The foreign key's own lock is a part of this one. Nobody waits for it: whoever has it begins a payment now, or ends one. In a queue the last
  -- would look after the payment of the first has been declined, with the count of declines that it made before.
  PERFORM FROM public.orders o WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND AND EXISTS (SELECT FROM public.orders o WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id) THEN RETURN NULL; END IF;
  RETURN CASE WHEN NOT EXISTS (
    SELECT FROM public.payment p WHERE p.merchant_id = NEW.merchant_id AND p.order_id = NEW.order_id
      AND p.status IN ('sending', 'unknown', 'requires_action', 'succeeded')) THEN NEW END;
END $$;
CREATE TRIGGER payment_one_live_per_order BEFORE INSERT ON payment FOR EACH ROW
  WHEN (NEW.status IN ('sending', 'unknown', 'requires_action', 'succeeded')) EXECUTE FUNCTION one_live_payment();

-- Charges -------------------------------------------------------------------------------------------------------------------
-- The charge of a payment comes once, and stays (0049). It stands in a table of its own, keyed by the bank's reference: in an index over
-- `payment` it would make each success write all other indexes again.
CREATE TABLE payment_charge (
  gateway_ref text NOT NULL,
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  CONSTRAINT payment_charge_pkey PRIMARY KEY (gateway_ref)
);
-- A reference that was copied from the bank leads to its payment: `findPasted`, `knownOf`, `payments_with_text`. Only the trigger writes.
GRANT SELECT ON payment_charge TO payonce_app;

CREATE FUNCTION one_payment_per_charge() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.payment_charge (gateway_ref, merchant_id, payment_id) VALUES (NEW.gateway_ref, NEW.merchant_id, NEW.id);
  RETURN NULL;
END $$;
CREATE TRIGGER payment_one_per_charge AFTER UPDATE OF gateway_ref ON payment FOR EACH ROW
  WHEN (OLD.gateway_ref IS DISTINCT FROM NEW.gateway_ref) EXECUTE FUNCTION one_payment_per_charge();
CREATE TRIGGER payment_begins_with_charge AFTER INSERT ON payment FOR EACH ROW
  WHEN (NEW.gateway_ref IS NOT NULL) EXECUTE FUNCTION one_payment_per_charge();

CREATE TRIGGER payment_charge_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_charge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION one_live_payment(), one_payment_per_charge() FROM PUBLIC;

-- As in 0050, but for the first look-up. It knows all charges when 0062 has copied the old ones.
CREATE OR REPLACE FUNCTION payments_with_text(merchant uuid, wanted text, states text[], in_currency text, from_at timestamptz, before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid) LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  -- Newest rows that are read themselves first: what many have fills a page there.
  read_first CONSTANT integer := 500;
  needle CONSTANT text := lower(wanted);
  copied timestamptz := coalesce((SELECT s.upto FROM public.search_indexed s WHERE s.kind = 'payment'), '-infinity');
  newest uuid[];
  -- Of some of the newest, to see which parts of the text are rare: those are looked for.
  sample text[];
  rarest text[];
  edge_at timestamptz := before_at;
  edge_id uuid := before_id;
  found_rows integer;
  step integer;
BEGIN
  RETURN QUERY SELECT p.id FROM public.payment_charge c JOIN public.payment p ON p.merchant_id = c.merchant_id AND p.id = c.payment_id
    WHERE c.gateway_ref = wanted AND c.merchant_id = merchant
    AND p.created_at >= from_at AND (p.created_at, p.id) < (before_at, before_id)
    AND (states IS NULL OR p.status = ANY (states)) AND (in_currency IS NULL OR p.currency = in_currency);

  IF states IS NULL AND in_currency IS NULL THEN
    newest := ARRAY(SELECT p.id FROM public.payment p WHERE p.merchant_id = merchant AND p.created_at >= from_at AND p.created_at <= before_at
      AND (p.created_at, p.id) < (before_at, before_id) ORDER BY p.created_at DESC, p.id DESC LIMIT read_first);
  ELSE
    newest := ARRAY(SELECT t.id FROM public.payments_that_are(merchant, states, in_currency, from_at, before_at, before_id, read_first) t);
  END IF;
  -- OFFSET 0: by their ids, not past all payments in the order of the list.
  RETURN QUERY SELECT s.id FROM (SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.id = ANY (newest) OFFSET 0) s
    WHERE (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0)
    ORDER BY s.at DESC, s.id DESC LIMIT most;
  GET DIAGNOSTICS found_rows = ROW_COUNT;
  IF cardinality(newest) < read_first OR found_rows >= most THEN RETURN; END IF;
  SELECT p.created_at, p.id INTO edge_at, edge_id FROM public.payment p WHERE p.merchant_id = merchant AND p.id = newest[read_first];

  -- Those beyond, which are not copied yet.
  IF edge_at >= copied THEN
    RETURN QUERY SELECT s.id FROM public.searched_payment s
      WHERE s.merchant_id = merchant AND s.at >= greatest(copied, from_at) AND s.at <= edge_at AND (s.at, s.id) < (edge_at, edge_id)
        AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
        AND (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0)
      ORDER BY s.at DESC, s.id DESC LIMIT most - found_rows;
    GET DIAGNOSTICS step = ROW_COUNT;
    found_rows := found_rows + step;
    edge_at := copied;
    edge_id := '00000000-0000-0000-0000-000000000000';
    IF found_rows >= most OR copied <= from_at THEN RETURN; END IF;
  END IF;
  -- Those that were noted, whose copies say what was.
  RETURN QUERY SELECT s.id FROM public.search_changed c CROSS JOIN LATERAL (
      SELECT x.* FROM public.searched_payment x WHERE x.merchant_id = merchant AND x.order_id = c.id::uuid OFFSET 0) s
    WHERE c.merchant_id = merchant AND c.kind = 'order' AND s.at >= from_at AND (s.at, s.id) < (edge_at, edge_id)
      AND (states IS NULL OR s.status = ANY (states)) AND (in_currency IS NULL OR s.currency = in_currency)
      AND (strpos(s.reference, needle) > 0 OR strpos(s.email, needle) > 0 OR strpos(s.card, needle) > 0);
  sample := ARRAY(SELECT concat_ws(' ', s.reference, s.email, s.card) FROM public.searched_payment s WHERE s.merchant_id = merchant AND s.id = ANY (newest[1:100]));
  rarest := ARRAY(SELECT u.part FROM (
      SELECT DISTINCT substr(needle, i, 3) AS part FROM generate_series(1, length(needle) - 2, greatest(1, length(needle) / 20)) AS i) u
    ORDER BY (SELECT count(*) FROM unnest(sample) AS t WHERE strpos(t, u.part) > 0), u.part LIMIT 4);
  RETURN QUERY SELECT t.id FROM public.copied_with_text(merchant, needle, rarest, states, in_currency, from_at, edge_at, edge_id, most - found_rows) t;
END $$;
