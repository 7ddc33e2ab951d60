import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/**
 * A limit on requests a minute, counted in the database for all processes together. A replay counts like any
 * other request.
 */
export interface Limit {
  /** Counts one request of this caller (an API key's id, or an address). */
  take(callerId: string): Promise<Quota>
  /** The caller's quota, if this process already knows that it is exhausted; null: ask the database. */
  spent(callerId: string): Quota | null
}

/** `remaining` of `limit` requests; the count starts again in `resetSeconds`. */
export interface Quota {
  allowed: boolean
  limit: number
  remaining: number
  resetSeconds: number
}

const WINDOW_SECONDS = 60

/**
 * @param name keeps the counts of different limits apart
 * @param perMinute requests of one caller a minute
 */
export function openLimit(pool: pg.Pool, name: string, perMinute: number): Limit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    // Created by our migrations: the product's role may not create tables.
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_SECONDS,
    // A caller with nothing left is refused from memory until the count starts again, so a flood does not
    // reach the database.
    inMemoryBlockOnConsumed: perMinute,
  })
  const spentUntil = new Map<string, number>()
  const quotaOf = (
    allowed: boolean,
    { remainingPoints, msBeforeNext }: Pick<RateLimiterRes, 'remainingPoints' | 'msBeforeNext'>,
  ): Quota => {
    return {
      allowed,
      limit: perMinute,
      remaining: remainingPoints,
      resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)),
    }
  }
  return {
    take: async (callerId) => {
      try {
        return quotaOf(true, await limiter.consume(callerId))
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        remember(spentUntil, callerId, Date.now() + refused.msBeforeNext)
        return quotaOf(false, refused)
      }
    },
    spent: (callerId) => {
      const msBeforeNext = (spentUntil.get(callerId) ?? 0) - Date.now()
      return msBeforeNext > 0 ? quotaOf(false, { remainingPoints: 0, msBeforeNext }) : null
    },
  }
}

/**
 * 10,000 exhausted callers, some MB at most. The oldest is forgotten first; then the database is asked again.
 */
const REMEMBERED_MAX = 10_000

function remember(spentUntil: Map<string, number>, callerId: string, until: number): void {
  spentUntil.delete(callerId)
  if (spentUntil.size >= REMEMBERED_MAX) spentUntil.delete(spentUntil.keys().next().value as string)
  spentUntil.set(callerId, until)
}

/** The quota as headers (draft-ietf-httpapi-ratelimit-headers). */
export function quotaHeaders({ limit, remaining, resetSeconds }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"default";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"default";r=${remaining};t=${resetSeconds}`,
  }
}
