-- API keys: what a program shows to say whose it is. Only a hash is kept: whoever reads this table can use none of them.
CREATE TABLE api_key (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  name text NOT NULL CONSTRAINT api_key_name CHECK (length(name) BETWEEN 1 AND 100),
  -- SHA-256 of the whole token. The token has 256 bits of chance, so there is nothing to guess, and no salt is needed.
  hash text NOT NULL CONSTRAINT api_key_hash CHECK (hash ~ '^[A-Za-z0-9_-]{43}$'),
  -- What a person may see of it: its first and last characters.
  hint text NOT NULL,
  scopes text[] NOT NULL CONSTRAINT api_key_scopes CHECK (
    cardinality(scopes) > 0
    AND scopes <@ ARRAY['orders:read', 'orders:write', 'payments:read', 'payments:write', 'refunds:write', 'ledger:read']),
  created_by text NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  expires_at timestamptz(6),
  revoked_at timestamptz(6),
  -- The key that takes its place.
  rotated_to uuid,
  last_used_at timestamptz(6),
  CONSTRAINT api_key_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT api_key_expires CHECK (expires_at >= created_at),
  CONSTRAINT api_key_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT api_key_merchant_id_rotated_to_fkey FOREIGN KEY (merchant_id, rotated_to)
    REFERENCES api_key (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX api_key_hash_key ON api_key (hash);
CREATE INDEX api_key_newest ON api_key (merchant_id, created_at DESC, id DESC);

-- A key can be shortened, never prolonged; what was revoked stays revoked; and what it may do was said when it was made.
CREATE FUNCTION api_key_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'API key % may only be ended sooner', OLD.id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER api_key_only_ends BEFORE UPDATE ON api_key FOR EACH ROW
  WHEN (OLD.revoked_at IS DISTINCT FROM NEW.revoked_at AND OLD.revoked_at IS NOT NULL
    OR OLD.expires_at IS NOT NULL AND (NEW.expires_at IS NULL OR NEW.expires_at > OLD.expires_at)
    OR OLD.rotated_to IS NOT NULL AND OLD.rotated_to IS DISTINCT FROM NEW.rotated_to
    OR (OLD.merchant_id, OLD.id, OLD.name, OLD.hash, OLD.hint, OLD.scopes, OLD.created_by, OLD.created_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.id, NEW.name, NEW.hash, NEW.hint, NEW.scopes, NEW.created_by, NEW.created_at))
  EXECUTE FUNCTION api_key_only_ends();
GRANT SELECT, INSERT ON api_key TO payonce_app;
GRANT UPDATE (expires_at, revoked_at, rotated_to, last_used_at) ON api_key TO payonce_app;

-- How many requests came lately, per API key or address. UNLOGGED: it writes no WAL, and losing it in a crash costs nothing.
CREATE UNLOGGED TABLE rate_limit (
  key text NOT NULL,
  points integer NOT NULL DEFAULT 0,
  expire bigint,
  CONSTRAINT rate_limit_pkey PRIMARY KEY (key)
);
CREATE INDEX rate_limit_expire ON rate_limit (expire);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limit TO payonce_app;
