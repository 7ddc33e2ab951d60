-- A part of what was authorised is captured, once; the bank releases the rest. `payment.amount` is what is or was charged: such a capture lowers it, in
-- the commit that posts it, and what had been reserved stands in `authorised_amount`. So whatever takes a payment's amount for what was charged
-- is right, also a server of the version before (decision 0083).

ALTER TABLE payment ADD COLUMN authorised_amount bigint CONSTRAINT payment_authorised_amount CHECK (authorised_amount > amount);

-- As in 0112; the amount is lowered once, by the move that says that it was charged.
CREATE OR REPLACE TRIGGER payment_facts_are_fixed AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.order_id, OLD.record_id, OLD.currency, OLD.method, OLD.gateway_key, OLD.receipt_token, OLD.description, OLD.metadata, OLD.asked_since, OLD.capture_mode)
    IS DISTINCT FROM (NEW.order_id, NEW.record_id, NEW.currency, NEW.method, NEW.gateway_key, NEW.receipt_token, NEW.description, NEW.metadata, NEW.asked_since, NEW.capture_mode)
    OR (OLD.amount, OLD.authorised_amount) IS DISTINCT FROM (NEW.amount, NEW.authorised_amount)
      AND (OLD.status <> 'succeeded' AND NEW.status = 'succeeded' AND NEW.capture_mode = 'manual' AND NEW.amount > 0 AND NEW.amount < OLD.amount
        AND OLD.authorised_amount IS NULL AND NEW.authorised_amount = OLD.amount) IS NOT TRUE)
  EXECUTE FUNCTION payment_facts_are_fixed();

-- What is to be captured; null: the whole, or nothing (a void).
ALTER TABLE authorisation_end ADD COLUMN amount bigint CONSTRAINT authorisation_end_amount CHECK (amount IS NULL OR amount > 0 AND kind = 'capture');
CREATE OR REPLACE TRIGGER authorisation_end_is_fixed AFTER UPDATE ON authorisation_end FOR EACH ROW
  WHEN (OLD.status IN ('captured', 'released') OR NEW.status = 'sending' AND OLD.status <> 'sending'
    OR (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.record_id, OLD.kind, OLD.amount, OLD.created_at, OLD.actor, OLD.address, OLD.request_id)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.record_id, NEW.kind, NEW.amount, NEW.created_at, NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION authorisation_end_is_fixed();

GRANT UPDATE (amount, authorised_amount) ON payment TO payonce_app;
GRANT INSERT (amount) ON authorisation_end TO payonce_app;

-- The simulated bank: what was captured of a request; null: the whole.
ALTER TABLE gateway_simulator.request ADD COLUMN captured_amount bigint;
GRANT UPDATE (captured_amount) ON gateway_simulator.request TO payonce_bank;

-- Searches by amount: the copy of a payment's texts has its amount too.
CREATE OR REPLACE TRIGGER late_card_is_searched AFTER UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.card_label, OLD.amount) IS DISTINCT FROM (NEW.card_label, NEW.amount) AND NEW.created_at < clock_timestamp() - interval '1 minute')
  EXECUTE FUNCTION note_search_change('order');
-- As in 0115, and the amount of what was copied before is copied again.
CREATE OR REPLACE FUNCTION index_searches(batch integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = pg_catalog, public, pg_temp SET plan_cache_mode = force_custom_plan SET enable_seqscan = off AS $$
DECLARE
  horizon bigint := pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
  began timestamptz := clock_timestamp();
  ours bigint;
  place public.search_indexed;
  next_upto timestamptz;
  step integer;
  most integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('payonce: index_searches', 0)) THEN RETURN 0; END IF;
  -- Given after `began`: whoever wrote before that instant has a lower id.
  ours := pg_current_xact_id()::text::bigint;
  INSERT INTO public.search_indexed (kind) VALUES ('payment'), ('record') ON CONFLICT DO NOTHING;
  FOR place IN SELECT * FROM public.search_indexed LOOP
    -- An id above ours is of another database, whose dump this was: none of its transactions runs here.
    IF place.noted_xid <= horizon OR place.noted_xid > ours THEN
      place.complete_at := greatest(place.complete_at, place.noted_at - interval '1 minute');
      place.noted_at := began;
      place.noted_xid := ours;
    END IF;
    next_upto := public.search_step(place.kind, place.upto, place.complete_at, batch);
    IF place.kind = 'payment' THEN
      INSERT INTO public.payment_text (merchant_id, at, payment_id, currency, amount, words)
        SELECT f.merchant_id, f.at, f.id, f.currency, f.amount, f.words FROM public.merchant m CROSS JOIN LATERAL (
          SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = m.id AND s.at >= place.upto AND s.at < next_upto OFFSET 0) f
        ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET amount = excluded.amount, words = excluded.words;
    ELSE
      INSERT INTO public.record_key (merchant_id, day, key, record_id) SELECT f.merchant_id, public.day_of(f.created_at), f.key, f.id
        FROM public.merchant m CROSS JOIN LATERAL (
          SELECT r.* FROM public.idempotency_record r WHERE r.merchant_id = m.id AND r.created_at >= place.upto AND r.created_at < next_upto OFFSET 0) f
        WHERE f.key IS NOT NULL ON CONFLICT DO NOTHING;
    END IF;
    GET DIAGNOSTICS step = ROW_COUNT;
    most := greatest(most, step);
    UPDATE public.search_indexed s SET upto = next_upto, complete_at = place.complete_at, noted_at = place.noted_at, noted_xid = place.noted_xid
      WHERE s.kind = place.kind;
  END LOOP;
  -- A note that this statement sees was committed with its row, which it sees too. What is added to that order later is noted or copied later.
  WITH gone AS (
    DELETE FROM public.search_changed c WHERE (c.merchant_id, c.kind, c.id, c.xid) IN (
      SELECT d.merchant_id, d.kind, d.id, d.xid FROM public.search_changed d LIMIT batch)
    RETURNING c.merchant_id, c.kind, c.id),
  due AS MATERIALIZED (SELECT DISTINCT * FROM gone),
  texts AS (
    INSERT INTO public.payment_text (merchant_id, at, payment_id, currency, amount, words)
    SELECT f.merchant_id, f.at, f.id, f.currency, f.amount, f.words FROM due d CROSS JOIN LATERAL (
      SELECT s.* FROM public.searched_payment s WHERE s.merchant_id = d.merchant_id AND s.order_id = d.id::uuid OFFSET 0) f
    WHERE d.kind = 'order'
    ON CONFLICT (merchant_id, at, payment_id) DO UPDATE SET amount = excluded.amount, words = excluded.words),
  keys AS (
    INSERT INTO public.record_key (merchant_id, day, key, record_id) SELECT r.merchant_id, public.day_of(r.created_at), r.key, r.id
    FROM due d JOIN public.idempotency_record r ON r.merchant_id = d.merchant_id AND r.id = d.id WHERE d.kind = 'record' AND r.key IS NOT NULL
    ON CONFLICT DO NOTHING)
  SELECT count(*) INTO step FROM gone;
  -- A search would read the whole list for each of its days.
  PERFORM gin_clean_pending_list('public.payment_text_parts');
  RETURN greatest(most, step);
END $$;

-- An order is of what was reserved; its payment of what was charged.
CREATE OR REPLACE VIEW integrity_across.order_agrees_with_payment AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, 'the order is ' || o.status || ', its payment ' || coalesce(p.status, 'missing') AS detail
  FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status = 'succeeded'
  WHERE (o.status = 'paid') <> (p.id IS NOT NULL) OR (p.id IS NOT NULL AND (coalesce(p.authorised_amount, p.amount), p.currency) <> (o.amount, o.currency));

CREATE OR REPLACE VIEW integrity_across.payment_is_of_its_order AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    coalesce(p.authorised_amount, p.amount) || ' ' || p.currency || ' of version ' || coalesce(p.order_version, o.version) || ', its order is ' || o.amount || ' ' || o.currency || ' at version ' || o.version || ', ' || o.status AS detail
  FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  WHERE p.status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded')
    AND ((coalesce(p.authorised_amount, p.amount), p.currency, coalesce(p.order_version, o.version)) <> (o.amount, o.currency, o.version) OR o.status IN ('cancelled', 'expired'));

CREATE OR REPLACE VIEW integrity_across.pending_posting_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    'the payment is ' || p.status || ', its pending posting ' || CASE WHEN x.payment_id IS NULL THEN 'missing'
      ELSE x.amount || ' ' || x.currency || ', ' || CASE WHEN x.ended_at IS NULL THEN 'open' WHEN x.transaction_id IS NULL THEN 'voided' ELSE 'posted' END END AS detail
  FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
  LEFT JOIN pending_posting x ON x.merchant_id = p.merchant_id AND x.payment_id = p.id
  LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
  WHERE (a.payment_id IS NULL) <> (x.payment_id IS NULL)
    OR x.payment_id IS NOT NULL AND ((x.ended_at IS NULL) <> (p.status = 'authorised') OR (x.amount, x.currency) <> (coalesce(p.authorised_amount, p.amount), p.currency)
      OR x.transaction_id IS DISTINCT FROM CASE p.status WHEN 'succeeded' THEN t.id END);
