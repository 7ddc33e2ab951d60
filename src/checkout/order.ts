import { openAccounts } from '@/ledger/chart'
import type { Currency } from '@/lib/money'
import { type Db, joinSql, rawSql, type Sql, sql } from '@/platform/db'
import { type Item, total } from './totals'

export interface NewOrder {
  merchantId: string
  currency: Currency
  items: Item[]
  reference?: string | undefined
  customerEmail?: string | undefined
  /** The merchant's own words; we keep them and give them back. */
  metadata?: Record<string, string> | undefined
}

/** An order that cannot be placed: what is wrong, in words for the one who sent it. */
export class OrderRefused extends Error {
  override name = 'OrderRefused'
}

/**
 * Writes an order with its items, and opens the merchant's accounts in its currency, in one statement.
 * @throws OrderRefused when the items have no valid total
 */
export async function createOrder(
  db: Db,
  order: NewOrder,
  id: string,
): Promise<{ id: string; amount: bigint }> {
  const { insert, prior } = placeOrder(order, id)
  const before = prior.map(({ name, sql: part }) => sql`, ${rawSql(name)} AS (${part})`)
  const [placed] = await db.$queryRaw<{ amount: bigint }[]>(
    sql`WITH mine AS (SELECT 1)${joinSql(before, '')} ${insert}`,
  )
  if (!placed) throw new Error('an order was not written')
  return { id, amount: placed.amount }
}

/** What was written of an order. */
export interface PlacedOrder {
  merchantId: string
  id: string
  amount: bigint
  createdAt: Date
}

/**
 * The parts of a statement that writes an order: the accounts it needs, its items, and last the order itself, which gives its row back.
 * Nothing is written where `mine` has no row: only the one who holds the key places the order.
 * @throws OrderRefused when the items have no valid total
 */
export function placeOrder(
  order: NewOrder,
  id: string,
): { prior: { name: string; sql: Sql }[]; insert: Sql } {
  const sum = total(order.items)
  if ('refused' in sum) throw new OrderRefused(sum.refused)
  const { merchantId, currency, items, reference, customerEmail, metadata = {} } = order
  const rows = items.map(
    (item, index) =>
      sql`(${index + 1}::smallint, ${item.name}, ${item.quantity}::int, ${item.unitAmount}::bigint)`,
  )
  const listed = sql`
    INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount)
    SELECT ${merchantId}::uuid, ${id}::uuid, item.* FROM mine, (VALUES ${joinSql(rows)}) AS item`
  const insert = sql`
    INSERT INTO orders (merchant_id, id, currency, amount, reference, customer_email, metadata)
    SELECT ${merchantId}::uuid, ${id}::uuid, ${currency}, ${sum.amount}::bigint, ${reference ?? null}, ${customerEmail ?? null}, ${JSON.stringify(metadata)}::jsonb
    FROM mine RETURNING merchant_id::text AS "merchantId", id::text, amount, created_at AS "createdAt"`
  const prior = [
    { name: 'opened', sql: openAccounts(merchantId, currency) },
    { name: 'listed', sql: listed },
  ]
  return { prior, insert }
}

/** Whose order it is. An order never changes hands, so this is remembered: a replay costs one read, not two. */
export class OrderOwners {
  private readonly known = new Map<string, string>()

  constructor(
    private readonly db: Db,
    private readonly max = 50_000,
  ) {}

  async merchantOf(orderId: string): Promise<string | null> {
    const known = this.known.get(orderId)
    if (known) return known
    const rows = await this.db.$queryRaw<Array<{ merchantId: string }>>(
      sql`SELECT merchant_id::text AS "merchantId" FROM orders WHERE id = ${orderId}::uuid`,
    )
    const merchantId = rows[0]?.merchantId ?? null
    if (merchantId) this.remember(orderId, merchantId)
    return merchantId
  }

  private remember(orderId: string, merchantId: string): void {
    if (this.known.size >= this.max) this.known.delete(this.known.keys().next().value as string)
    this.known.set(orderId, merchantId)
  }
}
