-- Authorisations at Stripe: what the simulated bank must have of ours is asked only of payments that went to it (0047). One at Stripe has a row in
-- stripe_intent of the amount that was authorised, of which a part may have been captured (0119).
CREATE OR REPLACE VIEW integrity_across.payment_has_its_charge AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
  WHERE p.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.charge c
    WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM stripe_intent i
    WHERE i.gateway_key = p.gateway_key AND i.intent_id IS NOT NULL AND i.decline_code IS NULL
      AND i.amount = coalesce(p.authorised_amount, p.amount) AND i.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM resolution r
    WHERE r.merchant_id = p.merchant_id AND r.kind = 'payment' AND r.subject = p.id::text AND r.ending = 'charged' AND r.status = 'confirmed')
  AND NOT EXISTS (SELECT FROM bank_apart a WHERE p.created_at >= a.since AND p.created_at < a.upto);

CREATE OR REPLACE VIEW integrity_across.voided_payment_is_released AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'at the bank it is ' || coalesce(r.status, 'missing') AS detail
  FROM payment p LEFT JOIN gateway_simulator.request r ON r.idempotency_key = p.gateway_key
  WHERE p.status = 'voided' AND r.status IS DISTINCT FROM 'released'
    AND NOT EXISTS (
      SELECT FROM stripe_intent i
      WHERE i.gateway_key = p.gateway_key AND i.intent_id IS NOT NULL AND i.decline_code IS NULL AND i.amount = p.amount AND i.currency = p.currency)
    -- As in 0106: the bank's tables here say nothing of what was made while it was elsewhere.
    AND NOT EXISTS (SELECT FROM bank_apart b WHERE p.created_at >= b.since AND p.created_at < b.upto);
