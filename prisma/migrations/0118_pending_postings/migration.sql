-- Pending balances: what the bank has reserved stands in the books beside what was posted. A new table, which a server of the version before neither
-- reads nor writes: no payment is begun with `capture` before all servers are new, as 0112 says.

-- A posting that is not made yet: of an authorised payment, from the account that it debits and the account that it credits. It is no entry, so no
-- balance and no sum has it. It ends once: posted, by the transaction of the capture, or voided.
CREATE TABLE pending_posting (
  merchant_id uuid NOT NULL,
  payment_id uuid NOT NULL,
  debit_account_id uuid NOT NULL,
  credit_account_id uuid NOT NULL CONSTRAINT pending_posting_two_accounts CHECK (credit_account_id <> debit_account_id),
  currency char(3) NOT NULL,
  -- In minor units of the currency: the whole that is reserved.
  amount bigint NOT NULL CONSTRAINT pending_posting_amount CHECK (amount > 0),
  created_at timestamptz(6) NOT NULL DEFAULT now(),
  -- Null: it is open.
  ended_at timestamptz(6),
  -- What it was posted as; null: it is open, or was voided.
  transaction_id uuid CONSTRAINT pending_posting_posted_has_ended CHECK (transaction_id IS NULL OR ended_at IS NOT NULL),
  CONSTRAINT pending_posting_pkey PRIMARY KEY (merchant_id, payment_id),
  CONSTRAINT pending_posting_merchant_id_payment_id_fkey FOREIGN KEY (merchant_id, payment_id)
    REFERENCES payment (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT pending_posting_merchant_id_debit_account_id_currency_fkey FOREIGN KEY (merchant_id, debit_account_id, currency)
    REFERENCES account (merchant_id, id, currency) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT pending_posting_merchant_id_credit_account_id_currency_fkey FOREIGN KEY (merchant_id, credit_account_id, currency)
    REFERENCES account (merchant_id, id, currency) ON DELETE RESTRICT ON UPDATE RESTRICT,
  CONSTRAINT pending_posting_merchant_id_transaction_id_fkey FOREIGN KEY (merchant_id, transaction_id)
    REFERENCES ledger_transaction (merchant_id, id) ON DELETE RESTRICT ON UPDATE RESTRICT
);
-- What is open now, or was at an instant of the past.
CREATE INDEX pending_posting_ended ON pending_posting (merchant_id, ended_at);

CREATE FUNCTION pending_posting_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the pending posting of payment % ends once, and is never another', OLD.payment_id USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER pending_posting_is_fixed AFTER UPDATE ON pending_posting FOR EACH ROW
  WHEN (OLD.ended_at IS NOT NULL
    OR (OLD.merchant_id, OLD.payment_id, OLD.debit_account_id, OLD.credit_account_id, OLD.currency, OLD.amount, OLD.created_at)
      IS DISTINCT FROM (NEW.merchant_id, NEW.payment_id, NEW.debit_account_id, NEW.credit_account_id, NEW.currency, NEW.amount, NEW.created_at))
  EXECUTE FUNCTION pending_posting_is_fixed();
CREATE TRIGGER pending_posting_is_kept BEFORE DELETE OR TRUNCATE ON pending_posting FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

GRANT SELECT, INSERT (merchant_id, payment_id, debit_account_id, credit_account_id, currency, amount), UPDATE (ended_at, transaction_id) ON pending_posting TO payonce_app;
-- A trigger needs no such right when it fires.
REVOKE EXECUTE ON FUNCTION pending_posting_is_fixed() FROM PUBLIC;

-- Those of the authorisations that there are.
INSERT INTO pending_posting (merchant_id, payment_id, debit_account_id, credit_account_id, currency, amount, created_at, ended_at, transaction_id)
  SELECT a.merchant_id, a.payment_id, d.id, c.id, p.currency, p.amount, a.created_at, a.ended_at, t.id
  FROM authorisation a JOIN payment p ON p.merchant_id = a.merchant_id AND p.id = a.payment_id
  JOIN account d ON d.merchant_id = p.merchant_id AND d.code = 'gateway_clearing' AND d.currency = p.currency
  JOIN account c ON c.merchant_id = p.merchant_id AND c.code = 'sales' AND c.currency = p.currency
  LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture' AND p.status = 'succeeded';

CREATE VIEW integrity_across.pending_posting_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    'the payment is ' || p.status || ', its pending posting ' || CASE WHEN x.payment_id IS NULL THEN 'missing'
      ELSE x.amount || ' ' || x.currency || ', ' || CASE WHEN x.ended_at IS NULL THEN 'open' WHEN x.transaction_id IS NULL THEN 'voided' ELSE 'posted' END END AS detail
  FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
  LEFT JOIN pending_posting x ON x.merchant_id = p.merchant_id AND x.payment_id = p.id
  LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'
  WHERE (a.payment_id IS NULL) <> (x.payment_id IS NULL)
    OR x.payment_id IS NOT NULL AND ((x.ended_at IS NULL) <> (p.status = 'authorised') OR (x.amount, x.currency) <> (p.amount, p.currency)
      OR x.transaction_id IS DISTINCT FROM CASE p.status WHEN 'succeeded' THEN t.id END);
COMMENT ON VIEW integrity_across.pending_posting_agrees_with_payment IS
  'Each authorisation has a pending posting of the whole amount: open while the payment is authorised, then posted by its capture or voided';
