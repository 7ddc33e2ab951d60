-- Mails on their way: written in the commit of what they tell, sent by the worker. A new table: a server of the version before works on.

CREATE TABLE mail (
  merchant_id uuid NOT NULL,
  -- Also its Message-ID, the same in every attempt.
  id uuid NOT NULL,
  recipient text NOT NULL CONSTRAINT mail_recipient CHECK (length(recipient) BETWEEN 3 AND 320 AND recipient !~ '[[:cntrl:]]'),
  subject text NOT NULL CONSTRAINT mail_subject CHECK (length(subject) BETWEEN 1 AND 200 AND subject !~ '[[:cntrl:]]'),
  body text NOT NULL CONSTRAINT mail_body CHECK (length(body) <= 100000),
  -- `kept`: a sandbox without a mail server shows it on a page instead.
  state text NOT NULL DEFAULT 'pending' CONSTRAINT mail_state CHECK (state IN ('pending', 'sent', 'failed', 'kept')),
  tries integer NOT NULL DEFAULT 0,
  next_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Until then one process alone sends it; `fence` tells its outcome from that of one that was too slow.
  lease_until timestamptz(6),
  fence integer NOT NULL DEFAULT 0,
  -- What the mail server said to the last attempt that failed.
  error text CONSTRAINT mail_error CHECK (length(error) <= 300),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  ended_at timestamptz(6),
  CONSTRAINT mail_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT mail_has_ended CHECK ((state = 'pending') = (ended_at IS NULL)),
  CONSTRAINT mail_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX mail_due ON mail (next_at) WHERE state = 'pending';
CREATE INDEX mail_newest ON mail (merchant_id, created_at DESC, id DESC);
CREATE INDEX mail_age ON mail (created_at);

GRANT SELECT ON mail TO payonce_app;
-- A mail is born pending and due. What it says and to whom never changes; it is removed by age.
GRANT INSERT (merchant_id, id, recipient, subject, body) ON mail TO payonce_app;
GRANT UPDATE (state, tries, next_at, lease_until, fence, error, ended_at) ON mail TO payonce_app;
GRANT DELETE ON mail TO payonce_app;
