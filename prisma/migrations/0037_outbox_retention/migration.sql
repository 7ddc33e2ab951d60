-- Events are kept for 90 days. A younger one cannot be removed by anybody, and none can be changed, as before.
DROP TRIGGER outbox_event_is_append_only ON outbox_event;
CREATE TRIGGER outbox_event_is_append_only BEFORE UPDATE OR TRUNCATE ON outbox_event FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER outbox_event_is_kept BEFORE DELETE ON outbox_event FOR EACH ROW WHEN (OLD.created_at > now() - interval '90 days')
  EXECUTE FUNCTION refuse_change();
-- The worker's job, retention.
GRANT DELETE ON outbox_event TO payonce_app;

-- A payment that is older than that may have lost its event, and has at most one. The event is never older than its payment.
CREATE OR REPLACE VIEW integrity_across.settled_payment_was_told AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, count(e.id) || ' events' AS detail
  FROM payment p LEFT JOIN outbox_event e ON e.merchant_id = p.merchant_id AND e.subject_id = p.id AND e.type = 'payment.' || p.status
  WHERE p.status IN ('succeeded', 'declined', 'not_charged') GROUP BY p.merchant_id, p.id
  HAVING count(e.id) > 1 OR count(e.id) = 0 AND p.created_at > now() - interval '90 days';
COMMENT ON VIEW integrity_across.settled_payment_was_told IS
  'Each settled payment has exactly one event in the outbox; one from more than 90 days ago may have none, since events are kept for so long';
