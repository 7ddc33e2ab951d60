import { openAccounts } from '@/ledger/chart'
import type { Currency } from '@/lib/money'
import { type Db, joinSql, sql } from '@/platform/db'
import { type Item, total } from './totals'

export interface NewOrder {
  merchantId: string
  currency: Currency
  items: Item[]
  reference?: string | undefined
  customerEmail?: string | undefined
}

/** An order that cannot be placed: what is wrong, in words for the one who sent it. */
export class OrderRefused extends Error {
  override name = 'OrderRefused'
}

/**
 * Writes an order with its items, and opens the merchant's accounts in its currency, in one statement.
 * @throws OrderRefused when the items have no valid total
 */
export async function createOrder(db: Db, order: NewOrder, id: string): Promise<{ id: string; amount: bigint }> {
  const sum = total(order.items)
  if ('refused' in sum) throw new OrderRefused(sum.refused)
  const { merchantId, currency, items, reference, customerEmail } = order
  const rows = items.map(
    (item, index) => sql`(${merchantId}::uuid, ${id}::uuid, ${index + 1}::smallint, ${item.name}, ${item.quantity}::int, ${item.unitAmount}::bigint)`,
  )
  await db.$executeRaw(sql`
    WITH opened AS (${openAccounts(merchantId, currency)}),
    placed AS (
      INSERT INTO orders (merchant_id, id, currency, amount, reference, customer_email)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${currency}, ${sum.amount}::bigint, ${reference ?? null}, ${customerEmail ?? null}))
    INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount) VALUES ${joinSql(rows)}`)
  return { id, amount: sum.amount }
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
