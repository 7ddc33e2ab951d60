import type pg from 'pg'
import { openAccounts } from '@/ledger/chart'
import { uuidv7 } from '@/lib/id'
import type { BenchPayment } from './paths/path'

/** Inserts a merchant with accounts in EUR. */
export async function makeMerchant(owner: pg.Pool): Promise<string> {
  const merchantId = uuidv7()
  await owner.query('INSERT INTO merchant (id, name) VALUES ($1, $2)', [merchantId, 'Bench'])
  const { text, values } = openAccounts(merchantId, 'EUR')
  await owner.query(text, values)
  return merchantId
}

/** Inserts `count` open orders of €24.00. @returns the payments that are to pay them, each with a fresh key */
export async function makePayments(
  owner: pg.Pool,
  merchantId: string,
  count: number,
): Promise<BenchPayment[]> {
  const orderIds = Array.from({ length: count }, () => uuidv7())
  await owner.query(
    `INSERT INTO orders (merchant_id, id, currency, amount) SELECT $1, id, 'EUR', 2400 FROM unnest($2::uuid[]) AS id`,
    [merchantId, orderIds],
  )
  await owner.query(
    `INSERT INTO order_item SELECT $1, id, 1, 'T-shirt', 2, 1200 FROM unnest($2::uuid[]) AS id`,
    [merchantId, orderIds],
  )
  return orderIds.map((orderId) => ({ key: uuidv7(), orderId }))
}
