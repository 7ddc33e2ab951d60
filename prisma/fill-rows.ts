/** One connection, as a superuser: a pool would send each statement over another one. */
export interface SqlRunner {
  query(text: string, values?: unknown[]): Promise<unknown>
}

export interface Rows {
  /** Merchants that share them: the first has 80 % of the payments, the others the rest in equal parts. Their accounts are open. */
  merchantIds: string[]
  /** Of these currencies, the first most often. */
  currencies: string[]
  /** The payments that this batch writes, of `payments` in all: from 1. */
  from: number
  to: number
  payments: number
  /** Over which all of them are spread, up to now: more by day than by night. */
  days: number
}

/**
 * Writes payments as the product leaves them, by SQL alone and in one transaction: order, record, payment, posting, event, charge at the
 * simulated bank with its movement, and 1.3 attempts each. 90 % succeeded, of which one in thirty was refunded; 8 % were declined, 2 % were not charged.
 * The triggers are off meanwhile. Every invariant holds afterwards, except that the postings have no seals yet.
 * @throws Error of PostgreSQL 42501 where the user may not turn triggers off
 */
export function fillRows(runner: SqlRunner, rows: Rows): Promise<void> {
  return withoutTriggers(runner, async () => {
    await insertRows(runner, rows)
    await forgetCounts(runner)
  })
}

/**
 * One commit in which no trigger runs: for rows of the past, and for rows that are facts.
 * @throws Error of PostgreSQL 42501 where the user may not turn triggers off
 */
export async function withoutTriggers<Result>(
  runner: SqlRunner,
  work: () => Promise<Result>,
): Promise<Result> {
  await runner.query('BEGIN')
  try {
    await runner.query("SET LOCAL session_replication_role = 'replica'")
    const result = await work()
    await runner.query('COMMIT')
    return result
  } catch (error) {
    await runner.query('ROLLBACK')
    throw error
  }
}

/** The rows of `fillRows`, in a transaction of the caller, where the temporary tables `fill` and `fill_refund` name them until its end. */
export async function insertRows(runner: SqlRunner, rows: Rows): Promise<void> {
  const { merchantIds, currencies, from, to, payments, days } = rows
  await runner.query(PAYMENTS, [merchantIds, from, to, payments, days, currencies])
  await runner.query(REFUNDS)
  for (const statement of ROWS) await runner.query(statement)
}

/** Has what no trigger has noted counted anew: the last statements of such a commit, since the worker waits for these rows. */
export async function forgetCounts(runner: SqlRunner): Promise<void> {
  for (const statement of NOT_COUNTED) await runner.query(statement)
}

/**
 * What no trigger has noted, because it lies in the past: the worker counts the hours of the overview anew, and copies anew what is searched. In
 * the same commit, so that nothing is called complete that is not; last, since the worker waits for these rows.
 */
const NOT_COUNTED = ['DELETE FROM hours_counted', 'DELETE FROM search_indexed']

/** A number from 0 to `below`, the same for the same payment and `salt`. */
const random = (salt: number, below: number) => `abs(hashint8extended(n, ${salt}) % ${below})`

/** One of a list, in a row of its own. */
const oneOf = (salt: number, ...of: string[]) =>
  `(ARRAY['${of.join("', '")}'])[1 + ${random(salt, of.length)}]`

const FIRST = oneOf(
  1,
  'ada',
  'ben',
  'chloe',
  'dara',
  'emil',
  'fatima',
  'goran',
  'hana',
  'ines',
  'jonas',
  'kofi',
  'lena',
)
const LAST = oneOf(
  2,
  'ahmed',
  'berg',
  'costa',
  'dubois',
  'eriksen',
  'fischer',
  'garcia',
  'hughes',
  'ito',
  'jansen',
  'kowalski',
  'murphy',
)
const HOST = oneOf(3, 'example.com', 'example.net', 'example.org')
const ITEMS = `(VALUES (0, 'T-shirt', 1200), (1, 'Notebook', 1850), (2, 'Wool blanket', 8900), (3, 'Enamel mug', 1450), (4, 'Tea, 250 g', 1190),
  (5, 'Desk lamp', 12500), (6, 'Canvas bag', 2990), (7, 'Raincoat', 14900)) AS item (number, name, price)`

/**
 * UUIDv7s of the past come in the order of time, as the product's do. The sine makes nights quiet and afternoons busy, keeps that order, and
 * ends now.
 */
const PAYMENTS = `
  CREATE TEMP TABLE fill ON COMMIT DROP AS
  SELECT made.*, uuidv7(at - clock_timestamp()) AS id, uuidv7(at - clock_timestamp()) AS order_id, uuidv7(at - clock_timestamp()) AS transaction_id,
    item.name AS item, item.price AS unit_amount, item.price * quantity AS amount, item.price * quantity * 15 / 1000 AS fee,
    ${FIRST} || '.' || ${LAST} || (n % 9973) || '@' || ${HOST} AS email,
    ${oneOf(4, 'Visa', 'Visa', 'Mastercard', 'American Express')} || ' •••• ' || lpad(${random(5, 10_000)}::text, 4, '0') AS card
  FROM (
    SELECT n, ($1::uuid[])[CASE WHEN n % 5 > 0 OR cardinality($1::uuid[]) = 1 THEN 1 ELSE 2 + n / 5 % (cardinality($1::uuid[]) - 1) END] AS merchant_id,
      to_timestamp(86400 * (day + (sin(2 * pi() * day - pi() / 4) - sin(2 * pi() * today - pi() / 4)) * 0.8 / (2 * pi()))) AS at,
      CASE WHEN n % 50 = 0 THEN 'not_charged' WHEN n % 25 IN (1, 2) THEN 'declined' ELSE 'succeeded' END AS status,
      ($6::text[])[CASE WHEN ${random(6, 10)} < 7 THEN 1 ELSE 1 + ${random(7, 100)} % cardinality($6::text[]) END] AS currency,
      1 + ${random(8, 3)} AS quantity, ${random(9, 8)} AS item_number
    FROM generate_series($2::bigint, $3::bigint) AS n
    CROSS JOIN (SELECT extract(epoch FROM now() - interval '1 minute')::float8 / 86400 AS today) t
    CROSS JOIN LATERAL (SELECT today - ($4::bigint - n) * $5::float8 / $4::bigint AS day) d) AS made
  JOIN ${ITEMS} ON item.number = made.item_number`

/** A refund some days later, but not in the future: of the whole, or of a half. */
const REFUNDS = `
  CREATE TEMP TABLE fill_refund ON COMMIT DROP AS
  SELECT made.*, uuidv7(refunded_at - clock_timestamp()) AS refund_id, uuidv7(refunded_at - clock_timestamp()) AS refund_transaction_id
  FROM (
    SELECT fill.*, CASE WHEN n % 2 = 0 THEN amount ELSE amount / 2 END AS refunded,
      at + least(${random(10, 14)} * interval '1 day' + interval '3 hours', (clock_timestamp() - at) / 2) AS refunded_at
    FROM fill WHERE status = 'succeeded' AND ${random(11, 30)} = 0) AS made`

export const hex = (id: string) => `replace(${id}::text, '-', '')`
/** The id of a record is a digest; ours need only be as long, and differ. */
export const recordId = (id: string) => `encode(sha256(uuid_send(${id})), 'hex')`
const CHARGE = `'ch_' || ${hex('id')}`
export const accountOf = (code: string) =>
  `JOIN account a ON a.merchant_id = f.merchant_id AND a.code = ${code} AND a.currency = f.currency`

const ROWS = [
  `INSERT INTO orders (merchant_id, id, reference, currency, amount, status, customer_email, created_at, updated_at)
    SELECT merchant_id, order_id, 'HG-' || 100000 + n, currency, amount, CASE status WHEN 'succeeded' THEN 'paid' ELSE 'open' END, email, at, at FROM fill`,
  `INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount)
    SELECT merchant_id, order_id, 1, item, quantity, unit_amount FROM fill`,
  `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id,
      status, problem, answer, created_at, held_since, completed_at, lease_until, expires_at)
    SELECT merchant_id, ${recordId('id')}, 'shopper:' || order_id, 'checkout.pay', order_id::text, ${recordId('id')}, 1, 'completed', id, 'seed', id,
      CASE status WHEN 'succeeded' THEN 200 ELSE 402 END,
      CASE status WHEN 'declined' THEN 'payment-declined' WHEN 'not_charged' THEN 'not-charged' END,
      format('{"status":"%s","payment":{"id":"pay_%s","amount":%s,"currency":"%s","cardLabel":"%s","receipt":"%s"}}',
        status, ${hex('id')}, amount, currency, card, 'fill' || ${hex('transaction_id')}),
      at, at, at + interval '1 second', at + interval '30 seconds', at + interval '1 year' FROM fill`,
  `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, card_label,
      decline_code, fee, receipt_token, refunded_amount, created_at, updated_at)
    SELECT f.merchant_id, f.id, f.order_id, ${recordId('f.id')}, f.status, f.amount, f.currency, 'pm_card_visa', f.id::text,
      CASE f.status WHEN 'succeeded' THEN 'ch_' || ${hex('f.id')} END, f.card,
      CASE f.status WHEN 'declined' THEN (ARRAY['card_declined', 'insufficient_funds', 'expired_card'])[1 + f.n % 3] END,
      CASE f.status WHEN 'succeeded' THEN f.fee END, 'fill' || ${hex('f.transaction_id')}, coalesce(r.refunded, 0), f.at,
      coalesce(r.refunded_at, f.at + interval '1 second')
    FROM fill f LEFT JOIN fill_refund r USING (id)`,
  `INSERT INTO payment_charge (gateway_ref, merchant_id, payment_id) SELECT ${CHARGE}, merchant_id, id FROM fill WHERE status = 'succeeded'`,
  `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
    SELECT merchant_id, transaction_id, 'capture', id, 'Card payment, ' || card, at + interval '1 second' FROM fill WHERE status = 'succeeded'`,
  `INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
    SELECT f.merchant_id, f.transaction_id, line.position, a.id, a.currency,
      CASE line.code WHEN 'gateway_clearing' THEN f.amount - f.fee WHEN 'processing_fees' THEN f.fee ELSE -f.amount END
    FROM fill f CROSS JOIN (VALUES (1, 'gateway_clearing'), (2, 'processing_fees'), (3, 'sales')) AS line (position, code) ${accountOf('line.code')}
    WHERE f.status = 'succeeded' ORDER BY f.n, line.position`,
  // Without the transaction's number: what lies in the past is not sent to webhooks.
  `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload, created_at, xid)
    SELECT merchant_id, uuidv7(at - clock_timestamp()), 'payment.' || status, id,
      format('{"payment":"pay_%s","amount":%s,"currency":"%s","status":"%s"}', ${hex('id')}, amount, currency, status), at + interval '1 second', NULL FROM fill`,
  `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, source, request_id, worker, fence, at, duration_ms)
    SELECT merchant_id, uuidv7(at - clock_timestamp()), ${recordId('id')}, 'checkout.pay',
      CASE WHEN again = 0 THEN 'executed' WHEN n % 4 = 0 THEN 'joined' ELSE 'replayed' END,
      CASE status WHEN 'succeeded' THEN 200 ELSE 402 END, 'form', id::text, 'seed', 1, at + again * interval '2 seconds', 40 + ${random(12, 400)}
    FROM fill CROSS JOIN generate_series(0, 3) AS again WHERE again = 0 OR n % 5 = 3 AND again <= 1 + ${random(13, 6)} / 4`,
  `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency, refunded_amount, created_at)
    SELECT 'ch_' || ${hex('f.id')}, f.id::text, f.amount, f.currency, coalesce(r.refunded, 0), f.at
    FROM fill f LEFT JOIN fill_refund r USING (id) WHERE f.status = 'succeeded'`,
  `INSERT INTO bank_movement (merchant_id, gateway, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state, rule,
      payment_id, transaction_id)
    SELECT merchant_id, 'simulator', 'txn_' || ${CHARGE}, 'charge', amount, fee, currency, ${CHARGE}, ${CHARGE}, id::text, at, 'matched', 'a payment',
      id, transaction_id FROM fill WHERE status = 'succeeded'`,
  `INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status, decline_code, charge_id, created_at)
    SELECT id::text, 'pm_card_visa', amount, currency, CASE status WHEN 'succeeded' THEN 'approved' ELSE 'declined' END,
      CASE status WHEN 'declined' THEN (ARRAY['card_declined', 'insufficient_funds', 'expired_card'])[1 + n % 3] END,
      CASE status WHEN 'succeeded' THEN ${CHARGE} END, at
    FROM fill WHERE status <> 'not_charged'`,

  `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id,
      status, answer, created_at, held_since, completed_at, lease_until, expires_at)
    SELECT merchant_id, ${recordId('refund_id')}, 'api', 'refunds.create', refund_id::text, ${recordId('refund_id')}, 1, 'completed', refund_id, 'seed',
      refund_id, 201, format('{"id":"ref_%s","paymentId":"pay_%s","amount":%s,"currency":"%s","status":"succeeded"}',
        ${hex('refund_id')}, ${hex('id')}, refunded, currency),
      refunded_at, refunded_at, refunded_at, refunded_at, refunded_at + interval '1 year' FROM fill_refund`,
  `INSERT INTO refund (merchant_id, id, payment_id, record_id, status, amount, currency, reason, charge_ref, gateway_key, gateway_ref, transaction_id,
      created_at, updated_at)
    SELECT merchant_id, refund_id, id, ${recordId('refund_id')}, 'succeeded', refunded, currency,
      (ARRAY['Returned', 'Damaged on arrival', 'Ordered twice', 'Out of stock'])[1 + ${random(14, 4)}], ${CHARGE}, refund_id::text,
      're_' || ${hex('refund_id')}, refund_transaction_id, refunded_at, refunded_at FROM fill_refund`,
  `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
    SELECT merchant_id, refund_transaction_id, 'refund', id, 'Refund ref_' || ${hex('refund_id')}, refunded_at FROM fill_refund`,
  `INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
    SELECT f.merchant_id, f.refund_transaction_id, line.position, a.id, a.currency, line.sign * f.refunded
    FROM fill_refund f CROSS JOIN (VALUES (1, 'refunds', 1), (2, 'gateway_clearing', -1)) AS line (position, code, sign) ${accountOf('line.code')}
    ORDER BY f.n, line.position`,
  `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload, created_at, xid)
    SELECT merchant_id, uuidv7(refunded_at - clock_timestamp()), 'refund.succeeded', refund_id,
      format('{"refund":"ref_%s","payment":"pay_%s","amount":%s,"currency":"%s","status":"succeeded"}', ${hex('refund_id')}, ${hex('id')}, refunded, currency),
      refunded_at, NULL FROM fill_refund`,
  `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, source, request_id, worker, fence, at, duration_ms)
    SELECT merchant_id, uuidv7(refunded_at - clock_timestamp()), ${recordId('refund_id')}, 'refunds.create', 'executed', 201, 'api', refund_id::text,
      'seed', 1, refunded_at, 40 + ${random(15, 400)} FROM fill_refund`,
  `INSERT INTO gateway_simulator.refund (idempotency_key, id, charge_id, amount, currency, created_at)
    SELECT refund_id::text, 're_' || ${hex('refund_id')}, ${CHARGE}, refunded, currency, refunded_at FROM fill_refund`,
  `INSERT INTO bank_movement (merchant_id, gateway, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state, rule,
      payment_id, refund_id, transaction_id)
    SELECT merchant_id, 'simulator', 'txn_re_' || ${hex('refund_id')}, 'refund', -refunded, 0, currency, 're_' || ${hex('refund_id')}, ${CHARGE},
      refund_id::text, refunded_at, 'matched', 'a refund', id, refund_id, refund_transaction_id FROM fill_refund`,
]
