-- What the simulated bank must have of our payments is asked only of payments that went to it. One at Stripe has a row in stripe_intent, written
-- before its charge could exist; what Stripe has of it is compared by reconciliation. The views keep their columns and comments, so that
-- servers of the version before go on reading them.
CREATE OR REPLACE VIEW integrity_across.payment_has_its_charge AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
  WHERE p.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.charge c
    WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency)
  AND NOT EXISTS (
    SELECT FROM stripe_intent i
    WHERE i.gateway_key = p.gateway_key AND i.intent_id IS NOT NULL AND i.decline_code IS NULL AND i.amount = p.amount AND i.currency = p.currency);

CREATE OR REPLACE VIEW integrity_across.refund_was_given_back AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject, 'no such refund at the bank: ' || f.gateway_ref AS detail FROM refund f
  WHERE f.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.refund b
    WHERE b.id = f.gateway_ref AND b.idempotency_key = f.gateway_key AND b.charge_id = f.charge_ref AND b.amount = f.amount AND b.currency = f.currency)
  AND NOT EXISTS (
    SELECT FROM payment p JOIN stripe_intent i ON i.gateway_key = p.gateway_key
    WHERE (p.merchant_id, p.id) = (f.merchant_id, f.payment_id) AND i.intent_id IS NOT NULL);

CREATE OR REPLACE VIEW integrity_across.surplus_charge_was_given_back AS
  SELECT s.merchant_id, 'surplus_charge ' || s.gateway_ref AS subject,
    'the bank gave back ' || coalesce(sum(r.amount), 0) || ' of ' || s.amount AS detail
  FROM surplus_charge s LEFT JOIN gateway_simulator.refund r ON r.charge_id = s.gateway_ref AND r.currency = s.currency
  WHERE s.status = 'refunded' AND NOT EXISTS (
    SELECT FROM payment p JOIN stripe_intent i ON i.gateway_key = p.gateway_key
    WHERE (p.merchant_id, p.id) = (s.merchant_id, s.payment_id) AND i.intent_id IS NOT NULL)
  GROUP BY s.merchant_id, s.gateway_ref, s.amount HAVING coalesce(sum(r.amount), 0) <> s.amount;
