import type pg from 'pg'
import { openAccounts } from '@/ledger/chart'
import { uuidv7 } from '@/lib/id'
import type { Db } from '@/platform/db'

/** Inserts a merchant with `count` open orders of €24.00. @returns the merchant's id and the orders' ids */
export async function makeOrders(
  db: Db,
  owner: pg.Pool,
  count: number,
): Promise<{ merchantId: string; orderIds: string[] }> {
  const merchantId = uuidv7()
  await owner.query('INSERT INTO merchant (id, name) VALUES ($1, $2)', [merchantId, 'Bench'])
  await db.$executeRaw(openAccounts(merchantId, 'EUR'))
  const orderIds = Array.from({ length: count }, () => uuidv7())
  await owner.query(
    `INSERT INTO orders (merchant_id, id, currency, amount) SELECT $1, id, 'EUR', 2400 FROM unnest($2::uuid[]) AS id`,
    [merchantId, orderIds],
  )
  await owner.query(
    `INSERT INTO order_item SELECT $1, id, 1, 'T-shirt', 2, 1200 FROM unnest($2::uuid[]) AS id`,
    [merchantId, orderIds],
  )
  await owner.query('ANALYZE')
  return { merchantId, orderIds }
}
