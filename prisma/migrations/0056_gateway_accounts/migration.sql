-- Accounts at Stripe of merchants, beside the installation's own. A payment remembers the account that it was begun at; one without, as each
-- of the versions before, is at the installation's gateway. New table, new columns without a default: a server of the version before works on.

CREATE TABLE gateway_account (
  merchant_id uuid NOT NULL,
  -- Our name of it, the last part of the address of its webhooks. It is never given to another account.
  name text NOT NULL CONSTRAINT gateway_account_name CHECK (name ~ '^[a-z0-9][a-z0-9_-]{0,63}$' AND name <> 'main'),
  gateway text NOT NULL DEFAULT 'stripe' CONSTRAINT gateway_account_gateway CHECK (gateway = 'stripe'),
  mode text NOT NULL CONSTRAINT gateway_account_mode CHECK (mode IN ('test', 'live')),
  -- Stripe's own id of it (acct_…). Null: not known, and not compared.
  account_id text,
  publishable_key text,
  -- Encrypted under a key of the environment, bound to merchant, name and column. The check keeps a secret out that was not encrypted.
  secret_key text NOT NULL CONSTRAINT gateway_account_secret_key CHECK (secret_key LIKE 'v1.%'),
  webhook_secret text NOT NULL CONSTRAINT gateway_account_webhook_secret CHECK (webhook_secret LIKE 'v1.%'),
  -- The one before it, which is taken too while it is there.
  webhook_secret_previous text CONSTRAINT gateway_account_webhook_secret_previous CHECK (webhook_secret_previous LIKE 'v1.%'),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  created_by text NOT NULL,
  updated_at timestamptz(6) NOT NULL DEFAULT now(),
  updated_by text NOT NULL,
  -- From then on nothing is begun at it; what was begun is still asked for, refunded and reconciled there.
  retired_at timestamptz(6),
  CONSTRAINT gateway_account_pkey PRIMARY KEY (merchant_id, name),
  CONSTRAINT gateway_account_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX gateway_account_name_key ON gateway_account (name);
-- Payments are begun at one account of a merchant.
CREATE UNIQUE INDEX gateway_account_current ON gateway_account (merchant_id) WHERE retired_at IS NULL;

-- The application reads what it needs to charge, and who receives an event. It writes nothing: an account is set by a command that works as the
-- owner, so that nobody who can send SQL as the application can send a merchant's money elsewhere.
-- Not: who set it, which the audit log says.
GRANT SELECT (merchant_id, name, gateway, mode, account_id, publishable_key, secret_key, webhook_secret, webhook_secret_previous, created_at,
  updated_at, retired_at) ON gateway_account TO payonce_app;

-- Where it was begun, for good. Null: at the installation's gateway.
ALTER TABLE payment ADD COLUMN gateway_account text;
GRANT INSERT (gateway_account) ON payment TO payonce_app;
-- Whose list it is from: a charge under a key of ours counts for payments of that account alone.
ALTER TABLE open_charge ADD COLUMN gateway_account text;
GRANT INSERT (gateway_account) ON open_charge TO payonce_app;
