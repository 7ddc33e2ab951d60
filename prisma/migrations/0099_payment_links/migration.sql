-- Payment links: whoever opens one gets an order of their own. New tables: a server of the version before works on.
CREATE TABLE payment_link (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT payment_link_name CHECK (length(name) BETWEEN 1 AND 100),
  currency char(3) NOT NULL,
  -- The total of the items, in minor units.
  amount bigint NOT NULL CONSTRAINT payment_link_amount CHECK (amount BETWEEN 1 AND 1000000000000),
  items jsonb NOT NULL CONSTRAINT payment_link_items CHECK (jsonb_typeof(items) = 'array' AND jsonb_array_length(items) BETWEEN 1 AND 20),
  -- Orders that may be made from it and are paid, or can still be; null: any number.
  max_uses int CONSTRAINT payment_link_max_uses CHECK (max_uses BETWEEN 1 AND 10000),
  ends_at timestamptz(6),
  paused boolean NOT NULL DEFAULT false,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT payment_link_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT payment_link_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX payment_link_id ON payment_link (id);
CREATE INDEX payment_link_newest ON payment_link (merchant_id, created_at DESC, id DESC);
GRANT SELECT, INSERT (merchant_id, id, name, currency, amount, items, max_uses, ends_at) ON payment_link TO payonce_app;
-- Paused and resumed. What a link asks for never changes: somebody may have it on paper.
GRANT UPDATE (paused, updated_at) ON payment_link TO payonce_app;

-- An order that was made from a link.
CREATE TABLE payment_link_use (
  merchant_id uuid NOT NULL,
  order_id uuid NOT NULL,
  link_id uuid NOT NULL,
  -- Of the form that was posted, so that a repeat gets the same order.
  key uuid NOT NULL,
  -- The guest, as in `orders.actor`: who comes back finds their open order.
  shopper text NOT NULL CONSTRAINT payment_link_use_by_shopper CHECK (shopper ~ '^shopper:.'),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT payment_link_use_pkey PRIMARY KEY (merchant_id, order_id),
  CONSTRAINT payment_link_use_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id)
    REFERENCES orders (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT payment_link_use_merchant_id_link_id_fkey FOREIGN KEY (merchant_id, link_id)
    REFERENCES payment_link (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX payment_link_use_key ON payment_link_use (merchant_id, link_id, key);
CREATE INDEX payment_link_use_shopper ON payment_link_use (merchant_id, link_id, shopper);
CREATE TRIGGER payment_link_use_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_link_use FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT (merchant_id, order_id, link_id, key, shopper) ON payment_link_use TO payonce_app;

-- A link takes an order only while it is neither paused nor ended, and while fewer orders than its limit are paid or can still be. An order that
-- can be paid no more gives its use back.
CREATE FUNCTION payment_link_takes_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE link public.payment_link;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'an order is made from a link in READ COMMITTED: % hides the other orders of the link', current_setting('transaction_isolation')
      USING ERRCODE = 'feature_not_supported';
  END IF;
  -- One after the other: of those that come at once, none would count the others. The count has a snapshot of its own, from after the lock.
  SELECT * INTO link FROM public.payment_link l WHERE l.merchant_id = NEW.merchant_id AND l.id = NEW.link_id FOR NO KEY UPDATE;
  -- A link without a limit may have any number of orders: they are not counted.
  IF link.paused OR link.ends_at <= now() OR (CASE WHEN link.max_uses IS NULL THEN false ELSE link.max_uses <= (
    SELECT count(*) FROM public.payment_link_use u JOIN public.orders o ON o.merchant_id = u.merchant_id AND o.id = u.order_id
    WHERE u.merchant_id = NEW.merchant_id AND u.link_id = NEW.link_id AND o.status IN ('open', 'paid')) END)
  THEN
    RAISE EXCEPTION 'commit refused: payment link % takes no order', NEW.link_id USING ERRCODE = 'PO001';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_link_takes_order BEFORE INSERT ON payment_link_use FOR EACH ROW EXECUTE FUNCTION payment_link_takes_order();
-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION payment_link_takes_order() FROM PUBLIC;
