import type { Problem } from '@payonce/idempotency/problems'
import { type Sql, sql } from '@/platform/db'

/**
 * Declines after which an order rests. 10: a family that tries every card in the house needs fewer, and a
 * thief who tests stolen numbers needs hundreds.
 */
export const ORDER_DECLINES_MAX = 10
/** Time that an order rests, in minutes, and in which its declines are counted. 10: long for a thief, short for a person. */
export const ORDER_REST_MINUTES = 10

/**
 * The declines of the order `o` that count, newest first. One read of the index that the order guard uses anyway. A decline of the future was
 * stored before the database's clock was put back: it would make the order rest until then. A minute is left for statements that began earlier.
 */
const LATE_DECLINES = sql`
  FROM payment d WHERE d.merchant_id = o.merchant_id AND d.order_id = o.id AND d.status = 'declined'
    AND d.updated_at > now() - ${ORDER_REST_MINUTES} * interval '1 minute' AND d.updated_at < now() + interval '1 minute'`

/**
 * True unless the order `o` rests. Part of the order guard's own statement: no round trip more. The payments of one order run one after the
 * other, in whatever process, so it is exact but for one: a payment whose statement began while the tenth decline was being stored.
 */
export const NOT_RESTING: Sql = sql`(SELECT count(*) ${LATE_DECLINES}) < ${ORDER_DECLINES_MAX}`

/** Seconds that the order `o` still rests; null: it does not. */
export const REST_SECONDS: Sql = sql`(
  SELECT extract(epoch FROM (d.updated_at + ${ORDER_REST_MINUTES} * interval '1 minute' - now()))::float8 ${LATE_DECLINES}
  ORDER BY d.updated_at DESC OFFSET ${ORDER_DECLINES_MAX - 1} LIMIT 1)`

/** Nothing was begun under the key: after the rest the same key may pay. */
export function orderRests(seconds: number): Problem {
  const retryAfterSeconds = Math.max(1, Math.ceil(seconds))
  const minutes = Math.ceil(retryAfterSeconds / 60)
  return {
    kind: 'too-many-attempts',
    detail: `Too many cards were declined for this order. Nothing was charged. Wait ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}, or ask the shop.`,
    retryAfterSeconds,
    facts: { limit: 'order' },
  }
}
