-- Second factors of operators: an authenticator app (TOTP, RFC 6238), passkeys (WebAuthn), and recovery codes.

-- The factor by which this session was begun or raised. Null: the password alone, as every session that is there, and each that an old server
-- makes. Such a session is no sign-in once its operator has a second factor.
ALTER TABLE operator_session ADD COLUMN factor text;
-- NOT VALID, and never validated: every row that is there has null.
ALTER TABLE operator_session ADD CONSTRAINT operator_session_factor CHECK (factor IN ('totp', 'recovery-code', 'passkey')) NOT VALID;

-- What the foreign keys below refer to, so that no factor is of another merchant than its operator. A table of people: a few hundred rows.
-- squawk-ignore require-concurrent-index-creation
CREATE UNIQUE INDEX operator_merchant_id_id_key ON operator (merchant_id, id);

-- By which values of sign-ins that have expired are found and removed. Nothing has written into this table until now.
-- squawk-ignore require-concurrent-index-creation
CREATE INDEX operator_verification_expires_at_idx ON operator_verification (expires_at);

CREATE TABLE operator_totp (
  merchant_id uuid NOT NULL,
  operator_id text NOT NULL,
  -- AES-256-GCM under a key that the database does not have: src/access/factor-secret.ts.
  secret text NOT NULL CONSTRAINT operator_totp_secret CHECK (secret ~ '^v1\.[A-Za-z0-9_-]{8}\.[A-Za-z0-9_-]+$'),
  -- The time step of the last code that was accepted. Only a later one is accepted after it, so a code works once.
  last_step bigint NOT NULL DEFAULT 0,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Null: shown, and not yet proved by a code. It counts for nothing.
  confirmed_at timestamptz(6),
  CONSTRAINT operator_totp_pkey PRIMARY KEY (merchant_id, operator_id),
  CONSTRAINT operator_totp_merchant_id_operator_id_fkey FOREIGN KEY (merchant_id, operator_id) REFERENCES operator (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);

CREATE TABLE operator_passkey (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  operator_id text NOT NULL,
  -- base64url, as browsers send it.
  credential_id text NOT NULL CONSTRAINT operator_passkey_credential_id CHECK (credential_id ~ '^[A-Za-z0-9_-]+$' AND length(credential_id) <= 1400),
  -- COSE. Nothing secret: the private key never leaves the authenticator.
  public_key bytea NOT NULL,
  counter bigint NOT NULL CONSTRAINT operator_passkey_counter CHECK (counter >= 0),
  transports text[] NOT NULL,
  name text NOT NULL CONSTRAINT operator_passkey_name CHECK (length(name) BETWEEN 1 AND 60),
  -- Whether its owner's other devices may get it (WebAuthn, 6.1.3).
  synced boolean NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  last_used_at timestamptz(6),
  CONSTRAINT operator_passkey_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT operator_passkey_merchant_id_operator_id_fkey FOREIGN KEY (merchant_id, operator_id) REFERENCES operator (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX operator_passkey_credential_id_key ON operator_passkey (credential_id);
CREATE INDEX operator_passkey_merchant_id_operator_id_idx ON operator_passkey (merchant_id, operator_id);

CREATE TABLE operator_recovery_code (
  merchant_id uuid NOT NULL,
  operator_id text NOT NULL,
  -- SHA-256 of a code with 80 bits of chance: too many to guess, and no salt is needed.
  hash text NOT NULL CONSTRAINT operator_recovery_code_hash CHECK (hash ~ '^[A-Za-z0-9_-]{43}$'),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  used_at timestamptz(6),
  CONSTRAINT operator_recovery_code_pkey PRIMARY KEY (merchant_id, operator_id, hash),
  CONSTRAINT operator_recovery_code_merchant_id_operator_id_fkey FOREIGN KEY (merchant_id, operator_id) REFERENCES operator (merchant_id, id) ON DELETE CASCADE ON UPDATE RESTRICT
);

-- The product adds and removes factors. Whose a factor is, and the public key of a passkey, never change.
GRANT SELECT, DELETE ON operator_totp, operator_passkey, operator_recovery_code TO payonce_app;
-- A factor is born unconfirmed and unused, by the database's clock.
GRANT INSERT (merchant_id, operator_id, secret) ON operator_totp TO payonce_app;
GRANT INSERT (merchant_id, id, operator_id, credential_id, public_key, counter, transports, name, synced) ON operator_passkey TO payonce_app;
GRANT INSERT (merchant_id, operator_id, hash) ON operator_recovery_code TO payonce_app;
-- A secret is replaced until it is confirmed, and encrypted anew after the installation's secret has rotated; each accepted code is marked.
GRANT UPDATE (secret, last_step, created_at, confirmed_at) ON operator_totp TO payonce_app;
-- Each use of a passkey.
GRANT UPDATE (counter, synced, last_used_at) ON operator_passkey TO payonce_app;
-- A code works once.
GRANT UPDATE (used_at) ON operator_recovery_code TO payonce_app;
-- The session in which the first factor is added has proved it.
GRANT UPDATE (factor) ON operator_session TO payonce_app;
