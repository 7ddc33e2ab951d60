-- Operators have roles, a session has an absolute end and an instant of its last verification, and operators are invited by a link.

-- 'admin' for the operators there are, and for those that an old server still makes: until now each could do everything.
ALTER TABLE operator ADD COLUMN role text NOT NULL DEFAULT 'admin';
-- NOT VALID, and never validated: every row that is there has the default of the line above.
ALTER TABLE operator ADD CONSTRAINT operator_role CHECK (role IN ('viewer', 'support', 'admin')) NOT VALID;

-- When the operator of this session last proved who they are. Null for sessions from before: they are asked again.
ALTER TABLE operator_session ADD COLUMN verified_at timestamptz(6);
ALTER TABLE operator_session ALTER COLUMN verified_at SET DEFAULT now();
-- Wrong passwords in a row within this session.
ALTER TABLE operator_session ADD COLUMN failed_verifications integer NOT NULL DEFAULT 0;

-- A session ends 24 hours after the sign-in, however often it is used. A trigger, so that it holds for every server and library.
CREATE FUNCTION operator_session_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    NEW.created_at := OLD.created_at;
    NEW.user_id := OLD.user_id;
  END IF;
  NEW.expires_at := LEAST(NEW.expires_at, NEW.created_at + interval '24 hours');
  RETURN NEW;
END $$;
CREATE TRIGGER operator_session_ends BEFORE INSERT OR UPDATE ON operator_session FOR EACH ROW EXECUTE FUNCTION operator_session_ends();
UPDATE operator_session SET expires_at = expires_at;

-- Invitations. Only a hash of the link's code is kept: whoever reads this table can accept none of them.
CREATE TABLE operator_invitation (
  merchant_id uuid NOT NULL,
  id uuid NOT NULL,
  email text NOT NULL CONSTRAINT operator_invitation_email CHECK (length(email) BETWEEN 3 AND 254 AND email = lower(email)),
  role text NOT NULL CONSTRAINT operator_invitation_role CHECK (role IN ('viewer', 'support', 'admin')),
  -- SHA-256 of the code, which has 256 bits of chance: there is nothing to guess, and no salt is needed.
  hash text NOT NULL CONSTRAINT operator_invitation_hash CHECK (hash ~ '^[A-Za-z0-9_-]{43}$'),
  invited_by text NOT NULL,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  expires_at timestamptz(6) NOT NULL DEFAULT now() + interval '72 hours',
  accepted_at timestamptz(6),
  revoked_at timestamptz(6),
  CONSTRAINT operator_invitation_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT operator_invitation_one_end CHECK (accepted_at IS NULL OR revoked_at IS NULL),
  CONSTRAINT operator_invitation_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX operator_invitation_hash_key ON operator_invitation (hash);
-- The product makes and reads invitations, and marks how they ended. Whom it invites, to what and until when never changes.
GRANT SELECT, INSERT ON operator_invitation TO payonce_app;
GRANT UPDATE (accepted_at, revoked_at) ON operator_invitation TO payonce_app;
-- An admin changes a role; a confirmation, right or wrong, is kept with its session.
GRANT UPDATE (role) ON operator TO payonce_app;
GRANT UPDATE (verified_at, failed_verifications) ON operator_session TO payonce_app;
