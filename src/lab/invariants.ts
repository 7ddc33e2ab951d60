import { LEDGER_INVARIANTS, type Offender } from '@/ledger/audit'
import { holdsCardNumber } from '@/lib/card-number'
import { EXPONENTS } from '@/lib/money'
import { joinSql, type Sql, sql } from '@/platform/db'

/** Something that must be true at every instant: a query that returns the rows which break it. */
export interface Invariant {
  id: string
  says: string
  query: Sql
  /** Where SQL can only find candidates: which of them really break it. */
  breaks?: (candidate: Offender) => boolean
}

/** 90 s: a lease of 30 s, a few rounds of the resolver, and its question to the bank. */
const STUCK_AFTER = sql`interval '90 seconds'`

/** Key, money and bank, each against the others. The ledger brings its own (src/ledger/audit.ts). */
const ACROSS: readonly Invariant[] = [
  {
    id: 'one-charge-per-key',
    says: 'The bank charged each of our keys at most once',
    query: sql`
      SELECT min(p.merchant_id::text)::uuid AS "merchantId", c.idempotency_key AS subject, count(*) || ' charges' AS detail
      FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
      WHERE c.refunded_amount < c.amount GROUP BY c.idempotency_key HAVING count(*) > 1`,
  },
  {
    id: 'charge-has-its-payment',
    says: 'Each charge at the bank is a payment of ours that succeeded, or one whose outcome we are still asking for',
    query: sql`
      SELECT p.merchant_id AS "merchantId", c.id AS subject, 'the payment is ' || coalesce(p.status, 'missing') AS detail
      FROM gateway_simulator.charge c LEFT JOIN payment p ON p.gateway_key = c.idempotency_key
      WHERE c.refunded_amount < c.amount AND (p.id IS NULL OR p.status IN ('declined', 'not_charged') OR (p.status = 'succeeded' AND p.gateway_ref <> c.id))`,
  },
  {
    id: 'payment-has-its-charge',
    says: 'Each succeeded payment has its charge at the bank, of the same amount and currency',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject, 'no such charge: ' || p.gateway_ref AS detail FROM payment p
      WHERE p.status = 'succeeded' AND NOT EXISTS (
        SELECT FROM gateway_simulator.charge c
        WHERE c.id = p.gateway_ref AND c.idempotency_key = p.gateway_key AND c.amount = p.amount AND c.currency = p.currency)`,
  },
  {
    id: 'surplus-charge-is-posted',
    says: 'Each surplus charge is posted once, of its amount, and the posting is reversed exactly when the money was given back',
    query: sql`
      SELECT s.merchant_id AS "merchantId", s.gateway_ref AS subject, s.status || ', posted as ' || coalesce(t.kind, 'nothing') AS detail
      FROM surplus_charge s
      LEFT JOIN ledger_transaction t ON (t.merchant_id, t.id, t.payment_id) = (s.merchant_id, s.transaction_id, s.payment_id)
      LEFT JOIN ledger_transaction r ON (r.merchant_id, r.reverses) = (s.merchant_id, s.transaction_id)
      WHERE t.kind IS DISTINCT FROM 'surplus' OR (s.status = 'refunded') <> (r.id IS NOT NULL) OR s.amount IS DISTINCT FROM (
        SELECT sum(e.amount) FROM entry e
        WHERE (e.merchant_id, e.transaction_id, e.currency) = (s.merchant_id, s.transaction_id, s.currency) AND e.amount > 0)
      UNION ALL SELECT t.merchant_id, t.id::text, 'a surplus of no charge' FROM ledger_transaction t
      WHERE t.kind = 'surplus' AND NOT EXISTS (SELECT FROM surplus_charge s WHERE (s.merchant_id, s.transaction_id) = (t.merchant_id, t.id))`,
  },
  {
    id: 'surplus-charge-was-given-back',
    says: 'Each surplus charge that we call refunded was given back by the bank, once',
    query: sql`
      SELECT s.merchant_id AS "merchantId", s.gateway_ref AS subject, 'the bank gave back ' || coalesce(sum(r.amount), 0) || ' of ' || s.amount AS detail
      FROM surplus_charge s LEFT JOIN gateway_simulator.refund r ON r.charge_id = s.gateway_ref AND r.currency = s.currency
      WHERE s.status = 'refunded' GROUP BY s.merchant_id, s.gateway_ref, s.amount HAVING coalesce(sum(r.amount), 0) <> s.amount`,
  },
  {
    id: 'one-live-payment-per-order',
    says: 'An order has at most one live payment',
    query: sql`
      SELECT merchant_id AS "merchantId", order_id::text AS subject, count(*) || ' live payments' AS detail FROM payment
      WHERE status IN ('sending', 'unknown', 'requires_action', 'succeeded') GROUP BY merchant_id, order_id HAVING count(*) > 1`,
  },
  {
    id: 'order-agrees-with-payment',
    says: 'An order is paid exactly when a payment of it succeeded, of its amount',
    query: sql`
      SELECT o.merchant_id AS "merchantId", o.id::text AS subject, 'the order is ' || o.status || ', its payment ' || coalesce(p.status, 'missing') AS detail
      FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status = 'succeeded'
      WHERE (o.status = 'paid') <> (p.id IS NOT NULL) OR (p.id IS NOT NULL AND (p.amount, p.currency) <> (o.amount, o.currency))`,
  },
  {
    id: 'order-is-the-sum-of-its-items',
    says: 'An order costs what its items cost',
    query: sql`
      SELECT o.merchant_id AS "merchantId", o.id::text AS subject, o.amount || ' is not ' || coalesce(sum(i.quantity * i.unit_amount), 0) AS detail
      FROM orders o LEFT JOIN order_item i ON i.merchant_id = o.merchant_id AND i.order_id = o.id
      GROUP BY o.merchant_id, o.id HAVING o.amount <> coalesce(sum(i.quantity * i.unit_amount), 0)`,
  },
  {
    id: 'payment-has-its-record',
    says: 'Each payment was begun under one key, and that key points back at it',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject, 'no record points at it' AS detail FROM payment p
      LEFT JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id AND r.subject_id = p.id
      WHERE r.id IS NULL`,
  },
  {
    id: 'answer-agrees-with-payment',
    says: 'The stored answer says what became of the payment',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject, 'payment ' || p.status || ', record ' || r.state || ' ' || coalesce(r.problem, 'ok') AS detail
      FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
      WHERE r.state <> 'tombstone' AND CASE p.status
        WHEN 'succeeded' THEN NOT (r.state = 'completed' AND r.problem IS NULL)
        WHEN 'declined' THEN NOT (r.state = 'completed' AND r.problem = 'payment-declined')
        WHEN 'not_charged' THEN NOT (r.state = 'completed' AND r.problem = 'not-charged')
        ELSE r.state NOT IN ('sending', 'unknown') END`,
  },
  {
    id: 'settled-payment-was-told',
    says: 'Each settled payment has exactly one event in the outbox',
    query: sql`
      SELECT p.merchant_id AS "merchantId", p.id::text AS subject, count(e.id) || ' events' AS detail
      FROM payment p LEFT JOIN outbox_event e ON e.merchant_id = p.merchant_id AND e.subject_id = p.id AND e.type = 'payment.' || p.status
      WHERE p.status IN ('succeeded', 'declined', 'not_charged') GROUP BY p.merchant_id, p.id HAVING count(e.id) <> 1`,
  },
  {
    id: 'nothing-is-stuck',
    says: 'No record is overdue: what was left behind is finished within 90 s of the end of its lease',
    query: sql`
      SELECT merchant_id AS "merchantId", id AS subject, state || ' since ' || lease_until AS detail FROM idempotency_record
      WHERE state IN ('sending', 'unknown') AND lease_until < now() - ${STUCK_AFTER}`,
  },
  {
    id: 'currency-is-known',
    says: 'Every amount is in a currency whose decimals we know',
    query: sql`
      SELECT merchant_id AS "merchantId", id::text AS subject, currency::text AS detail FROM orders WHERE currency NOT IN (${joinSql(Object.keys(EXPONENTS))})
      UNION ALL SELECT merchant_id, id::text, currency::text FROM account WHERE currency NOT IN (${joinSql(Object.keys(EXPONENTS))})`,
  },
  {
    id: 'no-card-number',
    says: 'No table holds a card number',
    query: sql`
      SELECT merchant_id AS "merchantId", 'idempotency_record ' || id AS subject, concat_ws(' ', key, scope, answer) AS detail FROM idempotency_record
      WHERE concat_ws(' ', key, scope, answer) ~ '[2-6]([0-9][ -]?){11,}[0-9]'
      UNION ALL SELECT merchant_id, 'orders ' || id, concat_ws(' ', reference, customer_email) FROM orders WHERE concat_ws(' ', reference, customer_email) ~ '[2-6]([0-9][ -]?){11,}[0-9]'
      UNION ALL SELECT merchant_id, 'order_item ' || order_id, name FROM order_item WHERE name ~ '[2-6]([0-9][ -]?){11,}[0-9]'
      UNION ALL SELECT merchant_id, 'payment ' || id, concat_ws(' ', method, card_label) FROM payment WHERE concat_ws(' ', method, card_label) ~ '[2-6]([0-9][ -]?){11,}[0-9]'
      UNION ALL SELECT merchant_id, 'outbox_event ' || id, payload FROM outbox_event WHERE payload ~ '[2-6]([0-9][ -]?){11,}[0-9]'`,
    breaks: ({ detail }) => holdsCardNumber(detail),
  },
  {
    id: 'no-transaction-is-left-open',
    says: 'No connection has sat idle inside a transaction for 10 s',
    query: sql`
      SELECT NULL::uuid AS "merchantId", pid::text AS subject, 'idle since ' || state_change AS detail FROM pg_stat_activity
      WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND state_change < now() - interval '10 seconds'`,
  },
]

export const INVARIANTS: readonly Invariant[] = [...ACROSS, ...LEDGER_INVARIANTS]
