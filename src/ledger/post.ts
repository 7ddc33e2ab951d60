import { joinSql, sql, type Write } from '@/platform/db'
import { balanced, type Posting } from './posting'

/**
 * Writes of one ledger transaction, for the commit in which the money moved. There is no balance row: a balance is the sum of its entries,
 * so two postings of one merchant never wait for each other.
 * @throws UnbalancedPosting
 */
export function post(posting: Posting, transactionId: string): Write[] {
  const { merchantId, kind, paymentId, reverses, description, currency, lines } = balanced(posting)
  const values = lines.map(
    (line, index) => sql`(${index + 1}::smallint, ${line.account}, ${line.amountMinor}::bigint)`,
  )
  return [
    {
      name: 'ledger-transaction',
      rows: 1,
      sql: sql`
        INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, reverses, description)
        VALUES (${merchantId}::uuid, ${transactionId}::uuid, ${kind}, ${paymentId}::uuid, ${reverses}::uuid, ${description}) RETURNING 1`,
    },
    {
      // Fewer rows than lines would mean that an account is not open: then the whole commit is undone.
      name: 'ledger-entries',
      rows: lines.length,
      sql: sql`
        INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
        SELECT account.merchant_id, ${transactionId}::uuid, line.position, account.id, account.currency, line.amount
        FROM (VALUES ${joinSql(values)}) AS line (position, code, amount)
        JOIN account ON account.merchant_id = ${merchantId}::uuid AND account.code = line.code AND account.currency = ${currency}
        RETURNING 1`,
    },
  ]
}
