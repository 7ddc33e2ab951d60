-- Receipts by e-mail. New tables, one column of orders, one invariant: a server of the version before works on, and sends none.

-- The language in which the shopper read the checkout, for what is written to them later. Null: not known, and English is written.
ALTER TABLE orders ADD COLUMN locale text;
ALTER TABLE orders ADD CONSTRAINT orders_locale CHECK (locale IN ('en', 'ar')) NOT VALID;
-- Kept with the e-mail that the shopper typed.
GRANT UPDATE (locale) ON orders TO payonce_app;

-- Whether shoppers get their receipt by e-mail. No row: they do not.
CREATE TABLE receipt_rule (
  merchant_id uuid NOT NULL,
  by_mail boolean NOT NULL,
  -- What was paid from then on gets a mail by itself.
  since timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT receipt_rule_pkey PRIMARY KEY (merchant_id),
  CONSTRAINT receipt_rule_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
GRANT SELECT, INSERT (merchant_id, by_mail) ON receipt_rule TO payonce_app;
GRANT UPDATE (by_mail, since) ON receipt_rule TO payonce_app;

-- What each mail with a receipt said of its payment: a fact, written in the commit of the mail.
CREATE TABLE receipt_mail (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  -- 0: written by itself when the payment succeeded, so at most once. From 1: sent again by an operator.
  number smallint NOT NULL CONSTRAINT receipt_mail_number CHECK (number >= 0),
  -- The mail's id, also where the mail itself was removed by age.
  id uuid NOT NULL,
  amount bigint NOT NULL,
  currency char(3) NOT NULL,
  transaction_id uuid NOT NULL,
  code text NOT NULL CONSTRAINT receipt_mail_code CHECK (code ~ '^[0-9a-f]{12}$'),
  -- Fingerprint of the secret that made the code, so that a code is not called wrong after the secret has rotated.
  signed_by text NOT NULL CONSTRAINT receipt_mail_signed_by CHECK (signed_by ~ '^[0-9a-f]{16}$'),
  actor text NOT NULL,
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT receipt_mail_pkey PRIMARY KEY (merchant_id, payment_id, number),
  CONSTRAINT receipt_mail_by_itself CHECK ((number = 0) = (actor = 'system')),
  CONSTRAINT receipt_mail_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id) REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE UNIQUE INDEX receipt_mail_id ON receipt_mail (merchant_id, id);
CREATE INDEX receipt_mail_of_day ON receipt_mail (merchant_id, created_at) WHERE number > 0;
CREATE TRIGGER receipt_mail_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipt_mail FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT (merchant_id, payment_id, number, id, amount, currency, transaction_id, code, signed_by, actor, address, request_id) ON receipt_mail TO payonce_app;

-- How far events were looked through for payments to write a receipt of: one row for each mode, since the installations of the two have secrets of
-- their own. Read as webhook_cursor is.
CREATE TABLE receipt_cursor (
  mode text NOT NULL CONSTRAINT receipt_cursor_mode CHECK (mode IN ('test', 'live')),
  xid bigint NOT NULL,
  event_id uuid NOT NULL,
  CONSTRAINT receipt_cursor_pkey PRIMARY KEY (mode)
);
INSERT INTO receipt_cursor (mode, xid, event_id)
  SELECT mode, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, '00000000-0000-0000-0000-000000000000'
  FROM unnest(ARRAY['test', 'live']) AS mode;
GRANT SELECT ON receipt_cursor TO payonce_app;
GRANT UPDATE (xid, event_id) ON receipt_cursor TO payonce_app;

CREATE VIEW integrity_across.receipt_mail_is_of_its_payment AS
  SELECT r.merchant_id, 'payment ' || r.payment_id AS subject,
    'a receipt of ' || r.amount || ' ' || r.currency || ' for posting ' || r.transaction_id || ' was sent; the payment is ' || p.status || ' with ' ||
      p.amount || ' ' || p.currency || ', its posting is ' || coalesce(t.id::text, 'none') AS detail
  FROM receipt_mail r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id
  LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
  WHERE p.status <> 'succeeded' OR (r.amount, r.currency) IS DISTINCT FROM (p.amount, p.currency) OR r.transaction_id IS DISTINCT FROM t.id;
COMMENT ON VIEW integrity_across.receipt_mail_is_of_its_payment IS 'Each receipt that was sent by e-mail names the amount and the posting of its payment';
INSERT INTO integrity_whole_only (invariant, because) VALUES
  ('receipt-mail-is-of-its-payment', 'a receipt is sent long after its payment was checked');
