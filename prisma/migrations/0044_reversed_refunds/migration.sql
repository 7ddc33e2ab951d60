-- A refund that was booked may fail at the card's bank days or weeks later. It is then `reversed`: its posting is reversed, and the amount can
-- be refunded again. What the stored answer said stays as it was said. The version before knows no such status, and no bank of its has one.
ALTER TABLE refund DROP CONSTRAINT refund_status;
ALTER TABLE refund ADD CONSTRAINT refund_status CHECK (status IN ('sending', 'unknown', 'succeeded', 'failed', 'reversed')) NOT VALID;
ALTER TABLE refund DROP CONSTRAINT refund_succeeded;
ALTER TABLE refund ADD CONSTRAINT refund_succeeded
  CHECK ((status IN ('succeeded', 'reversed')) = (gateway_ref IS NOT NULL AND transaction_id IS NOT NULL)) NOT VALID;

-- As before, but for the one move from succeeded to reversed, which changes nothing else.
DROP TRIGGER refund_move_is_legal ON refund;
CREATE TRIGGER refund_move_is_legal BEFORE UPDATE ON refund FOR EACH ROW
  WHEN (OLD.status IN ('failed', 'reversed') OR OLD.status = 'succeeded' AND NEW.status <> 'reversed'
    OR NEW.status = 'reversed' AND (OLD.status <> 'succeeded' OR (OLD.gateway_ref, OLD.transaction_id) IS DISTINCT FROM (NEW.gateway_ref, NEW.transaction_id))
    OR NEW.status = 'sending' AND OLD.status <> 'sending'
    OR (OLD.merchant_id, OLD.id, OLD.payment_id, OLD.record_id, OLD.amount, OLD.currency, OLD.reason, OLD.charge_ref, OLD.gateway_key, OLD.created_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.payment_id, NEW.record_id, NEW.amount, NEW.currency, NEW.reason, NEW.charge_ref, NEW.gateway_key, NEW.created_at))
  EXECUTE FUNCTION refund_move_is_legal();
DROP TRIGGER failed_refund_gives_back ON refund;
CREATE TRIGGER failed_refund_gives_back AFTER UPDATE OF status ON refund
  FOR EACH ROW WHEN (NEW.status IN ('failed', 'reversed') AND OLD.status <> NEW.status) EXECUTE FUNCTION refund_counts_on_its_payment();

CREATE OR REPLACE VIEW integrity_across.refunds_are_within_their_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, p.refunded_amount || ' refunded of ' || p.amount || ', its refunds are ' || coalesce(sum(r.amount), 0) AS detail
  FROM payment p LEFT JOIN refund r ON r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.status NOT IN ('failed', 'reversed')
  WHERE p.refunded_amount <> 0 OR r.id IS NOT NULL
  GROUP BY p.merchant_id, p.id HAVING p.refunded_amount <> coalesce(sum(r.amount), 0) OR coalesce(sum(r.amount), 0) > p.amount;

CREATE OR REPLACE VIEW integrity_across.refund_is_posted AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject, f.status || ', posted as ' || coalesce(t.kind, 'nothing') AS detail
  FROM refund f LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id, t.payment_id) = (f.merchant_id, f.transaction_id, f.payment_id)
  WHERE f.status IN ('succeeded', 'reversed') AND (t.kind IS DISTINCT FROM 'refund' OR f.amount IS DISTINCT FROM (
    SELECT sum(e.amount) FROM entry e
    WHERE (e.merchant_id, e.transaction_id, e.currency) = (f.merchant_id, f.transaction_id, f.currency) AND e.amount > 0))
  UNION ALL SELECT t.merchant_id, 'ledger_transaction ' || t.id, 'a posting of no refund' FROM ledger_transaction t
  WHERE t.kind = 'refund' AND NOT EXISTS (
    SELECT FROM refund f WHERE (f.merchant_id, f.transaction_id) = (t.merchant_id, t.id) AND f.status IN ('succeeded', 'reversed'))
  UNION ALL SELECT f.merchant_id, 'refund ' || f.id, f.status || CASE f.status WHEN 'reversed' THEN ', its posting is not' ELSE ', its posting is reversed' END
  FROM refund f
  WHERE f.status IN ('succeeded', 'reversed') AND (f.status = 'reversed') <> EXISTS (
    SELECT FROM ledger_transaction m WHERE (m.merchant_id, m.reverses) = (f.merchant_id, f.transaction_id));
COMMENT ON VIEW integrity_across.refund_is_posted IS
  'Each succeeded refund is posted once, of its amount, and no other posting is called a refund; one that failed later is reversed';

CREATE OR REPLACE VIEW integrity_across.answer_agrees_with_refund AS
  SELECT f.merchant_id, 'refund ' || f.id AS subject,
    'refund ' || f.status || ', record ' || coalesce(r.state || ' ' || coalesce(r.problem, 'ok'), 'missing') AS detail
  FROM refund f LEFT JOIN idempotency_record r ON r.merchant_id = f.merchant_id AND r.id = f.record_id AND r.subject_id = f.id
  WHERE r.state IS DISTINCT FROM 'tombstone' AND CASE
    WHEN f.status IN ('succeeded', 'reversed') THEN (r.state = 'completed' AND r.problem IS NULL) IS NOT TRUE
    WHEN f.status = 'failed' THEN (r.state = 'completed' AND r.problem = 'refund-declined') IS NOT TRUE
    ELSE (r.state IN ('sending', 'unknown')) IS NOT TRUE END;
