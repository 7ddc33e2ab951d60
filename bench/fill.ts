import { openAccounts } from '@/ledger/chart'
import { uuidv7 } from '@/lib/id'

/** One connection, as a superuser: a pool would send each statement over another one. */
export interface SqlRunner {
  query(text: string, values?: unknown[]): Promise<unknown>
}

export interface Filling {
  payments: number
  /** Merchants that share them: the first has 80 % of the payments, the others the rest in equal parts. */
  merchants: number
  /** Over which the payments are spread evenly, up to now. */
  days?: number
}

/** Payments of one statement: some 300 MB of rows, so that a million need no more memory than a few thousand. */
const BATCH = 50_000

/**
 * Writes payments as the product leaves them, by SQL alone: order, record, payment, posting, event, charge at the simulated bank, and
 * 1.2 attempts each. 90 % succeeded, 8 % were declined, 2 % were not charged. Triggers are off meanwhile, and every invariant holds
 * afterwards; the postings have no seals yet. A million take about two minutes.
 * @returns ids of the new merchants, the largest first
 */
export async function fillPayments(
  runner: SqlRunner,
  { payments, merchants, days = 90 }: Filling,
): Promise<string[]> {
  const ids = Array.from({ length: merchants }, () => uuidv7())
  for (const [index, id] of ids.entries()) {
    await runner.query('INSERT INTO merchant (id, name) VALUES ($1, $2)', [id, `Filled ${index + 1}`])
    const accounts = openAccounts(id, 'EUR')
    await runner.query(accounts.text, accounts.values)
  }
  await runner.query("SET session_replication_role = 'replica'")
  try {
    for (let from = 0; from < payments; from += BATCH)
      await fillBatch(runner, { ids, payments, days, from: from + 1, to: Math.min(from + BATCH, payments) })
  } finally {
    await runner.query("SET session_replication_role = 'origin'")
  }
  // No trigger has noted these late rows: the worker counts the hours of the overview anew, and copies anew what is searched.
  await runner.query('DELETE FROM hours_counted')
  await runner.query('DELETE FROM search_indexed')
  await runner.query('VACUUM ANALYZE')
  return ids
}

async function fillBatch(
  runner: SqlRunner,
  {
    ids,
    payments,
    days,
    from,
    to,
  }: { ids: string[]; payments: number; days: number; from: number; to: number },
): Promise<void> {
  await runner.query('BEGIN')
  await runner.query(PAYMENTS, [ids, from, to, payments, days])
  for (const statement of ROWS) await runner.query(statement)
  await runner.query('COMMIT')
}

/** UUIDv7s of the past come in the order of time, as the product's do. */
const PAYMENTS = `
  CREATE TEMP TABLE fill ON COMMIT DROP AS
  SELECT n, merchant_id, at, uuidv7(at - clock_timestamp()) AS id, uuidv7(at - clock_timestamp()) AS order_id,
    uuidv7(at - clock_timestamp()) AS transaction_id, encode(sha256(int8send(n) || uuid_send(merchant_id)), 'hex') AS record_id,
    CASE WHEN n % 50 = 0 THEN 'not_charged' WHEN n % 25 IN (1, 2) THEN 'declined' ELSE 'succeeded' END AS status,
    1000 + n * 7919 % 90000 AS amount, (1000 + n * 7919 % 90000) * 15 / 1000 AS fee
  FROM (
    SELECT n, ($1::uuid[])[CASE WHEN n % 5 > 0 OR cardinality($1::uuid[]) = 1 THEN 1 ELSE 2 + n / 5 % (cardinality($1::uuid[]) - 1) END] AS merchant_id,
      now() - ($4::bigint - n) * ($5::int * interval '1 day') / $4::bigint AS at
    FROM generate_series($2::bigint, $3::bigint) AS n) AS made`

const LINES = `(VALUES (1, 'gateway_clearing'), (2, 'processing_fees'), (3, 'sales')) AS line (position, code)`

const ROWS = [
  `INSERT INTO orders (merchant_id, id, reference, currency, amount, status, customer_email, created_at, updated_at)
    SELECT merchant_id, order_id, 'R-' || n, 'EUR', amount, CASE status WHEN 'succeeded' THEN 'paid' ELSE 'open' END,
      'customer' || n % 100000 || '@example.com', at, at FROM fill`,
  `INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount)
    SELECT merchant_id, order_id, 1, 'T-shirt', 1, amount FROM fill`,
  `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id,
      status, problem, answer, created_at, held_since, completed_at, lease_until, expires_at)
    SELECT merchant_id, record_id, 'shopper:' || order_id, 'checkout.pay', order_id::text, record_id, 1, 'completed', id, 'fill', id,
      CASE status WHEN 'succeeded' THEN 200 ELSE 402 END,
      CASE status WHEN 'declined' THEN 'payment-declined' WHEN 'not_charged' THEN 'not-charged' END,
      format('{"status":"%s","payment":{"id":"pay_%s","amount":%s,"currency":"EUR","cardLabel":"Visa ending in 4242","receipt":"%s"}}',
        status, replace(id::text, '-', ''), amount, record_id),
      at, at, at + interval '1 second', at + interval '30 seconds', at + interval '1 year' FROM fill`,
  `INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, card_label,
      decline_code, fee, receipt_token, created_at, updated_at)
    SELECT merchant_id, id, order_id, record_id, status, amount, 'EUR', 'pm_card_visa', id::text,
      CASE status WHEN 'succeeded' THEN 'ch_' || replace(id::text, '-', '') END, 'Visa ending in 4242',
      CASE status WHEN 'declined' THEN 'insufficient_funds' END, CASE status WHEN 'succeeded' THEN fee END, 'fill' || replace(transaction_id::text, '-', ''), at,
      at + interval '1 second' FROM fill`,
  `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
    SELECT merchant_id, transaction_id, 'capture', id, 'Card payment', at + interval '1 second' FROM fill WHERE status = 'succeeded'`,
  `INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
    SELECT f.merchant_id, f.transaction_id, line.position, a.id, a.currency,
      CASE line.code WHEN 'gateway_clearing' THEN f.amount - f.fee WHEN 'processing_fees' THEN f.fee ELSE -f.amount END
    FROM fill f CROSS JOIN ${LINES} JOIN account a ON a.merchant_id = f.merchant_id AND a.code = line.code AND a.currency = 'EUR'
    WHERE f.status = 'succeeded' ORDER BY f.n, line.position`,
  `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload, created_at)
    SELECT merchant_id, uuidv7(at - clock_timestamp()), 'payment.' || status, id,
      format('{"id":"pay_%s","amount":%s,"currency":"EUR"}', replace(id::text, '-', ''), amount), at + interval '1 second' FROM fill`,
  `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, source, request_id, worker, fence, at, duration_ms)
    SELECT merchant_id, uuidv7(at - clock_timestamp()), record_id, 'checkout.pay', CASE again WHEN 0 THEN 'executed' ELSE 'replayed' END,
      200, 'form', id::text, 'fill', 1, at + again * interval '2 seconds', 12
    FROM fill CROSS JOIN generate_series(0, 1) AS again WHERE again = 0 OR n % 5 = 3`,
  `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency, created_at)
    SELECT 'ch_' || replace(id::text, '-', ''), id::text, amount, 'EUR', at FROM fill WHERE status = 'succeeded'`,
  `INSERT INTO gateway_simulator.request (idempotency_key, token, amount, currency, status, decline_code, charge_id, created_at)
    SELECT id::text, 'pm_card_visa', amount, 'EUR', CASE status WHEN 'succeeded' THEN 'approved' ELSE 'declined' END,
      CASE status WHEN 'declined' THEN 'insufficient_funds' END, CASE status WHEN 'succeeded' THEN 'ch_' || replace(id::text, '-', '') END, at
    FROM fill WHERE status <> 'not_charged'`,
]
