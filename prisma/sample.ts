import { openAccounts } from '@/ledger/chart'
import { uuidv7 } from '@/lib/id'
import type { Currency } from '@/lib/money'
import {
  accountOf,
  forgetCounts,
  hex,
  insertRows,
  recordId,
  type SqlRunner,
  withoutTriggers,
} from './fill-rows'

const NAME = 'Sample shop'
const CURRENCIES: Currency[] = ['EUR', 'GBP']
/** Some 23 a day: enough for a chart of one day and for a second page of the list, few enough for a quarter of a second. */
const PAYMENTS = 160
const DAYS = 7

/**
 * Writes the sample shop, unless there is one: a week of made-up payments, some declined, refunded or sent again; one was
 * charged twice by the bank and corrected, and one is parked. All in one commit.
 * @param runner one connection of a user that may turn triggers off
 * @returns its merchant id; null: there was one, and nothing was written
 * @throws Error of PostgreSQL 42501 where the user may not
 */
export function writeSample(runner: SqlRunner): Promise<string | null> {
  const id = uuidv7()
  return withoutTriggers(runner, async () => {
    const made = (await runner.query(MERCHANT, [id, NAME])) as { rowCount: number | null }
    if (made.rowCount !== 1) return null
    for (const currency of CURRENCIES) {
      const accounts = openAccounts(id, currency)
      await runner.query(accounts.text, accounts.values)
    }
    const rows = { merchantIds: [id], currencies: CURRENCIES, days: DAYS }
    await insertRows(runner, { ...rows, payments: PAYMENTS, from: 1, to: PAYMENTS })
    for (const statement of [...CHARGED_TWICE, ...PARKED]) await runner.query(statement)
    await forgetCounts(runner)
    return id
  })
}

/** Whether the database has any merchant: a sandbox without one has never been started. */
export async function hasMerchant(runner: SqlRunner): Promise<boolean> {
  const found = (await runner.query('SELECT FROM merchant LIMIT 1')) as { rowCount: number | null }
  return found.rowCount !== 0
}

const MERCHANT = `
  INSERT INTO merchant (id, name, mode) SELECT $1, $2, 'sample' WHERE NOT EXISTS (SELECT FROM merchant WHERE mode = 'sample') RETURNING 1`

const REF = `'ch_' || ${hex('surplus_id')}`
const RETURN_REF = `'re_' || ${hex('surplus_id')}`

/** A line of the ledger for each side of the surplus charge; `sign` 1: when it was found, -1: when it was given back. */
const surplusLines = (transaction: string, sign: 1 | -1) => `
  INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
  SELECT f.merchant_id, f.${transaction}, line.position, a.id, a.currency, line.sign * ${sign} * f.amount
  FROM sample_twice f CROSS JOIN (VALUES (1, 'gateway_clearing', 1), (2, 'surplus_charges', -1)) AS line (position, code, sign) ${accountOf('line.code')}
  ORDER BY line.position`

/** What the reconciler leaves of a second charge under one key: found half a minute later, posted, given back and reversed. */
const CHARGED_TWICE = [
  `CREATE TEMP TABLE sample_twice ON COMMIT DROP AS
    SELECT merchant_id, id, amount, currency, at + interval '1 second' AS charged_at, at + interval '31 seconds' AS found_at,
      at + interval '32 seconds' AS returned_at, uuidv7(at - clock_timestamp()) AS surplus_id,
      uuidv7(at - clock_timestamp()) AS found_transaction_id, uuidv7(at - clock_timestamp()) AS return_transaction_id
    FROM fill WHERE status = 'succeeded' AND n <= ${PAYMENTS - 20} AND id NOT IN (SELECT id FROM fill_refund) ORDER BY n DESC LIMIT 1`,
  `INSERT INTO gateway_simulator.charge (id, idempotency_key, amount, currency, refunded_amount, created_at)
    SELECT ${REF}, id::text, amount, currency, amount, charged_at FROM sample_twice`,
  `INSERT INTO gateway_simulator.refund (idempotency_key, id, charge_id, amount, currency, created_at)
    SELECT 'surplus:' || ${REF}, ${RETURN_REF}, ${REF}, amount, currency, returned_at FROM sample_twice`,
  `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description, posted_at)
    SELECT merchant_id, found_transaction_id, 'surplus', id, 'Surplus charge ' || ${REF}, found_at FROM sample_twice`,
  surplusLines('found_transaction_id', 1),
  `INSERT INTO ledger_transaction (merchant_id, id, kind, reverses, description, posted_at)
    SELECT merchant_id, return_transaction_id, 'reversal', found_transaction_id, 'Refund of the surplus charge ' || ${REF}, returned_at FROM sample_twice`,
  surplusLines('return_transaction_id', -1),
  `INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency, status, tries, next_try_at, found_at, settled_at)
    SELECT merchant_id, ${REF}, id, found_transaction_id, amount, currency, 'refunded', 1, found_at, found_at, returned_at FROM sample_twice`,
  `INSERT INTO bank_movement (merchant_id, gateway, ref, kind, amount, fee, currency, subject_ref, charge_ref, gateway_key, happened_at, state, rule,
      payment_id, transaction_id)
    SELECT merchant_id, 'simulator', 'txn_' || ${REF}, 'charge', amount, 0, currency, ${REF}, ${REF}, id::text, charged_at, 'matched', 'a surplus charge',
      id, found_transaction_id FROM sample_twice
    UNION ALL SELECT merchant_id, 'simulator', 'txn_' || ${RETURN_REF}, 'refund', -amount, 0, currency, ${RETURN_REF}, ${REF}, 'surplus:' || ${REF},
      returned_at, 'matched', 'a surplus charge given back', id, return_transaction_id FROM sample_twice`,
  // Without the transaction's number: what lies in the past is not sent to webhooks.
  `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload, created_at, xid)
    SELECT merchant_id, uuidv7(at - clock_timestamp()), 'payment.surplus_' || what, id,
      format('{"payment":"pay_%s","charge":"%s","amount":%s,"currency":"%s"}', ${hex('id')}, ${REF}, amount, currency), at, NULL
    FROM sample_twice CROSS JOIN LATERAL (VALUES ('found', found_at), ('refunded', returned_at)) AS event (what, at)`,
]

/** The newest payment of which the bank knows no charge (each 50th of `fill`). */
const DOUBTED = PAYMENTS - (PAYMENTS % 50)
const REASON = 'the bank has not answered any of 30 questions'

/** What the resolver leaves of a payment whose bank stays silent: begun and never answered, and given up after 40 minutes. */
const PARKED = [
  `CREATE TEMP TABLE sample_parked ON COMMIT DROP AS
    SELECT merchant_id, id, ${recordId('id')} AS record_id, at + interval '40 minutes' AS parked_at FROM fill WHERE n = ${DOUBTED}`,
  `UPDATE payment p SET status = 'unknown', updated_at = s.parked_at FROM sample_parked s WHERE p.merchant_id = s.merchant_id AND p.id = s.id`,
  `UPDATE idempotency_record r SET state = 'unknown', status = NULL, problem = NULL, answer = NULL, completed_at = NULL, tries = 30,
      lease_until = s.parked_at, parked_at = s.parked_at, parked_reason = '${REASON}'
    FROM sample_parked s WHERE r.merchant_id = s.merchant_id AND r.id = s.record_id`,
  `UPDATE attempt a SET outcome = 'rejected', status = 409, problem = 'outcome-unknown', duration_ms = 15000
    FROM sample_parked s WHERE a.merchant_id = s.merchant_id AND a.record_id = s.record_id`,
  `DELETE FROM outbox_event e USING sample_parked s WHERE e.merchant_id = s.merchant_id AND e.subject_id = s.id`,
  // No job looks at the sample: the alert that there would be is written with it.
  `INSERT INTO alert (merchant_id, id, kind, subject, detail, money, since, opened_at, last_seen_at)
    SELECT merchant_id, uuidv7(parked_at - clock_timestamp()), 'parked', 'payment ' || id, 'checkout.pay: ${REASON}', true, parked_at, parked_at, parked_at
    FROM sample_parked`,
]
