-- What must be true at every instant, as views: each returns the rows that break it, none when all is well. The command, the
-- dashboard and the suites read these same views, so they cannot disagree. One more invariant is one more view, in one of
--   integrity_across   keys, payments and the bank, each against the others
--   integrity_ledger   the ledger by itself
--   integrity_system   the installation as a whole: its rows belong to no merchant, so no merchant sees them
-- named as its id, with the columns (merchant_id uuid, subject text, detail text) and a comment that says to people what holds.
-- A subject is `<table> <id>`, or whatever else the thing is called.
-- Views run with their owner's rights, so who may read the answer needs no right to the rows behind it.
CREATE SCHEMA integrity_across;
CREATE SCHEMA integrity_ledger;
CREATE SCHEMA integrity_system;

GRANT USAGE ON SCHEMA integrity_across, integrity_ledger, integrity_system TO payonce_app;
-- For the views below and those that this user adds later: nobody can forget a grant.
ALTER DEFAULT PRIVILEGES IN SCHEMA integrity_across, integrity_ledger, integrity_system GRANT SELECT ON TABLES TO payonce_app;

-- Keys, payments and the bank ----------------------------------------------------------------------------------------------
CREATE VIEW integrity_across.one_charge_per_key AS
  SELECT min(p.merchant_id::text)::uuid AS merchant_id, coalesce('payment ' || min(p.id::text), 'gateway_key ' || c.idempotency_key) AS subject,
    count(*) || ' charges' AS detail
  FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
  WHERE c.refunded_amount < c.amount GROUP BY c.idempotency_key HAVING count(*) > 1;
COMMENT ON VIEW integrity_across.one_charge_per_key IS 'The bank charged each of our keys at most once';

CREATE VIEW integrity_across.charge_has_its_payment AS
  SELECT p.merchant_id, 'charge ' || c.id AS subject, 'the payment is ' || coalesce(p.status, 'missing') AS detail
  FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
  WHERE c.refunded_amount < c.amount
    AND (p.id IS NULL OR p.status IN ('declined', 'not_charged') OR (p.status = 'succeeded' AND p.gateway_ref <> c.id));
COMMENT ON VIEW integrity_across.charge_has_its_payment IS
  'Each charge at the bank is a payment of ours that succeeded, or one whose outcome we are still asking for';

CREATE VIEW integrity_across.payment_has_its_charge AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
  WHERE p.status = 'succeeded' AND NOT EXISTS (
    SELECT FROM gateway_simulator.charge c
    WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency);
COMMENT ON VIEW integrity_across.payment_has_its_charge IS 'Each succeeded payment has its charge at the bank, of the same amount and currency';

CREATE VIEW integrity_across.one_live_payment_per_order AS
  SELECT merchant_id, 'orders ' || order_id AS subject, count(*) || ' live payments' AS detail FROM payment
  WHERE status IN ('sending', 'unknown', 'requires_action', 'succeeded') GROUP BY merchant_id, order_id HAVING count(*) > 1;
COMMENT ON VIEW integrity_across.one_live_payment_per_order IS 'An order has at most one live payment';

CREATE VIEW integrity_across.order_agrees_with_payment AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, 'the order is ' || o.status || ', its payment ' || coalesce(p.status, 'missing') AS detail
  FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status = 'succeeded'
  WHERE (o.status = 'paid') <> (p.id IS NOT NULL) OR (p.id IS NOT NULL AND (p.amount, p.currency) <> (o.amount, o.currency));
COMMENT ON VIEW integrity_across.order_agrees_with_payment IS 'An order is paid exactly when a payment of it succeeded, of its amount';

CREATE VIEW integrity_across.order_is_the_sum_of_its_items AS
  SELECT o.merchant_id, 'orders ' || o.id AS subject, o.amount || ' is not ' || coalesce(sum(i.quantity * i.unit_amount), 0) AS detail
  FROM orders o LEFT JOIN order_item i ON i.merchant_id = o.merchant_id AND i.order_id = o.id
  GROUP BY o.merchant_id, o.id HAVING o.amount <> coalesce(sum(i.quantity * i.unit_amount), 0);
COMMENT ON VIEW integrity_across.order_is_the_sum_of_its_items IS 'An order costs what its items cost';

CREATE VIEW integrity_across.payment_has_its_record AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'no record points at it' AS detail FROM payment p
  LEFT JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.subject_id = p.id
  WHERE r.id IS NULL;
COMMENT ON VIEW integrity_across.payment_has_its_record IS 'Each payment was begun under one key, and that key points back at it';

CREATE VIEW integrity_across.answer_agrees_with_payment AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, 'payment ' || p.status || ', record ' || r.state || ' ' || coalesce(r.problem, 'ok') AS detail
  FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
  WHERE r.state <> 'tombstone' AND CASE p.status
    WHEN 'succeeded' THEN NOT (r.state = 'completed' AND r.problem IS NULL)
    WHEN 'declined' THEN NOT (r.state = 'completed' AND r.problem = 'payment-declined')
    WHEN 'not_charged' THEN NOT (r.state = 'completed' AND r.problem = 'not-charged')
    ELSE r.state NOT IN ('sending', 'unknown') END;
COMMENT ON VIEW integrity_across.answer_agrees_with_payment IS 'The stored answer says what became of the payment';

CREATE VIEW integrity_across.settled_payment_was_told AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, count(e.id) || ' events' AS detail
  FROM payment p LEFT JOIN outbox_event e ON e.merchant_id = p.merchant_id AND e.subject_id = p.id AND e.type = 'payment.' || p.status
  WHERE p.status IN ('succeeded', 'declined', 'not_charged') GROUP BY p.merchant_id, p.id HAVING count(e.id) <> 1;
COMMENT ON VIEW integrity_across.settled_payment_was_told IS 'Each settled payment has exactly one event in the outbox';

-- 90 s: a lease of 30 s, a few rounds of the resolver, and its question to the bank.
CREATE VIEW integrity_across.nothing_is_stuck AS
  SELECT merchant_id, 'idempotency_record ' || id AS subject, state || ' since ' || lease_until AS detail FROM idempotency_record
  WHERE state IN ('sending', 'unknown') AND lease_until < now() - interval '90 seconds';
COMMENT ON VIEW integrity_across.nothing_is_stuck IS
  'No record is overdue: what was left behind is finished within 90 s of the end of its lease';

-- The same list as EXPONENTS in src/lib/money.ts; a test compares them.
CREATE FUNCTION integrity_across.known_currencies() RETURNS TABLE (code text, decimals integer) LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
  VALUES ('AUD', 2), ('BHD', 3), ('BRL', 2), ('CAD', 2), ('CHF', 2), ('CLP', 0), ('CNY', 2), ('CZK', 2), ('DKK', 2), ('EUR', 2),
    ('GBP', 2), ('HKD', 2), ('HUF', 2), ('ILS', 2), ('INR', 2), ('ISK', 0), ('JOD', 3), ('JPY', 0), ('KRW', 0), ('KWD', 3),
    ('MXN', 2), ('MYR', 2), ('NOK', 2), ('NZD', 2), ('OMR', 3), ('PHP', 2), ('PLN', 2), ('RON', 2), ('SAR', 2), ('SEK', 2),
    ('SGD', 2), ('THB', 2), ('TND', 3), ('TRY', 2), ('TWD', 2), ('UGX', 0), ('USD', 2), ('VND', 0), ('XOF', 0), ('ZAR', 2);
END;

CREATE VIEW integrity_across.currency_is_known AS
  SELECT used.merchant_id, used.subject, used.currency AS detail
  FROM (
    SELECT merchant_id, 'orders ' || id AS subject, currency::text FROM orders
    UNION ALL SELECT merchant_id, 'account ' || id, currency::text FROM account
  ) AS used
  WHERE NOT EXISTS (SELECT FROM integrity_across.known_currencies() AS known WHERE known.code = used.currency);
COMMENT ON VIEW integrity_across.currency_is_known IS 'Every amount is in a currency whose decimals we know';

-- The check digit of ISO/IEC 7812-1: from the right, every second digit counts double, and a sum of two digits as its digits.
CREATE FUNCTION integrity_across.passes_luhn(digits text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN (
  SELECT sum(CASE WHEN place % 2 = 1 THEN digit::integer ELSE digit::integer * 2 / 10 + digit::integer * 2 % 10 END) % 10 = 0
  FROM string_to_table(reverse(digits), NULL) WITH ORDINALITY AS each (digit, place)
);

-- Means what holdsCardNumber in src/lib/card-number.ts means, and why each part is there stands there; a test compares them.
-- The classes are spelled out because \d and \w are wider here than in JavaScript. The first pattern is a sieve: what stands beside
-- the digits is dear to look at, and nearly no text has that many of them.
CREATE FUNCTION integrity_across.holds_card_number(content text) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN CASE WHEN content ~ '[0-9][0-9 -]{11,}[0-9]' THEN EXISTS (
  SELECT FROM regexp_matches(
    content, '(?<![A-Za-z0-9_-]|[A-Za-z0-9_][.])[2-6][0-9](?:[ -]?[0-9]){11,17}(?![A-Za-z0-9_-]|[.][A-Za-z0-9_])', 'g'
  ) AS found (candidate)
  WHERE integrity_across.passes_luhn(regexp_replace(candidate[1], '[^0-9]', '', 'g'))
) ELSE false END;

-- The number itself is not told: it would be in one more place then.
CREATE VIEW integrity_across.no_card_number AS
  SELECT written.merchant_id, written.subject, 'holds a card number' AS detail
  FROM (
    SELECT merchant_id, 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, answer) AS content FROM idempotency_record
    UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email) FROM orders
    UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item
    UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label) FROM payment
    UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event
  ) AS written
  WHERE integrity_across.holds_card_number(written.content);
COMMENT ON VIEW integrity_across.no_card_number IS 'No table holds a card number';

-- The ledger ---------------------------------------------------------------------------------------------------------------
CREATE VIEW integrity_ledger.transaction_balances AS
  SELECT merchant_id, 'ledger_transaction ' || transaction_id AS subject, 'off by ' || sum(amount) || ' ' || currency AS detail
  FROM entry GROUP BY merchant_id, transaction_id, currency HAVING sum(amount) <> 0;
COMMENT ON VIEW integrity_ledger.transaction_balances IS 'In each transaction, debits equal credits in each currency';

CREATE VIEW integrity_ledger.transaction_has_two_entries AS
  SELECT t.merchant_id, 'ledger_transaction ' || t.id AS subject, count(e.position) || ' entries' AS detail
  FROM ledger_transaction t LEFT JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
  GROUP BY t.merchant_id, t.id HAVING count(e.position) < 2;
COMMENT ON VIEW integrity_ledger.transaction_has_two_entries IS 'Each transaction has at least two entries';

CREATE VIEW integrity_ledger.entry_is_not_zero AS
  SELECT merchant_id, 'ledger_transaction ' || transaction_id AS subject, 'entry ' || position || ' is zero' AS detail
  FROM entry WHERE amount = 0;
COMMENT ON VIEW integrity_ledger.entry_is_not_zero IS 'No entry is zero';

CREATE VIEW integrity_ledger.entry_has_its_account AS
  SELECT e.merchant_id, 'ledger_transaction ' || e.transaction_id AS subject, 'entry ' || e.position || ' belongs nowhere' AS detail
  FROM entry e
  LEFT JOIN account a ON (a.merchant_id, a.id, a.currency) = (e.merchant_id, e.account_id, e.currency)
  LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id) = (e.merchant_id, e.transaction_id)
  WHERE a.id IS NULL OR t.id IS NULL;
COMMENT ON VIEW integrity_ledger.entry_has_its_account IS
  'Each entry belongs to an account and a transaction of the same merchant, in the account’s currency';

CREATE VIEW integrity_ledger.currency_sums_to_zero AS
  SELECT merchant_id, 'currency ' || currency AS subject, 'off by ' || sum(amount) AS detail
  FROM entry GROUP BY merchant_id, currency HAVING sum(amount) <> 0;
COMMENT ON VIEW integrity_ledger.currency_sums_to_zero IS 'Over all accounts of a merchant, each currency sums to zero';

CREATE VIEW integrity_ledger.succeeded_payment_has_one_capture AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject, count(t.id) || ' captures' AS detail
  FROM payment p LEFT JOIN ledger_transaction t ON (t.merchant_id, t.payment_id, t.kind) = (p.merchant_id, p.id, 'capture')
  WHERE p.status = 'succeeded' GROUP BY p.merchant_id, p.id HAVING count(t.id) <> 1;
COMMENT ON VIEW integrity_ledger.succeeded_payment_has_one_capture IS 'Each succeeded payment has exactly one capture';

CREATE VIEW integrity_ledger.capture_has_the_payment_amount AS
  SELECT p.merchant_id, 'payment ' || p.id AS subject,
    'paid ' || p.amount || ' ' || p.currency || ', posted ' || coalesce(sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency), 0) AS detail
  FROM payment p
  JOIN ledger_transaction t ON (t.merchant_id, t.payment_id, t.kind) = (p.merchant_id, p.id, 'capture')
  LEFT JOIN entry e ON (e.merchant_id, e.transaction_id) = (t.merchant_id, t.id)
  GROUP BY p.merchant_id, p.id, t.id
  HAVING sum(e.amount) FILTER (WHERE e.amount > 0 AND e.currency = p.currency) IS DISTINCT FROM p.amount
    OR count(*) FILTER (WHERE e.currency <> p.currency) > 0;
COMMENT ON VIEW integrity_ledger.capture_has_the_payment_amount IS 'Each capture is of its payment’s amount, in its currency';

CREATE VIEW integrity_ledger.capture_has_a_succeeded_payment AS
  SELECT t.merchant_id, 'ledger_transaction ' || t.id AS subject, 'its payment is ' || coalesce(p.status, 'missing') AS detail
  FROM ledger_transaction t LEFT JOIN payment p ON (p.merchant_id, p.id) = (t.merchant_id, t.payment_id)
  WHERE t.kind = 'capture' AND p.status IS DISTINCT FROM 'succeeded';
COMMENT ON VIEW integrity_ledger.capture_has_a_succeeded_payment IS 'No capture without a succeeded payment';

CREATE VIEW integrity_ledger.reversal_mirrors AS
  SELECT r.merchant_id, 'ledger_transaction ' || r.id AS subject, 'account ' || e.account_id || ' is off by ' || sum(e.amount) AS detail
  FROM ledger_transaction r JOIN entry e ON e.merchant_id = r.merchant_id AND e.transaction_id IN (r.id, r.reverses)
  WHERE r.reverses IS NOT NULL GROUP BY r.merchant_id, r.id, e.account_id HAVING sum(e.amount) <> 0;
COMMENT ON VIEW integrity_ledger.reversal_mirrors IS 'Each reversal is the exact mirror of the one transaction it reverses';

CREATE VIEW integrity_ledger.reversal_names_its_transaction AS
  SELECT merchant_id, 'ledger_transaction ' || min(id::text) AS subject, count(*) || ' × ' || kind AS detail
  FROM ledger_transaction WHERE (kind = 'reversal') <> (reverses IS NOT NULL) OR reverses IS NOT NULL
  GROUP BY merchant_id, kind, reverses HAVING count(*) > 1 OR (kind = 'reversal') <> (reverses IS NOT NULL);
COMMENT ON VIEW integrity_ledger.reversal_names_its_transaction IS
  'A reversal names what it reverses, nothing else does, and nothing is reversed twice';

-- The installation ---------------------------------------------------------------------------------------------------------
-- With its owner's rights, since payonce_app may not look at other connections: of each it tells the pid and the time, and
-- not what is said on it.
CREATE FUNCTION integrity_system.idle_transactions() RETURNS TABLE (pid integer, since timestamptz)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
BEGIN ATOMIC
  SELECT open.pid, open.state_change FROM pg_catalog.pg_stat_activity AS open
  WHERE open.datname = current_database() AND open.state LIKE 'idle in transaction%';
END;

CREATE VIEW integrity_system.no_transaction_is_left_open AS
  SELECT NULL::uuid AS merchant_id, 'connection ' || pid AS subject, 'idle since ' || since AS detail
  FROM integrity_system.idle_transactions() WHERE since < now() - interval '10 seconds';
COMMENT ON VIEW integrity_system.no_transaction_is_left_open IS 'No connection has sat idle inside a transaction for 10 s';

-- A view calls its functions as whoever reads it.
REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA integrity_across, integrity_system FROM PUBLIC;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA integrity_across, integrity_system TO payonce_app;
