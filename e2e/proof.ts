import { expect, type Page } from '@playwright/test'
import { formatMoney } from '@/lib/money'
import { expectReceipt } from './checkout-page'
import type { Charge, Sql, TestOrder } from './orders'

/** Assertions about money, over the page, the bank's own table and the ledger: a page alone proves nothing. */
export interface Proof {
  /**
   * The bank charged once, one payment succeeded, and the ledger has one balanced capture of it.
   * @param amount in minor units, where it is not the order's own
   * @returns the payment's id as shown
   */
  oneCharge(order: TestOrder, amount?: bigint): Promise<string>
  /** The page ends at the receipt with the order's total, and `oneCharge` holds. */
  paidOnce(page: Page, order: TestOrder): Promise<string>
  /** The bank charged nothing, and the ledger has no transaction of the order. */
  noCharge(order: TestOrder): Promise<void>
  /** The keys under which the order's payments were begun, the oldest first. */
  keysAtServer(order: TestOrder): Promise<string[]>
}

export function proofOf(sql: Sql, bankCharges: (id: string) => Promise<Charge[]>): Proof {
  const oneCharge: Proof['oneCharge'] = async (order, amount = order.amount) => {
    const charges = await bankCharges(order.id)
    expect(charges.map((charge) => [charge.amount, charge.currency])).toEqual([[amount, order.currency]])
    const captures = await capturesOf(sql, order)
    expect(captures).toHaveLength(1)
    expect(captures[0]).toMatchObject({ entries: '3', off: '0', debits: amount.toString() })
    return `pay_${captures[0]?.id.replaceAll('-', '')}`
  }
  return {
    oneCharge,
    async paidOnce(page, order) {
      await expectReceipt(page, formatMoney(order.amount, order.currency))
      return oneCharge(order)
    },
    async noCharge(order) {
      expect(await bankCharges(order.id)).toEqual([])
      expect(await transactionsOf(sql, order)).toEqual([])
    },
    keysAtServer: (order) => keysAtServer(sql, order),
  }
}

interface Capture {
  id: string
  transaction: string
  entries: string
  off: string
  debits: string
}

function capturesOf(sql: Sql, order: TestOrder): Promise<Capture[]> {
  return sql(
    `SELECT p.id, e.transaction_id AS transaction, count(*) AS entries, sum(e.amount) AS off, sum(e.amount) FILTER (WHERE e.amount > 0) AS debits
       FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id JOIN entry e ON e.transaction_id = t.id
      WHERE p.order_id = $1 AND p.status = 'succeeded' GROUP BY p.id, e.transaction_id`,
    [order.uuid],
  )
}

function transactionsOf(sql: Sql, order: TestOrder): Promise<object[]> {
  return sql(
    `SELECT 1 FROM ledger_transaction t JOIN payment p ON p.id = t.payment_id WHERE p.order_id = $1`,
    [order.uuid],
  )
}

async function keysAtServer(sql: Sql, order: TestOrder): Promise<string[]> {
  const rows = await sql<{ key: string }>(
    `SELECT r.key FROM payment p JOIN idempotency_record r ON r.merchant_id = p.merchant_id AND r.id = p.record_id
      WHERE p.order_id = $1 ORDER BY p.created_at`,
    [order.uuid],
  )
  return rows.map(({ key }) => key)
}
