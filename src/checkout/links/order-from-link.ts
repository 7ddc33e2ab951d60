import { namesOf, partsOf, valuesOf, withoutClaim } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { classify } from '@/idempotency/stores/prisma-errors'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { isCurrency } from '@/lib/money'
import { type Db, firstRow, sql } from '@/platform/db'
import { brand, CHOSEN, SHOWN_NAME } from '../brand'
import { insertOrder, ORDER_COLUMNS, orderItem, orderRow } from '../order'
import { LINK_STATE, LINK_STATES, USED } from './payment-link'

const openedLink = z.strictObject({
  merchantId: z.string(),
  mode: z.enum(['test', 'live']),
  merchantName: z.string(),
  brand: brand.nullable(),
  name: z.string(),
  currency: z.string(),
  amount: z.bigint(),
  items: z.array(orderItem),
  state: z.enum(LINK_STATES),
  /** It has a limit of uses. */
  limited: z.boolean(),
})
/** A link as the page shows it to whoever opens it. */
export type OpenedLink = z.infer<typeof openedLink>

/** Whoever knows the id may read the link. It writes nothing: pages are fetched by previews and by robots, too. */
export function openLink(db: Db, linkId: string): Promise<OpenedLink | null> {
  return firstRow(
    db,
    openedLink,
    sql`
      SELECT l.merchant_id::text AS "merchantId", m.mode, ${SHOWN_NAME} AS "merchantName", chosen.brand, l.name, l.currency, l.amount, l.items,
        ${LINK_STATE} AS state, l.max_uses IS NOT NULL AS limited
      FROM payment_link l JOIN merchant m ON m.id = l.merchant_id ${CHOSEN} ${USED} WHERE l.id = ${linkId}::uuid`,
  )
}

/** The order that this guest made from the link and has not paid yet; null: there is none. */
export function openOrderOf(db: Db, linkId: string, shopper: string): Promise<string | null> {
  return earlierOrder(db, linkId, null, shopper)
}

/**
 * The order of who presses the button of a link. A repeat of the form, and a guest who has an open order from the link, get the one that is
 * there, also where the link takes no more.
 * @param request.key of the form
 * @param request.by the guest
 * @returns the order's id; null: the link takes no orders
 */
export async function orderFromLink(
  db: Db,
  linkId: string,
  link: OpenedLink,
  request: { key: string; by: Actor; newId: () => string },
): Promise<string | null> {
  const { key, by } = request
  const earlier = () => earlierOrder(db, linkId, key, by.name)
  const found = await earlier()
  if (found || link.state !== 'active') return found
  try {
    return await insertFromLink(db, linkId, link, request)
  } catch (error) {
    // The link has been used up, paused or has ended since it was read; or the same form has just made the order.
    if (!['refused', 'race'].includes(classify(error))) throw error
    return earlier()
  }
}

/** The order of this form, else the guest's open one. */
async function earlierOrder(
  db: Db,
  linkId: string,
  key: string | null,
  shopper: string,
): Promise<string | null> {
  const found = await firstRow(
    db,
    z.strictObject({ id: z.string() }),
    sql`
      SELECT o.id::text FROM payment_link l
      JOIN payment_link_use u ON u.merchant_id = l.merchant_id AND u.link_id = l.id
      JOIN orders o ON o.merchant_id = u.merchant_id AND o.id = u.order_id
      WHERE l.id = ${linkId}::uuid AND (u.key = ${key}::uuid OR u.shopper = ${shopper} AND o.status = 'open')
      ORDER BY u.key IS NOT DISTINCT FROM ${key}::uuid DESC, u.created_at DESC LIMIT 1`,
  )
  return found?.id ?? null
}

/** 1 hour for which an order keeps its use of a link with a limit: whoever presses and leaves keeps it from nobody for longer. */
export const USE_KEPT_MS = 3_600_000

/** The order, its items and its use of the link, in one statement: the trigger of the use undoes all of it. */
async function insertFromLink(
  db: Db,
  linkId: string,
  { merchantId, currency, items: asked, limited }: OpenedLink,
  { key, by, newId }: { key: string; by: Actor; newId: () => string },
): Promise<string> {
  if (!isCurrency(currency)) throw new Error(`a link asks for ${currency}, which is not accepted any more`)
  const begin = insertOrder(withoutClaim(sql`"order"`))
  const columns = { merchant_id: 'uuid', ...ORDER_COLUMNS } as const
  const items = asked.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) }))
  // Programs and operators see in it where the order comes from.
  const metadata = { paymentLink: showId('lnk', linkId) }
  const expiresAt = limited ? new Date(Date.now() + USE_KEPT_MS).toISOString() : undefined
  const order = { merchantId, currency, items, metadata, expiresAt, by }
  const row = { merchant_id: merchantId, ...orderRow(order, newId()) }
  const made = await firstRow(
    db,
    z.strictObject({ id: z.string() }),
    sql`
      WITH "order" (${namesOf(columns)}) AS ${valuesOf(columns, [row])}, ${partsOf(begin)} placed AS (${begin.sql}),
      used AS (
        INSERT INTO payment_link_use (merchant_id, order_id, link_id, key, shopper)
        SELECT "merchantId"::uuid, id::uuid, ${linkId}::uuid, ${key}::uuid, ${by.name} FROM placed RETURNING order_id::text AS id)
      SELECT id FROM used`,
  )
  if (!made) throw new Error('an order was not written')
  return made.id
}
