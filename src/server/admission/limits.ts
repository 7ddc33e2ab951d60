import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/** How many requests may come in a while, counted in the database: for all processes together. A replay counts like any other request. */
export interface Limit {
  /** Counts one request. */
  take(who: string): Promise<Quota>
  /** The quota of one of whom this process knows, without asking anybody, that there is nothing left; null when it must ask. */
  spent(who: string): Quota | null
}

/** How much is left. `resetSeconds`: until the count begins anew. */
export interface Quota {
  allowed: boolean
  limit: number
  remaining: number
  resetSeconds: number
}

const WINDOW_SECONDS = 60

/** @param name keeps the counts of different limits apart  @param perMinute how many requests */
export function openLimit(pool: pg.Pool, name: string, perMinute: number): Limit {
  const limiter = new RateLimiterPostgres({
    storeClient: pool,
    storeType: 'pool',
    // Made by our own migrations: the product has no right to make tables.
    tableName: 'rate_limit',
    tableCreated: true,
    keyPrefix: name,
    points: perMinute,
    duration: WINDOW_SECONDS,
    // Whoever has nothing left is turned away from memory until the count begins anew, so that a flood is no load for the database.
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
    take: async (who) => {
      try {
        return quotaOf(true, await limiter.consume(who))
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        remember(spentUntil, who, Date.now() + refused.msBeforeNext)
        return quotaOf(false, refused)
      }
    },
    spent: (who) => {
      const msBeforeNext = (spentUntil.get(who) ?? 0) - Date.now()
      return msBeforeNext > 0 ? quotaOf(false, { remainingPoints: 0, msBeforeNext }) : null
    },
  }
}

/** 10,000: addresses that guess at one time; the oldest is forgotten first. */
const REMEMBERED_MAX = 10_000

function remember(spentUntil: Map<string, number>, who: string, until: number): void {
  spentUntil.delete(who)
  if (spentUntil.size >= REMEMBERED_MAX) spentUntil.delete(spentUntil.keys().next().value as string)
  spentUntil.set(who, until)
}

/** The headers that tell of a quota (draft-ietf-httpapi-ratelimit-headers). */
export function quotaHeaders({ limit, remaining, resetSeconds }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"default";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"default";r=${remaining};t=${resetSeconds}`,
  }
}
