-- What operators note on a payment. A new table, and a wider view: a server of the version before works on.
CREATE TABLE payment_note (
  merchant_id uuid NOT NULL,
  -- Made by the page, so that a repeat is the same note.
  id uuid NOT NULL,
  payment_id uuid NOT NULL,
  text text NOT NULL CONSTRAINT payment_note_text CHECK (length(text) BETWEEN 1 AND 1000),
  actor text NOT NULL CONSTRAINT payment_note_by_operator CHECK (actor ~ '^operator:.'),
  address text,
  request_id text,
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  CONSTRAINT payment_note_pkey PRIMARY KEY (merchant_id, id),
  CONSTRAINT payment_note_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
CREATE INDEX payment_note_newest ON payment_note (merchant_id, payment_id, created_at DESC, id DESC);
CREATE TRIGGER payment_note_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON payment_note FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
GRANT SELECT, INSERT (merchant_id, id, payment_id, text, actor, address, request_id) ON payment_note TO payonce_app;

-- The new table holds words, too.
CREATE OR REPLACE VIEW integrity_across.no_card_number AS
  SELECT written.merchant_id, written.subject, 'holds a card number' AS detail
  FROM (
    SELECT merchant_id, 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, answer) AS content FROM idempotency_record
    UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email, metadata) FROM orders
    UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item
    UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label, description, metadata) FROM payment
    UNION ALL SELECT merchant_id, 'refund ' || id, reason FROM refund
    UNION ALL SELECT merchant_id, 'refund_request ' || id, reason FROM refund_request
    UNION ALL SELECT merchant_id, 'resolution ' || id, concat_ws(' ', bank_ref, evidence) FROM resolution
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
    UNION ALL SELECT merchant_id, 'payment_note ' || id, text FROM payment_note
  ) AS written
  WHERE integrity_across.holds_card_number(written.content);
