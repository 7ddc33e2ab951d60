-- Stored answers are encrypted: `s1.<version of the key>.<digest>.<text>`, which is no JSON. The keys are the merchant's, wrapped under the secret of
-- the installation; a server of the version before refuses such a record as damaged, and executes nothing: see used_from.
CREATE TABLE answer_key (
  merchant_id uuid NOT NULL,
  version integer NOT NULL CONSTRAINT answer_key_version CHECK (version BETWEEN 1 AND 999999999),
  wrapped text NOT NULL CONSTRAINT answer_key_wrapped CHECK (wrapped ~ '^v1\.' AND length(wrapped) <= 500),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Until then answers are stored as they are. Of a merchant with records the first key waits, so that servers of the version before, which cannot read
  -- encrypted answers, are gone by then.
  used_from timestamptz(6) NOT NULL DEFAULT now(),
  -- The last record whose answer was looked at, in the order of ids, to be encrypted under this key. Null: all were.
  reencrypted_after text DEFAULT '',
  CONSTRAINT answer_key_pkey PRIMARY KEY (merchant_id, version),
  CONSTRAINT answer_key_merchant_id_fkey FOREIGN KEY (merchant_id) REFERENCES merchant (id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- A key is made by the first payment of a merchant and by the command that rotates it, wrapped anew under a new secret, and never deleted: an
-- answer may still be under it.
GRANT SELECT, INSERT (merchant_id, version, wrapped, used_from), UPDATE (wrapped, reencrypted_after) ON answer_key TO payonce_app;

-- An answer that is encrypted anew stays the same answer: the digest of its salt and its text does not change. Of one that was plain, who encrypts it shows
-- the salt, for this transaction, and the digest is computed here.
CREATE OR REPLACE FUNCTION completed_record_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  salt text := nullif(current_setting('payonce.answer_salts', true), '')::jsonb ->> OLD.id;
BEGIN
  IF salt IS NOT NULL AND OLD.answer NOT LIKE 's1.%' AND NEW.answer LIKE 's1.%'
    AND split_part(NEW.answer, '.', 3) =
      left(translate(encode(sha256(decode(salt, 'hex') || convert_to(OLD.answer, 'UTF8')), 'base64'), '+/', '-_'), 22)
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.headers, OLD.subject_id, OLD.fence, OLD.token)
      IS NOT DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.headers, NEW.subject_id, NEW.fence, NEW.token)
  THEN RETURN NULL; END IF;
  RAISE EXCEPTION 'record % is completed: its answer may not change', OLD.id USING ERRCODE = 'check_violation';
END $$;
DROP TRIGGER completed_record_is_fixed ON idempotency_record;
CREATE TRIGGER completed_record_is_fixed AFTER UPDATE ON idempotency_record FOR EACH ROW
  WHEN (OLD.state = 'completed' AND NEW.state <> 'tombstone'
    AND (OLD.state, OLD.fingerprint, OLD.status, OLD.problem, OLD.headers, OLD.subject_id, OLD.fence, OLD.token,
        CASE WHEN OLD.answer LIKE 's1.%' THEN split_part(OLD.answer, '.', 3) ELSE OLD.answer END)
      IS DISTINCT FROM (NEW.state, NEW.fingerprint, NEW.status, NEW.problem, NEW.headers, NEW.subject_id, NEW.fence, NEW.token,
        CASE WHEN NEW.answer LIKE 's1.%' THEN split_part(NEW.answer, '.', 3) ELSE NEW.answer END))
  EXECUTE FUNCTION completed_record_is_fixed();

-- The contract step of 0010: every server writes the URL itself, in the commit of its answer.
DROP TRIGGER action_url_is_copied ON idempotency_record;
DROP FUNCTION copy_action_url();

-- An encrypted answer says itself whether it holds a card number: who encrypts it looks, by the same rule. Its text is not looked at: it is as good as chance.
CREATE OR REPLACE VIEW integrity_across.no_card_number AS
  SELECT written.merchant_id, written.subject, 'holds a card number' AS detail
  FROM (
    SELECT merchant_id, 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, CASE WHEN answer NOT LIKE 's1.%' THEN answer END) AS content
      FROM idempotency_record
    UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email, metadata) FROM orders
    UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item
    UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label, description, metadata) FROM payment
    UNION ALL SELECT merchant_id, 'refund ' || id, reason FROM refund
    UNION ALL SELECT merchant_id, 'refund_request ' || id, reason FROM refund_request
    UNION ALL SELECT merchant_id, 'resolution ' || id, concat_ws(' ', bank_ref, evidence) FROM resolution
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
    UNION ALL SELECT merchant_id, 'payment_note ' || id, text FROM payment_note
  ) AS written
  WHERE integrity_across.holds_card_number(written.content)
  UNION ALL
  SELECT merchant_id, 'idempotency_record ' || id, 'holds a card number' FROM idempotency_record WHERE answer LIKE 's1.%.card';
