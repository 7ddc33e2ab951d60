-- Orders that change, end and expire. New columns and tables: a server of the version before works on. It shows the lines of all versions of an
-- order that a new server has changed, and pays at the order's own amount all the same.

-- How an order can end beside its payment. More states than before, so no row has to be looked at.
ALTER TABLE orders DROP CONSTRAINT orders_status;
ALTER TABLE orders ADD CONSTRAINT orders_status CHECK (status IN ('open', 'paid', 'cancelled', 'expired')) NOT VALID;
-- From then on no payment of it begins, by the database's clock; null: never. The state `expired` is only a mark, for lists and events.
ALTER TABLE orders ADD COLUMN expires_at timestamptz(6);
-- The lines of one version of an order. A change writes new lines, and leaves those before: a line is never edited.
ALTER TABLE order_item ADD COLUMN order_version integer NOT NULL DEFAULT 1;
-- The version of its order that a payment pays; null: it was begun by a server of the version before.
ALTER TABLE payment ADD COLUMN order_version integer;

CREATE TABLE order_change (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  order_id uuid NOT NULL,
  kind text NOT NULL CONSTRAINT order_change_kind CHECK (kind IN ('changed', 'cancelled', 'expired')),
  -- Of the order after the change.
  version integer NOT NULL,
  amount bigint NOT NULL,
  expires_at timestamptz(6),
  actor text,
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT order_change_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT order_change_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id)
    REFERENCES orders (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX order_change_of_order ON order_change (merchant_id, order_id, created_at, id);
CREATE TRIGGER order_change_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON order_change FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- When orders expire, for the worker that marks them. A table of its own: in an index over `orders` each payment would write it again.
CREATE TABLE order_expiry (
  at timestamptz(6) NOT NULL,
  merchant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  CONSTRAINT order_expiry_pkey PRIMARY KEY (at, merchant_id, order_id)
);
CREATE FUNCTION order_expiry_is_awaited() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO public.order_expiry (at, merchant_id, order_id) VALUES (NEW.expires_at, NEW.merchant_id, NEW.id) ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
CREATE TRIGGER order_expiry_is_awaited AFTER INSERT OR UPDATE OF expires_at ON orders FOR EACH ROW
  WHEN (NEW.expires_at IS NOT NULL) EXECUTE FUNCTION order_expiry_is_awaited();

-- The order guard -----------------------------------------------------------------------------------------------------------
-- As in 0061, and under the same lock: a payment begins of the order as it is now, or not at all. The statement that begins it has chosen the
-- order in a snapshot of before the lock, so what is asked here is asked again.
CREATE OR REPLACE FUNCTION one_live_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  held record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'a payment is begun in READ COMMITTED: % hides the other payments of its order', current_setting('transaction_isolation')
      USING ERRCODE = 'feature_not_supported';
  END IF;
  -- The foreign key's own lock is a part of this one. Nobody waits for it: whoever has it begins a payment now, ends one, or changes the order. In a
  -- queue the last would look after the payment of the first has been declined, with the count of declines that it made before.
  SELECT o.status, o.version, o.amount, o.currency, o.expires_at INTO held FROM public.orders o
    WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id FOR NO KEY UPDATE SKIP LOCKED;
  IF NOT FOUND THEN
    IF EXISTS (SELECT FROM public.orders o WHERE o.merchant_id = NEW.merchant_id AND o.id = NEW.order_id) THEN RETURN NULL; END IF;
  ELSIF held.status IN ('cancelled', 'expired') OR held.expires_at <= now()
    OR (held.amount, held.currency, held.version) <> (NEW.amount, NEW.currency, coalesce(NEW.order_version, held.version)) THEN
    RETURN NULL;
  END IF;
  RETURN CASE WHEN NOT EXISTS (
    SELECT FROM public.payment p WHERE p.merchant_id = NEW.merchant_id AND p.order_id = NEW.order_id
      AND p.status IN ('sending', 'unknown', 'requires_action', 'succeeded')) THEN NEW END;
END $$;

-- Whether no payment holds the order. Volatile, so that it looks in a snapshot of its own: whoever has locked the order's row sees a payment that was
-- committed while they waited for the lock.
CREATE FUNCTION order_is_free(of_merchant uuid, of_order uuid) RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RETURN NOT EXISTS (SELECT FROM public.payment p WHERE p.merchant_id = of_merchant AND p.order_id = of_order
    AND p.status IN ('sending', 'unknown', 'requires_action', 'succeeded'));
END $$;

-- What is paid now, or was, stays as the payment saw it; what has ended stays so. AFTER: it costs a payment nothing (0052).
CREATE FUNCTION order_change_is_legal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status IN ('cancelled', 'expired') THEN
    RAISE EXCEPTION 'order % is %, and stays so', OLD.id, OLD.status USING ERRCODE = 'check_violation';
  END IF;
  IF NOT public.order_is_free(OLD.merchant_id, OLD.id) THEN
    RAISE EXCEPTION 'a payment holds order %: it is neither changed nor ended', OLD.id USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER order_change_is_legal AFTER UPDATE ON orders FOR EACH ROW
  WHEN ((OLD.version, OLD.amount, OLD.currency, OLD.expires_at) IS DISTINCT FROM (NEW.version, NEW.amount, NEW.currency, NEW.expires_at)
    OR OLD.status IS DISTINCT FROM NEW.status AND (OLD.status IN ('cancelled', 'expired') OR NEW.status IN ('cancelled', 'expired')))
  EXECUTE FUNCTION order_change_is_legal();

-- Rights --------------------------------------------------------------------------------------------------------------------
GRANT INSERT (expires_at), UPDATE (amount, version, expires_at) ON orders TO payonce_app;
GRANT INSERT (order_version) ON order_item TO payonce_app;
GRANT INSERT (order_version) ON payment TO payonce_app;
GRANT SELECT, INSERT (merchant_id, id, order_id, kind, version, amount, expires_at, actor, address, request_id) ON order_change TO payonce_app;
-- The worker takes the next ones, and forgets those that are dealt with. Only the trigger writes.
GRANT SELECT, DELETE ON order_expiry TO payonce_app;
-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION order_expiry_is_awaited(), order_is_free(uuid, uuid), order_change_is_legal() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION order_is_free(uuid, uuid) TO payonce_app;

-- Invariants ----------------------------------------------------------------------------------------------------------------
CREATE OR REPLACE VIEW integrity_across.order_is_the_sum_of_its_items AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, o.amount || ' is not ' || coalesce(sum(i.quantity::numeric * i.unit_amount), 0) AS detail
  FROM orders o LEFT JOIN order_item i ON i.merchant_id = o.merchant_id AND i.order_id = o.id AND i.order_version = o.version
  GROUP BY o.merchant_id, o.id, o.amount HAVING o.amount <> coalesce(sum(i.quantity::numeric * i.unit_amount), 0);

CREATE VIEW integrity_across.payment_is_of_its_order AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    p.amount || ' ' || p.currency || ' of version ' || coalesce(p.order_version, o.version) || ', its order is ' || o.amount || ' ' || o.currency || ' at version ' || o.version || ', ' || o.status AS detail
  FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
  WHERE p.status IN ('sending', 'unknown', 'requires_action', 'succeeded')
    AND ((p.amount, p.currency, coalesce(p.order_version, o.version)) <> (o.amount, o.currency, o.version) OR o.status IN ('cancelled', 'expired'));
COMMENT ON VIEW integrity_across.payment_is_of_its_order IS 'A payment that holds its order is of the order''s amount and version';
