-- Invariants stay true where the bank stands on another database: of a payment that was made there the table of charges here says nothing.
-- `npm run verify` then asks the bank for its list (src/payments/bank-list.ts), and the reconciler reads it all day.

-- When the installation's bank was another process than ours, with the tables of another database. No row: never.
CREATE TABLE bank_apart (
  since timestamptz(6) NOT NULL,
  -- `infinity`: it is so now.
  upto timestamptz(6) NOT NULL DEFAULT 'infinity',
  CONSTRAINT bank_apart_pkey PRIMARY KEY (upto)
);
GRANT SELECT ON bank_apart TO payonce_app;

-- Web and worker note at their first connection whether PAYONCE_BANK_URL is set. The first note counts from the last charge that there is
-- here: an installation of the version before had its bank elsewhere, and could not say so.
CREATE FUNCTION note_bank(apart boolean) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF apart = EXISTS (SELECT FROM public.bank_apart WHERE upto = 'infinity') THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('payonce: note_bank', 0));
  IF apart THEN
    INSERT INTO public.bank_apart (since)
      SELECT CASE WHEN EXISTS (SELECT FROM public.bank_apart) THEN now()
        ELSE coalesce((SELECT max(c.created_at) FROM gateway_simulator.charge c), '-infinity') END
      ON CONFLICT DO NOTHING;
  ELSE
    UPDATE public.bank_apart SET upto = now() WHERE upto = 'infinity';
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION note_bank(boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION note_bank(boolean) TO payonce_app;

-- The same views as before, but for what was made while the bank was elsewhere. What the tables here have is compared as ever. --------------
CREATE OR REPLACE VIEW integrity_across.payment_has_its_charge AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
  WHERE p.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.charge c
    WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM stripe_intent i
    WHERE i.gateway_key = p.gateway_key AND i.intent_id IS NOT NULL AND i.decline_code IS NULL AND i.amount = p.amount AND i.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM resolution r
    WHERE r.merchant_id = p.merchant_id AND r.kind = 'payment' AND r.subject = p.id::text AND r.ending = 'charged' AND r.status = 'confirmed')
  AND NOT EXISTS (SELECT FROM bank_apart a WHERE p.created_at >= a.since AND p.created_at < a.upto);

CREATE OR REPLACE VIEW integrity_across.refund_was_given_back AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject, 'no such refund at the bank: ' || f.gateway_ref AS detail FROM refund f
  WHERE f.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.refund b
    WHERE b.id = f.gateway_ref AND b.idempotency_key = f.gateway_key AND b.charge_id = f.charge_ref AND b.amount = f.amount AND b.currency = f.currency)
  AND NOT EXISTS (
    SELECT FROM payment p JOIN stripe_intent i ON i.gateway_key = p.gateway_key
    WHERE (p.merchant_id, p.id) = (f.merchant_id, f.payment_id) AND i.intent_id IS NOT NULL)
  AND NOT EXISTS (SELECT FROM bank_apart a WHERE f.created_at >= a.since AND f.created_at < a.upto);

CREATE OR REPLACE VIEW integrity_across.surplus_charge_was_given_back AS
  SELECT s.merchant_id, 'surplus_charge ' || s.gateway_ref AS subject,
    'the bank gave back ' || coalesce(sum(r.amount), 0) || ' of ' || s.amount AS detail
  FROM surplus_charge s LEFT JOIN gateway_simulator.refund r ON r.charge_id = s.gateway_ref AND r.currency = s.currency
  WHERE s.status = 'refunded' AND NOT EXISTS (
    SELECT FROM payment p JOIN stripe_intent i ON i.gateway_key = p.gateway_key
    WHERE (p.merchant_id, p.id) = (s.merchant_id, s.payment_id) AND i.intent_id IS NOT NULL)
  AND NOT EXISTS (SELECT FROM bank_apart a WHERE s.found_at >= a.since AND s.found_at < a.upto)
  GROUP BY s.merchant_id, s.gateway_ref, s.amount HAVING coalesce(sum(r.amount), 0) <> s.amount;

CREATE OR REPLACE VIEW integrity_across.declared_charge_is_at_the_bank AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'declared as charged, no such charge: ' || r.bank_ref AS detail
  FROM resolution r JOIN payment p ON (p.merchant_id, p.id) = (r.merchant_id, r.payment_id)
  WHERE r.kind = 'payment' AND r.ending = 'charged' AND r.status = 'confirmed' AND p.gateway_account IS NULL
    AND NOT EXISTS (SELECT FROM stripe_intent i WHERE i.gateway_key = p.gateway_key)
    AND NOT EXISTS (SELECT FROM gateway_simulator.charge c WHERE c.id = r.bank_ref AND c.amount = p.amount AND c.currency = p.currency)
    AND NOT EXISTS (SELECT FROM bank_apart a WHERE p.created_at >= a.since AND p.created_at < a.upto);

-- What the bank's list shows and no payment explains, whatever bank it is: the reconciler keeps it. ------------------------------------------
CREATE VIEW integrity_across.no_charge_is_stray AS
  SELECT coalesce(a.merchant_id, (SELECT m.id FROM merchant m ORDER BY m.created_at, m.id LIMIT 1)) AS merchant_id,
    'charge ' || o.gateway_ref AS subject,
    o.amount || ' ' || o.currency || ' in minor units, ' || o.refunded || ' of it refunded: no payment explains it' AS detail
  FROM open_charge o LEFT JOIN gateway_account a ON a.name = o.gateway_account WHERE o.status = 'stray' AND o.refunded < o.amount;
COMMENT ON VIEW integrity_across.no_charge_is_stray IS
  'Each charge of the bank''s list that was not given back belongs to a payment: the reconciler has found none that no payment explains';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('no-charge-is-stray', 'such a charge leads to no order of ours. While there are any: every 10 seconds');

-- Such charges have no family of rows, so `check_changes` cannot know when one is explained; there are few, so all are looked at. Writes
-- nothing while there are none, and none is known.
CREATE FUNCTION check_strays() RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM public.open_charge WHERE status = 'stray')
    OR EXISTS (SELECT FROM public.integrity_violation WHERE invariant = 'no-charge-is-stray') THEN
    PERFORM public.check_whole('no-charge-is-stray');
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION check_strays() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION check_strays() TO payonce_app;
