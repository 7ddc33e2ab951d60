-- Outgoing webhooks: endpoints of merchants, their signing secrets, and each delivery with its attempts. New tables, one more column of
-- outbox_event with its index, and two more scopes of API keys: a server of the version before goes on working.

-- In which transaction an event was written. The relay reads events in the order of these ids, below the oldest one that still runs, so
-- that none that commits late is passed over. Null for the rows that are there, which are not sent; the default is set in a step of its
-- own, so no row is touched. Who writes an event may not choose it (0020 lists its columns).
ALTER TABLE outbox_event ADD COLUMN xid bigint;
ALTER TABLE outbox_event ALTER COLUMN xid SET DEFAULT pg_current_xact_id()::text::bigint;
-- Empty when it is made: every row that is there has null. The table is read once, about a second for a million rows.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX outbox_event_xid_idx ON outbox_event (xid) WHERE xid IS NOT NULL;

CREATE TABLE webhook_endpoint (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  url text NOT NULL CONSTRAINT webhook_endpoint_url CHECK (url ~ '^https?://' AND length(url) <= 2000),
  description text NOT NULL DEFAULT '' CONSTRAINT webhook_endpoint_description CHECK (length(description) <= 200),
  -- Types that are sent to it; empty: all.
  event_types text[] NOT NULL DEFAULT ARRAY[]::text[] CONSTRAINT webhook_endpoint_event_types CHECK (cardinality(event_types) <= 50),
  -- paused: by the merchant, deliveries wait. disabled: by us, no new ones are made. deleted: its log remains until it is removed.
  state text NOT NULL DEFAULT 'enabled' CONSTRAINT webhook_endpoint_state CHECK (state IN ('enabled', 'paused', 'disabled', 'deleted')),
  -- Why it is disabled, for people.
  reason text,
  -- The first failure since the last success.
  failing_since timestamptz(6),
  -- Nothing is sent to it before: it asked for that (429, 502, 504, Retry-After).
  not_before timestamptz(6),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT webhook_endpoint_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT webhook_endpoint_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);

CREATE TABLE webhook_secret (
  merchant_id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  id uuid NOT NULL,
  -- AES-256-GCM under a key that the database does not have: src/access/factor-secret.ts.
  secret text NOT NULL CONSTRAINT webhook_secret_secret CHECK (secret ~ '^v1\.[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]+$'),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Null: the current one. Else the end of a rotation, until which it signs beside its successor.
  valid_until timestamptz(6),
  CONSTRAINT webhook_secret_pkey PRIMARY KEY (merchant_id, endpoint_id, id),
  CONSTRAINT webhook_secret_endpoint_fkey FOREIGN KEY (merchant_id, endpoint_id) REFERENCES webhook_endpoint (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);
-- Two rotations at once cannot both make a current one.
CREATE UNIQUE INDEX webhook_secret_current ON webhook_secret (merchant_id, endpoint_id) WHERE valid_until IS NULL;

CREATE TABLE webhook_delivery (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  endpoint_id uuid NOT NULL,
  -- Of outbox_event, which may be gone before the delivery is; of a test event, which is in no table.
  event_id uuid NOT NULL,
  event_type text NOT NULL,
  -- The bytes that are signed and sent, the same in every attempt.
  body text NOT NULL,
  state text NOT NULL DEFAULT 'pending' CONSTRAINT webhook_delivery_state CHECK (state IN ('pending', 'delivered', 'failed')),
  -- Attempts since it was begun or sent again: the place in the schedule. And all of them, which number the rows of webhook_attempt.
  tries integer NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Until then one worker alone sends it; `fence` tells its outcome from that of one that was too slow.
  lease_until timestamptz(6),
  fence integer NOT NULL DEFAULT 0,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  ended_at timestamptz(6),
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT webhook_delivery_has_ended CHECK ((state = 'pending') = (ended_at IS NULL)),
  CONSTRAINT webhook_delivery_endpoint_fkey FOREIGN KEY (merchant_id, endpoint_id) REFERENCES webhook_endpoint (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- An event goes to an endpoint once, however often it is fanned out or replayed.
CREATE UNIQUE INDEX webhook_delivery_once ON webhook_delivery (merchant_id, endpoint_id, event_id);
-- The queue of each endpoint.
CREATE INDEX webhook_delivery_due ON webhook_delivery (merchant_id, endpoint_id, next_at) WHERE state = 'pending';
-- The log of a merchant, and of an endpoint, newest first.
CREATE INDEX webhook_delivery_newest ON webhook_delivery (merchant_id, endpoint_id, created_at DESC, id DESC);
CREATE INDEX webhook_delivery_age ON webhook_delivery (created_at);

CREATE TABLE webhook_attempt (
  merchant_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  number integer NOT NULL CONSTRAINT webhook_attempt_number CHECK (number > 0),
  -- Also the webhook-timestamp that was signed.
  at timestamptz(6) NOT NULL,
  duration_ms integer NOT NULL,
  -- Of the answer; null when there was none, for which `error` has the words.
  status integer,
  error text CONSTRAINT webhook_attempt_error CHECK (length(error) <= 300),
  -- The beginning of the answer.
  answer text CONSTRAINT webhook_attempt_answer CHECK (length(answer) <= 1024),
  CONSTRAINT webhook_attempt_pkey PRIMARY KEY (merchant_id, delivery_id, number),
  CONSTRAINT webhook_attempt_delivery_fkey FOREIGN KEY (merchant_id, delivery_id) REFERENCES webhook_delivery (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);

-- The event up to which all are fanned out. One row, of the installation: events of all merchants have one order.
CREATE TABLE webhook_cursor (
  one boolean NOT NULL DEFAULT true CONSTRAINT webhook_cursor_one CHECK (one),
  xid bigint NOT NULL,
  event_id uuid NOT NULL,
  CONSTRAINT webhook_cursor_pkey PRIMARY KEY (one)
);
INSERT INTO webhook_cursor (xid, event_id) VALUES (0, '00000000-0000-0000-0000-000000000000');

GRANT SELECT ON webhook_endpoint, webhook_secret, webhook_delivery, webhook_attempt, webhook_cursor TO payonce_app;
-- An endpoint is born enabled, by the database's clock; one that was deleted goes with its log.
GRANT INSERT (merchant_id, id, url, description, event_types) ON webhook_endpoint TO payonce_app;
GRANT UPDATE (url, description, event_types, state, reason, failing_since, not_before, updated_at) ON webhook_endpoint TO payonce_app;
GRANT DELETE ON webhook_endpoint TO payonce_app;
-- A secret is born current. A rotation ends it, and it is encrypted anew after the installation's secret has rotated.
GRANT INSERT (merchant_id, endpoint_id, id, secret) ON webhook_secret TO payonce_app;
GRANT UPDATE (secret, valid_until) ON webhook_secret TO payonce_app;
GRANT DELETE ON webhook_secret TO payonce_app;
-- A delivery is born pending and due. Which event goes where, and its bytes, never change; the log is kept for 30 days.
GRANT INSERT (merchant_id, id, endpoint_id, event_id, event_type, body) ON webhook_delivery TO payonce_app;
GRANT UPDATE (state, tries, attempts, next_at, lease_until, fence, ended_at) ON webhook_delivery TO payonce_app;
GRANT DELETE ON webhook_delivery TO payonce_app;
-- Every column: what an attempt came to, written after it. It goes with its delivery.
GRANT INSERT (merchant_id, delivery_id, number, at, duration_ms, status, error, answer) ON webhook_attempt TO payonce_app;
-- Fan-out moves it on.
GRANT UPDATE (xid, event_id) ON webhook_cursor TO payonce_app;

-- Two more rights of API keys. NOT VALID: every row that is there passed a narrower list.
ALTER TABLE api_key DROP CONSTRAINT api_key_scopes;
ALTER TABLE api_key ADD CONSTRAINT api_key_scopes CHECK (
  cardinality(scopes) > 0
  AND scopes <@ ARRAY['orders:read', 'orders:write', 'payments:read', 'payments:write', 'refunds:write', 'ledger:read', 'webhooks:read', 'webhooks:write']
) NOT VALID;
