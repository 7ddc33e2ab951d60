-- What Stripe tells us: the inbox of its webhooks, and how far missed events were read. New tables, no server of the version before uses
-- them. An event is a hint that something has changed: the worker asks Stripe, and no amount in it is ever booked.
CREATE TABLE stripe_event (
  -- Our name of the account at Stripe, as in the address that the event was sent to.
  account text NOT NULL CONSTRAINT stripe_event_account CHECK (account ~ '^[A-Za-z0-9_-]{1,64}$'),
  id text NOT NULL CONSTRAINT stripe_event_id CHECK (id ~ '^evt_[A-Za-z0-9_]{1,250}$'),
  type text NOT NULL CONSTRAINT stripe_event_type CHECK (length(type) BETWEEN 1 AND 100),
  -- The object that it is about, and the key of ours that it carries, by the event's own word.
  object_id text CONSTRAINT stripe_event_object_id CHECK (length(object_id) <= 255),
  gateway_key text CONSTRAINT stripe_event_gateway_key CHECK (length(gateway_key) <= 255),
  -- When it happened, by Stripe's clock, in whole seconds.
  created_at timestamptz(6) NOT NULL,
  -- What may be kept of its payload: amounts, statuses and ids. Nothing of a person (src/payments/stripe/inbox/event.ts).
  facts jsonb NOT NULL CONSTRAINT stripe_event_facts CHECK (length(facts::text) <= 4000),
  -- webhook: Stripe sent it. pull: it was read from Stripe's list of events that could not be delivered.
  source text NOT NULL CONSTRAINT stripe_event_source CHECK (source IN ('webhook', 'pull')),
  received_at timestamptz(6) NOT NULL DEFAULT now(),
  -- ignored: of no use to us. stray: about nothing of ours. failing: the last try ended without a result.
  state text NOT NULL DEFAULT 'received'
    CONSTRAINT stripe_event_state CHECK (state IN ('received', 'applied', 'ignored', 'stray', 'failing')),
  -- What became of it, for people.
  reason text CONSTRAINT stripe_event_reason CHECK (length(reason) <= 300),
  tries integer NOT NULL DEFAULT 0,
  -- Null: nothing is left to do, or nobody tries any more.
  next_at timestamptz(6) DEFAULT now(),
  -- Until then one worker alone works on it; `fence` tells its outcome from that of one that was too slow.
  lease_until timestamptz(6),
  fence integer NOT NULL DEFAULT 0,
  settled_at timestamptz(6),
  CONSTRAINT stripe_event_pkey PRIMARY KEY (account, id),
  CONSTRAINT stripe_event_next CHECK (CASE state WHEN 'received' THEN next_at IS NOT NULL WHEN 'failing' THEN true ELSE next_at IS NULL END)
);
-- The queue of the worker.
CREATE INDEX stripe_event_due ON stripe_event (next_at) WHERE next_at IS NOT NULL;
-- The page, newest first, and retention, oldest first.
CREATE INDEX stripe_event_newest ON stripe_event (received_at DESC, id DESC);
-- The same of the few that a person looks for.
CREATE INDEX stripe_event_to_look_at ON stripe_event (received_at DESC, id DESC) WHERE state IN ('failing', 'stray');

CREATE TABLE stripe_event_position (
  account text NOT NULL CONSTRAINT stripe_event_position_account CHECK (account ~ '^[A-Za-z0-9_-]{1,64}$'),
  -- Missed events that happened before are read.
  through timestamptz(6) NOT NULL,
  -- A reading that is under way: when it began, and the last event of the page before.
  started_at timestamptz(6),
  after text,
  CONSTRAINT stripe_event_position_pkey PRIMARY KEY (account)
);

GRANT SELECT ON stripe_event, stripe_event_position TO payonce_app;
-- An event is born received, or ignored by its type; nobody has tried it yet, and when it came is the database's word.
GRANT INSERT (account, id, type, object_id, gateway_key, created_at, facts, source, state, reason, next_at) ON stripe_event TO payonce_app;
-- What becomes of it. What it said never changes.
GRANT UPDATE (state, reason, tries, next_at, lease_until, fence, settled_at) ON stripe_event TO payonce_app;
-- Retention, after 35 days.
GRANT DELETE ON stripe_event TO payonce_app;
-- The reading of missed events moves on.
GRANT INSERT (account, through, started_at, after) ON stripe_event_position TO payonce_app;
GRANT UPDATE (through, started_at, after) ON stripe_event_position TO payonce_app;
