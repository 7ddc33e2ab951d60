import {
  type ClaimedPart,
  type ClaimRows,
  claimedPart,
  claimedSql,
  namesOf,
  partsOf,
  type RowOf,
  type SqlBegin,
  valuesOf,
  withoutClaim,
  writeForm,
} from '@payonce/idempotency/sql'
import { z } from 'zod'
import { newAccountIds, openAccountsOf } from '@/ledger/chart'
import type { Actor } from '@/lib/actor'
import type { Currency } from '@/lib/money'
import { ACTOR_COLUMNS, ACTOR_TYPES, actorRow } from '@/platform/actor-columns'
import { BatchedReads } from '@/platform/batched-reads'
import { type Db, firstRow, type SendStatement, type Sql, sql, type Write } from '@/platform/db'
import { type Item, total } from './totals'

export interface NewOrder {
  merchantId: string
  currency: Currency
  items: Item[]
  reference?: string | undefined
  customerEmail?: string | undefined
  /** The merchant's own key-value pairs, returned unchanged. */
  metadata?: Record<string, string> | undefined
  /** Where a link leads from the receipt and from the checkout (`return-url.ts`). */
  successUrl?: string | undefined
  cancelUrl?: string | undefined
  /** RFC 3339. From then on no payment of it begins. */
  expiresAt?: string | undefined
  by?: Actor | undefined
}

/** An order that cannot be placed. The message is for the sender of the order. */
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
  const begin = insertOrder(withoutClaim(sql`"order"`))
  const columns = { merchant_id: 'uuid', ...ORDER_COLUMNS } as const
  const row = { merchant_id: order.merchantId, ...orderRow(order, id) }
  const placed = await firstRow(
    db,
    z.strictObject(placedOrder),
    sql`
      WITH "order" (${namesOf(columns)}) AS ${valuesOf(columns, [row])}, ${partsOf(begin)} placed AS (${begin.sql})
      SELECT * FROM placed`,
  )
  if (!placed) throw new Error('an order was not written')
  return { id, amount: placed.amount }
}

export const placedOrder = {
  merchantId: z.string(),
  id: z.string(),
  /** In minor units. */
  amount: z.bigint(),
  createdAt: z.date(),
}
/** An order as `insertOrder` returns its row. */
export type PlacedOrder = z.infer<z.ZodObject<typeof placedOrder>>

/** The columns of a new order in the claim's rows; `orderRow` are their values. */
export const ORDER_COLUMNS = {
  order_id: 'uuid',
  currency: 'text',
  order_amount: 'bigint',
  reference: 'text',
  customer_email: 'text',
  order_metadata: 'jsonb',
  success_url: 'text',
  cancel_url: 'text',
  expires_at: 'text',
  items: 'jsonb',
  account_ids: 'text',
  ...ACTOR_TYPES,
} as const

/** @throws OrderRefused when the items have no valid total */
export function orderRow(order: NewOrder, id: string): RowOf<typeof ORDER_COLUMNS> {
  const amount = totalOf(order.items)
  const {
    currency,
    items,
    reference,
    customerEmail,
    metadata = {},
    successUrl,
    cancelUrl,
    expiresAt,
    by,
  } = order
  return {
    order_id: id,
    currency,
    order_amount: amount,
    reference: reference ?? null,
    customer_email: customerEmail ?? null,
    order_metadata: JSON.stringify(metadata),
    success_url: successUrl ?? null,
    cancel_url: cancelUrl ?? null,
    expires_at: expiresAt ?? null,
    items: linesOf(items),
    account_ids: newAccountIds(),
    ...actorRow(by),
  }
}

/** @throws OrderRefused when the items have no valid total */
export function totalOf(items: readonly Item[]): bigint {
  const sum = total(items)
  if ('refused' in sum) throw new OrderRefused(sum.refused)
  return sum.amount
}

/** The lines of an order as JSON, for `LINE_COLUMNS`. */
export function linesOf(items: readonly Item[]): string {
  // `unit_amount` is a text: JSON has no integers of 64 bits.
  return JSON.stringify(
    items.map(({ name, quantity, unitAmount }, index) => ({
      position: index + 1,
      name,
      quantity,
      unit_amount: String(unitAmount),
    })),
  )
}

/** The columns of `linesOf`, for `jsonb_to_recordset`. */
export const LINE_COLUMNS: Sql = sql`(position smallint, name text, quantity int, unit_amount bigint)`

/**
 * The statements that write orders, one for each of the claim's rows with `ORDER_COLUMNS`: its accounts, its items, and last the order
 * itself, which returns its row (`PlacedOrder`).
 */
export function insertOrder(claim: ClaimRows): Pick<SqlBegin, 'sql'> & { prior: ClaimedPart[] } {
  const listed = claimedPart(
    'listed',
    claimedSql`
      INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount)
      SELECT c.merchant_id, c.order_id, item.position, item.name, item.quantity, item.unit_amount
      FROM ${claim} c, jsonb_to_recordset(c.items) AS item ${LINE_COLUMNS}`,
  )
  return {
    prior: [claimedPart('opened', openAccountsOf(claim, sql`owner.account_ids`)), listed],
    sql: claimedSql`
      INSERT INTO orders (merchant_id, id, currency, amount, reference, customer_email, metadata, success_url, cancel_url, expires_at, ${ACTOR_COLUMNS})
      SELECT merchant_id, order_id, currency, order_amount, reference, customer_email, order_metadata, success_url, cancel_url,
        expires_at::timestamptz, ${ACTOR_COLUMNS}
      FROM ${claim}
      RETURNING merchant_id::text AS "merchantId", id::text, amount, created_at AS "createdAt"`,
  }
}

/** A line of an order as readers get it; `unitAmount` in minor units, which fit since the order's total does. */
export const orderItem = z.strictObject({ name: z.string(), quantity: z.int(), unitAmount: z.number() })

/** The lines of the order `o` at a version, as one JSON value, so that an order is one read. */
export function itemsOfVersion(version: Sql): Sql {
  return sql`(
  SELECT coalesce(json_agg(json_build_object('name', i.name, 'quantity', i.quantity, 'unitAmount', i.unit_amount) ORDER BY i.position), '[]')
  FROM order_item i WHERE i.merchant_id = o.merchant_id AND i.order_id = o.id AND i.order_version = ${version})`
}

/** The lines of the order `o` as it is now. */
export const ITEMS: Sql = itemsOfVersion(sql`o.version`)

/** How an order stands: `open` until it is paid, cancelled, or its time has passed. */
export const ORDER_STATUSES = ['open', 'paid', 'cancelled', 'expired'] as const
export type OrderStatus = (typeof ORDER_STATUSES)[number]

/** The order `o` may be paid, changed and cancelled: it has not ended, by the database's clock. */
export const IS_OPEN: Sql = sql`(o.status = 'open' AND (o.expires_at IS NULL OR o.expires_at > now()))`

/** The status of the order `o`. Its time has passed also where no worker has marked it; a payment that began in time goes on all the same. */
export const ORDER_STATUS: Sql = sql`CASE WHEN o.status = 'open' AND NOT ${IS_OPEN} THEN 'expired' ELSE o.status END`

/**
 * Keeps the e-mail that a shopper typed, and the language in which they read, where the merchant gave none. An attempt replaces what an earlier
 * one typed until the order is paid; what the merchant gave is never replaced (trigger orders_email_is_set_once).
 * @param typed.record of the attempt: a receipt is sent by itself only where this very attempt paid
 */
export async function keepEmail(
  db: Db,
  {
    merchantId,
    orderId,
    email,
    locale,
    record,
  }: { merchantId: string; orderId: string; email: string; locale: string; record: string },
): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE orders SET customer_email = ${email}, locale = ${locale}, email_record = ${record}, updated_at = now()
    WHERE merchant_id = ${merchantId}::uuid AND id = ${orderId}::uuid AND (customer_email IS NULL OR email_record <> ${record} AND status = 'open')`)
}

/** The write that marks an order as paid. It touches no row, and so undoes its commit, unless the order is open. */
export function markPaid({ merchantId, orderId }: { merchantId: string; orderId: string }): Write {
  return updateOrder(orderId, { merchant_id: merchantId, id: orderId })
}

const updateOrder = writeForm({
  name: 'order',
  columns: { merchant_id: 'uuid', id: 'uuid' },
  statement: (rows) => sql`
    UPDATE orders SET status = 'paid', updated_at = now()
    FROM ${rows}
    WHERE orders.merchant_id = input.merchant_id AND orders.id = input.id AND orders.status = 'open'
    RETURNING orders.id AS key`,
})

const owner = { merchantId: z.string(), mode: z.enum(['test', 'live']) }
/** The merchant of an order, with its mode. */
export type OrderOwner = z.infer<z.ZodObject<typeof owner>>
const ownerRow = z.strictObject({ key: z.string(), ...owner })

/**
 * The merchant of an order; nobody pays one of the sample shop. An order never changes hands, and a merchant never its mode, so the answer is cached: a replay costs one read
 * rather than two. 50,000 orders are some 10 MB, and more than are paid in an hour; the oldest is forgotten first.
 */
export class OrderOwners {
  private readonly known = new Map<string, OrderOwner>()
  private readonly reading = new Map<string, Promise<OrderOwner | null>>()

  private readonly reads: BatchedReads<z.infer<typeof ownerRow>>

  constructor(
    send: SendStatement,
    private readonly max = 50_000,
  ) {
    this.reads = new BatchedReads(send, {
      type: 'uuid',
      shape: ownerRow,
      query: (wanted) => sql`
        SELECT wanted.key::text, o.merchant_id::text AS "merchantId", m.mode
        FROM ${wanted} JOIN orders o ON o.id = wanted.key JOIN merchant m ON m.id = o.merchant_id AND m.mode <> 'sample'`,
    })
  }

  /** Requests for one order at one time share a read: a thousand presses of one Pay button are one. */
  ownerOf(orderId: string): Promise<OrderOwner | null> {
    const known = this.known.get(orderId)
    if (known) return Promise.resolve(known)
    const running = this.reading.get(orderId)
    if (running) return running
    const read = this.read(orderId).finally(() => this.reading.delete(orderId))
    this.reading.set(orderId, read)
    return read
  }

  private async read(orderId: string): Promise<OrderOwner | null> {
    const found = await this.reads.read(orderId)
    if (!found) return null
    const owner = { merchantId: found.merchantId, mode: found.mode }
    this.remember(orderId, owner)
    return owner
  }

  private remember(orderId: string, owner: OrderOwner): void {
    if (this.known.size >= this.max) this.known.delete(this.known.keys().next().value as string)
    this.known.set(orderId, owner)
  }
}
