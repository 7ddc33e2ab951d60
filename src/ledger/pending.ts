import { writeForm } from '@payonce/idempotency/sql'
import type { Money } from '@/lib/money'
import { type Sql, sql, type Write } from '@/platform/db'
import type { AccountCode } from './chart'
import type { Line } from './posting'

/**
 * Postings that are not made yet: of what the bank has reserved. Each is beside the ledger until it ends, once: posted, by the transaction of the
 * capture, or voided. So balances and sums are of what was posted, and `pending` stands beside them.
 */

/** What a capture debits and credits. The bank's fee is not known before it: the whole amount is pending as owed by the bank. */
const [DEBIT, CREDIT]: [AccountCode, AccountCode] = ['gateway_clearing', 'sales']

/** The lines of a payment's pending posting. @param minor what is reserved */
export function pendingLines(minor: bigint): Line[] {
  return [
    { account: DEBIT, amountMinor: minor },
    { account: CREDIT, amountMinor: -minor },
  ]
}

/** The write of a payment's pending posting, for the commit in which the bank has reserved the amount. */
export function pend(of: { merchantId: string; paymentId: string; money: Money }): Write {
  const { merchantId, paymentId, money } = of
  return newPending(paymentId, {
    merchant_id: merchantId,
    payment_id: paymentId,
    currency: money.currency,
    amount: money.minor,
  })
}

/** The write that ends it. It touches no row, and so undoes its commit, when there is none that is open. @param transactionId null: voided */
export function endPending(
  { merchantId, paymentId }: { merchantId: string; paymentId: string },
  transactionId: string | null,
): Write {
  return updatePending(paymentId, {
    merchant_id: merchantId,
    payment_id: paymentId,
    transaction_id: transactionId,
  })
}

const newPending = writeForm({
  name: 'pending-posting',
  columns: { merchant_id: 'uuid', payment_id: 'uuid', currency: 'text', amount: 'bigint' },
  // Fewer rows than postings would mean that an account is not open: then the whole commit is undone.
  statement: (input) => sql`
    INSERT INTO pending_posting (merchant_id, payment_id, debit_account_id, credit_account_id, currency, amount)
    SELECT input.merchant_id, input.payment_id, d.id, c.id, d.currency, input.amount FROM ${input}
    JOIN account d ON d.merchant_id = input.merchant_id AND d.code = ${DEBIT} AND d.currency = input.currency
    JOIN account c ON c.merchant_id = input.merchant_id AND c.code = ${CREDIT} AND c.currency = input.currency
    RETURNING payment_id AS key`,
})

const updatePending = writeForm({
  name: 'pending-posting-end',
  columns: { merchant_id: 'uuid', payment_id: 'uuid', transaction_id: 'uuid' },
  statement: (input) => sql`
    UPDATE pending_posting p SET ended_at = now(), transaction_id = input.transaction_id FROM ${input}
    WHERE p.merchant_id = input.merchant_id AND p.payment_id = input.payment_id AND p.ended_at IS NULL
    RETURNING p.payment_id AS key`,
})

/**
 * Rows of a merchant's accounts with what is pending on each, signed as entries are, in minor units. Sums to zero in each currency.
 * @param asOf what was pending at this instant; null: now. `before`: without what was made or ended at that very instant
 */
export function pendingUpTo(merchantId: string, asOf: string | null, before = false): Sql {
  const [made, ended] = before ? [sql`<`, sql`>=`] : [sql`<=`, sql`>`]
  const then =
    asOf === null
      ? sql`x.ended_at IS NULL`
      : sql`x.created_at ${made} ${asOf}::timestamptz AND (x.ended_at IS NULL OR x.ended_at ${ended} ${asOf}::timestamptz)`
  return sql`
    SELECT line.account_id, sum(line.amount) AS pending FROM pending_posting x
    CROSS JOIN LATERAL (VALUES (x.debit_account_id, x.amount), (x.credit_account_id, -x.amount)) AS line (account_id, amount)
    WHERE x.merchant_id = ${merchantId}::uuid AND ${then} GROUP BY line.account_id`
}
