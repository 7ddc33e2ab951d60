-- What must hold of authorised and voided payments. The views of before keep their columns, so that servers of the version before go on reading.
CREATE OR REPLACE VIEW integrity_across.one_live_payment_per_order AS
  SELECT merchant_id, 'orders ' || order_id AS subject, count(*) || ' live payments' AS detail FROM payment
  WHERE status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded') GROUP BY merchant_id, order_id HAVING count(*) > 1;

CREATE OR REPLACE VIEW integrity_across.payment_is_of_its_order AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    p.amount || ' ' || p.currency || ' of version ' || coalesce(p.order_version, o.version) || ', its order is ' || o.amount || ' ' || o.currency || ' at version ' || o.version || ', ' || o.status AS detail
  FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  WHERE p.status IN ('sending', 'unknown', 'requires_action', 'authorised', 'succeeded')
    AND ((p.amount, p.currency, coalesce(p.order_version, o.version)) <> (o.amount, o.currency, o.version) OR o.status IN ('cancelled', 'expired'));

-- What an authorised payment was answered stays true of it: the answer of its capture or void has a record of its own.
CREATE OR REPLACE VIEW integrity_across.answer_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'payment ' || p.status || ', record ' || r.state || ' ' || coalesce(r.problem, 'ok') AS detail
  FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
  WHERE r.state <> 'tombstone' AND CASE p.status
    WHEN 'succeeded' THEN NOT (r.state = 'completed' AND r.problem IS NULL)
    WHEN 'authorised' THEN NOT (r.state = 'completed' AND r.problem IS NULL)
    WHEN 'voided' THEN NOT (r.state = 'completed' AND r.problem IS NULL)
    WHEN 'declined' THEN NOT (r.state = 'completed' AND r.problem = 'payment-declined')
    WHEN 'not_charged' THEN NOT (r.state = 'completed' AND r.problem = 'not-charged')
    ELSE r.state NOT IN ('sending', 'unknown') END;

CREATE OR REPLACE VIEW integrity_across.settled_payment_was_told AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, count(e.id) || ' events' AS detail
  FROM payment p LEFT JOIN outbox_event e ON e.merchant_id = p.merchant_id AND e.subject_id = p.id AND e.type = 'payment.' || p.status
  WHERE p.status IN ('authorised', 'succeeded', 'declined', 'not_charged', 'voided') GROUP BY p.merchant_id, p.id, p.created_at
  HAVING count(e.id) > 1 OR count(e.id) = 0 AND p.created_at > now() - interval '90 days';

CREATE OR REPLACE VIEW integrity_across.charge_has_its_payment AS
  SELECT p.merchant_id, 'charge ' || c.id AS subject, 'the payment is ' || coalesce(p.status, 'missing') AS detail
  FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
  WHERE c.refunded_amount < c.amount
    AND (p.id IS NULL OR p.status IN ('declined', 'not_charged', 'voided') OR (p.status = 'succeeded' AND p.gateway_ref <> c.id))
    AND NOT EXISTS (SELECT FROM resolution r WHERE r.kind = 'surplus' AND r.ending = 'keep' AND r.status = 'confirmed' AND r.subject = c.id)
    AND NOT EXISTS (SELECT FROM resolution r WHERE r.kind = 'payment' AND r.ending = 'charged' AND r.status = 'confirmed' AND r.bank_ref = c.id);

-- The part of a family that hangs on its payments is found by their ids; a view that begins at `payment` reads no more of the two new tables.
CREATE VIEW integrity_across.authorisation_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    'the payment is ' || p.status || ', its authorisation ' || CASE WHEN a.payment_id IS NULL THEN 'missing' WHEN a.ended_at IS NULL THEN 'open' ELSE 'ended' END AS detail
  FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
  WHERE CASE p.status
    WHEN 'authorised' THEN a.payment_id IS NULL OR a.ended_at IS NOT NULL
    WHEN 'voided' THEN a.ended_at IS NULL
    WHEN 'succeeded' THEN a.payment_id IS NOT NULL AND (a.ended_at IS NULL OR a.gateway_ref <> p.gateway_ref)
    ELSE a.payment_id IS NOT NULL END;
COMMENT ON VIEW integrity_across.authorisation_agrees_with_payment IS
  'An authorised payment has its open authorisation; one that was captured or voided has an ended one, and is of the same charge';

CREATE VIEW integrity_across.authorisation_end_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'the payment is ' || p.status || ', its ' || e.kind || ' ' || e.status AS detail
  FROM payment p JOIN authorisation_end e ON e.merchant_id = p.merchant_id AND e.payment_id = p.id
  WHERE p.status IS DISTINCT FROM CASE e.status WHEN 'captured' THEN 'succeeded' WHEN 'released' THEN 'voided' ELSE 'authorised' END;
COMMENT ON VIEW integrity_across.authorisation_end_agrees_with_payment IS
  'A payment is captured or voided exactly as its one capture or void has ended';

-- An hour: the worker looks every 10 s, and a bank that is away for longer is an alert already.
CREATE VIEW integrity_across.no_authorisation_is_overdue AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'open, to be captured before ' || a.capture_before AS detail
  FROM payment p JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
  WHERE p.status = 'authorised' AND a.ended_at IS NULL AND a.capture_before < now() - interval '1 hour'
    AND NOT EXISTS (SELECT FROM authorisation_end e WHERE e.merchant_id = p.merchant_id AND e.payment_id = p.id);
COMMENT ON VIEW integrity_across.no_authorisation_is_overdue IS 'No authorisation is open an hour after its time without anything being done about it';

-- What the simulated bank says. Compared over every row alone: its requests are no part of a family.
CREATE VIEW integrity_across.voided_payment_is_released AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'at the bank it is ' || coalesce(r.status, 'missing') AS detail
  FROM payment p LEFT JOIN gateway_simulator.request r ON r.idempotency_key = p.gateway_key
  WHERE p.status = 'voided' AND r.status IS DISTINCT FROM 'released'
    -- As in 0106: the bank's tables here say nothing of what was made while it was elsewhere.
    AND NOT EXISTS (SELECT FROM bank_apart b WHERE p.created_at >= b.since AND p.created_at < b.upto);
COMMENT ON VIEW integrity_across.voided_payment_is_released IS 'What we say was voided, the bank has released';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('voided-payment-is-released', 'the requests of the simulated bank are no part of a family of rows'),
  ('no-authorisation-is-overdue', 'it is broken by time alone, when no row changes');
