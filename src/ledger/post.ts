import { writeForm } from '@payonce/idempotency/sql'
import { sql, type Write } from '@/platform/db'
import { balanced, type Posting } from './posting'

const insertTransaction = writeForm({
  name: 'ledger-transaction',
  columns: {
    merchant_id: 'uuid',
    id: 'uuid',
    kind: 'text',
    payment_id: 'uuid',
    reverses: 'uuid',
    description: 'text',
  },
  statement: (rows) => sql`
    INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, reverses, description)
    SELECT merchant_id, id, kind, payment_id, reverses, description FROM ${rows} RETURNING id AS key`,
})

const insertEntries = writeForm({
  name: 'ledger-entries',
  columns: {
    merchant_id: 'uuid',
    transaction_id: 'uuid',
    position: 'smallint',
    code: 'text',
    currency: 'text',
    amount: 'bigint',
  },
  // Fewer rows than lines would mean that an account is not open: then the whole commit is undone.
  statement: (rows) => sql`
    INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
    SELECT account.merchant_id, input.transaction_id, input.position, account.id, account.currency, input.amount
    FROM ${rows}
    JOIN account ON account.merchant_id = input.merchant_id AND account.code = input.code AND account.currency = input.currency
    RETURNING transaction_id AS key`,
})

/**
 * Writes of one ledger transaction, for the commit in which the money moved. There is no balance row: a balance is the sum of its entries,
 * so two postings of one merchant never wait for each other.
 * @throws UnbalancedPosting
 */
export function post(posting: Posting, transactionId: string): Write[] {
  const { merchantId, kind, paymentId, reverses, description, currency, lines } = balanced(posting)
  const transaction = { id: transactionId, kind, payment_id: paymentId, reverses, description }
  const entries = lines.map(({ account, amountMinor }, index) => ({
    merchant_id: merchantId,
    transaction_id: transactionId,
    position: index + 1,
    code: account,
    currency,
    amount: amountMinor,
  }))
  return [
    insertTransaction(transactionId, { merchant_id: merchantId, ...transaction }),
    insertEntries(transactionId, ...entries),
  ]
}
