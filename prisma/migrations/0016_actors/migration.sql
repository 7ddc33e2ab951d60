-- Who did it, from where, and in which request: beside each row that begins something.
-- First step of two (expand): a server of the version before writes none of these columns, so they are nullable. A null constant as default
-- touches no row. No index: they are read with their row, or in the audit log. payonce_app may insert them by the grants that it has.
ALTER TABLE payment ADD COLUMN actor text, ADD COLUMN address text, ADD COLUMN request_id text;
ALTER TABLE refund ADD COLUMN actor text, ADD COLUMN address text, ADD COLUMN request_id text;
ALTER TABLE orders ADD COLUMN actor text, ADD COLUMN address text, ADD COLUMN request_id text;
ALTER TABLE api_key ADD COLUMN actor text, ADD COLUMN address text, ADD COLUMN request_id text;
-- An attempt and an entry have a request id, or an actor, already.
ALTER TABLE attempt ADD COLUMN actor text, ADD COLUMN address text;
ALTER TABLE audit_log ADD COLUMN address text, ADD COLUMN request_id text;

-- Who began it never changes, whoever finishes it.
CREATE FUNCTION actor_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'who began % % may not change', TG_TABLE_NAME, OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER payment_actor_is_fixed BEFORE UPDATE ON payment FOR EACH ROW
  WHEN ((OLD.actor, OLD.address, OLD.request_id) IS DISTINCT FROM (NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION actor_is_fixed();
CREATE TRIGGER refund_actor_is_fixed BEFORE UPDATE ON refund FOR EACH ROW
  WHEN ((OLD.actor, OLD.address, OLD.request_id) IS DISTINCT FROM (NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION actor_is_fixed();
CREATE TRIGGER orders_actor_is_fixed BEFORE UPDATE ON orders FOR EACH ROW
  WHEN ((OLD.actor, OLD.address, OLD.request_id) IS DISTINCT FROM (NEW.actor, NEW.address, NEW.request_id))
  EXECUTE FUNCTION actor_is_fixed();
