-- The PaymentIntent that stands for a gateway key at Stripe. A charge there is two requests, create and confirm: this row is written between
-- them, and only the intent in it is ever confirmed. So one key is one charge also where Stripe has forgotten the idempotency key.
-- New table, no server of the version before uses it.
CREATE TABLE stripe_intent (
  gateway_key text NOT NULL,
  -- Null: withdrawn without an intent, because Stripe takes no such amount or currency. Such a key never gets one.
  intent_id text,
  amount bigint NOT NULL CONSTRAINT stripe_intent_amount CHECK (amount > 0),
  currency text NOT NULL,
  decline_code text,
  card_label text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT stripe_intent_pkey PRIMARY KEY (gateway_key),
  -- A decline is stored with the card that was declined, or not at all.
  CONSTRAINT stripe_intent_decline CHECK ((decline_code IS NULL) = (card_label IS NULL))
);
CREATE UNIQUE INDEX stripe_intent_intent_id_key ON stripe_intent (intent_id);
-- The reconciler's walk begins at our first intent, not at the account's first charge.
CREATE INDEX stripe_intent_created_at_idx ON stripe_intent (created_at);

-- The application claims an intent and stores a decline. Not: another intent for a key, another amount, a row's end.
GRANT SELECT ON stripe_intent TO payonce_app;
GRANT INSERT (gateway_key, intent_id, amount, currency) ON stripe_intent TO payonce_app;
GRANT UPDATE (decline_code, card_label) ON stripe_intent TO payonce_app;
