import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { type Currency, formatMoney } from '@/lib/money'
import { type Acted, act } from '@/platform/act'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import { orderItem } from '../order'

/**
 * Whether a link takes orders, by what keeps it from it first: its end has come, its uses are taken, or somebody has paused it. A link that is
 * `used-up` is `active` again when an order that was never paid can be paid no more.
 */
export const LINK_STATES = ['active', 'paused', 'ended', 'used-up'] as const

/** Items of one link. 20: a page that fits on a phone. */
export const LINK_ITEMS_MAX = 20
/** Uses that a limit may name. 10,000: they are counted at each order. */
export const LINK_USES_MAX = 10_000

/** The order's statuses by which it counts as a use: it is paid, or can still be. The trigger payment_link_takes_order counts the same. */
const HOLDS_A_USE = sql`o.status IN ('open', 'paid')`

/** The orders `o` from the link `l`. */
const ORDERS_FROM_IT = sql`
  payment_link_use u JOIN orders o ON o.merchant_id = u.merchant_id AND o.id = u.order_id
  WHERE u.merchant_id = l.merchant_id AND u.link_id = l.id`

/** The uses of the link `l` and what was paid, where a part was captured that part, as `used`; the sum is numeric, since it may pass 64 bits. */
const USED_AND_PAID: Sql = sql`
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE ${HOLDS_A_USE}) AS uses, count(*) FILTER (WHERE o.status = 'paid') AS paid,
      coalesce(sum(coalesce((
        SELECT p.amount FROM payment p WHERE p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status = 'succeeded'), o.amount)) FILTER (WHERE o.status = 'paid'), 0)::text AS paid_amount
    FROM ${ORDERS_FROM_IT}) used`

/** As far as `LINK_STATE` needs it: a link without a limit may have any number of orders, and they are not counted. */
export const USED: Sql = sql`
  CROSS JOIN LATERAL (
    SELECT CASE WHEN l.max_uses IS NOT NULL THEN (SELECT count(*) FROM ${ORDERS_FROM_IT} AND ${HOLDS_A_USE}) END AS uses) used`

export const LINK_STATE: Sql = sql`
  CASE WHEN l.ends_at <= now() THEN 'ended' WHEN l.max_uses <= used.uses THEN 'used-up' WHEN l.paused THEN 'paused' ELSE 'active' END`

const linkRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  currency: z.string(),
  /** Of one order, in minor units. */
  amount: z.bigint(),
  items: z.array(orderItem),
  maxUses: z.int().nullable(),
  endsAt: z.date().nullable(),
  state: z.enum(LINK_STATES),
  paused: z.boolean(),
  /** Orders from it that are paid, or can still be. */
  uses: z.bigint(),
  paid: z.bigint(),
  /** Sum of the paid orders in minor units, before refunds. */
  paidAmount: z.string().transform(BigInt),
  createdAt: z.date(),
})
export type LinkRow = z.infer<typeof linkRow>

/** The links of `from`, which has the alias `l`. */
const select = (from: Sql, more: Sql = sql``): Sql => sql`
  SELECT l.id::text, l.name, l.currency, l.amount, l.items, l.max_uses AS "maxUses", l.ends_at AS "endsAt", ${LINK_STATE} AS state, l.paused,
    used.uses, used.paid, used.paid_amount AS "paidAmount", l.created_at AS "createdAt"${more}
  FROM ${from} ${USED_AND_PAID}`

/** A merchant's links, newest first. @param before the last link of the page before; null: the first page */
export function listLinks(
  db: Db,
  merchantId: string,
  { before, limit }: { before: { at: string; id: string } | null; limit: number },
): Promise<(LinkRow & { cursor: string })[]> {
  const older = before ? sql`(created_at, id) < (${before.at}::timestamptz, ${before.id}::uuid)` : sql`true`
  const page = sql`(
    SELECT * FROM payment_link WHERE merchant_id = ${merchantId}::uuid AND ${older}
    ORDER BY created_at DESC, id DESC LIMIT ${limit}) l`
  const cursor = sql`, to_char(l.created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS cursor`
  return rows(
    db,
    linkRow.extend({ cursor: z.string() }),
    sql`${select(page, cursor)} ORDER BY l.created_at DESC, l.id DESC`,
  )
}

export function findLink(db: Db, merchantId: string, id: string): Promise<LinkRow | null> {
  const one = sql`payment_link l`
  return firstRow(
    db,
    linkRow,
    sql`${select(one)} WHERE l.merchant_id = ${merchantId}::uuid AND l.id = ${id}::uuid`,
  )
}

/** Who changes which link. `actId`: the same for each repeat of one request. */
export interface LinkChange {
  merchantId: string
  linkId: string
  by: Actor
  actId: string
}

export interface LinkFields {
  name: string
  currency: Currency
  items: readonly z.infer<typeof orderItem>[]
  /** Of one order, in minor units: the total of the items. */
  amount: bigint
  maxUses: number | null
  /** RFC 3339. */
  endsAt: string | null
}

/** Makes a link. `refused`: its end has come already. */
export function createLink(db: Db, change: LinkChange, fields: LinkFields): Promise<Acted> {
  const { merchantId, linkId } = change
  const { name, currency, amount, items, maxUses, endsAt } = fields
  const statement = sql`
    INSERT INTO payment_link (merchant_id, id, name, currency, amount, items, max_uses, ends_at)
    SELECT ${merchantId}::uuid, ${linkId}::uuid, ${name}, ${currency}, ${amount}, ${JSON.stringify(items)}::jsonb, ${maxUses}::int, ${endsAt}::timestamptz
    WHERE ${endsAt}::timestamptz IS NULL OR ${endsAt}::timestamptz > now() RETURNING 1`
  return act(db, entryOf(change, 'link.created', inWords(fields)), [
    { name: 'payment-link', rows: 1, sql: statement },
  ])
}

/** Pauses a link, or takes orders again. `refused`: there is no such link. */
export function setLinkPaused(db: Db, change: LinkChange, paused: boolean): Promise<Acted> {
  const statement = sql`
    UPDATE payment_link SET paused = ${paused}, updated_at = now()
    WHERE merchant_id = ${change.merchantId}::uuid AND id = ${change.linkId}::uuid RETURNING 1`
  return act(db, entryOf(change, paused ? 'link.paused' : 'link.resumed', ''), [
    { name: 'payment-link', rows: 1, sql: statement },
  ])
}

function entryOf({ merchantId, linkId, by, actId }: LinkChange, action: string, detail: string) {
  return { merchantId, id: actId, by, action, subject: linkId, detail }
}

/** All that was asked for: another request under the same id has other words. */
function inWords({ name, currency, amount, items, maxUses, endsAt }: LinkFields): string {
  const lines = items.map(
    ({ name: item, quantity, unitAmount }) => `${quantity} × ${item} at ${formatMoney(unitAmount, currency)}`,
  )
  return [
    `${name}, ${formatMoney(amount, currency)}`,
    ...lines,
    ...(maxUses === null ? [] : [`at most ${maxUses} uses`]),
    ...(endsAt === null ? [] : [`until ${endsAt}`]),
  ].join('; ')
}
