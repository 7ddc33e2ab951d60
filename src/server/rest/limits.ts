import type pg from 'pg'
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

/** How many requests may come in a while, counted in the database: for all processes together. A replay counts like any other request. */
export interface Limit {
  /** Counts one request. */
  take(who: string): Promise<Quota>
  /** Whether this process knows, without asking anybody, that there is nothing left. */
  isSpent(who: string): boolean
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
    // Whoever is over the limit is turned away from memory, so that a flood is no load for the database.
    inMemoryBlockOnConsumed: perMinute + 1,
    inMemoryBlockDuration: 1,
  })
  const spentUntil = new Map<string, number>()
  const quotaOf = (allowed: boolean, { remainingPoints, msBeforeNext }: RateLimiterRes): Quota => {
    return { allowed, limit: perMinute, remaining: remainingPoints, resetSeconds: Math.max(1, Math.ceil(msBeforeNext / 1_000)) }
  }
  return {
    take: async (who) => {
      try {
        const left = await limiter.consume(who)
        return quotaOf(true, left)
      } catch (refused) {
        if (!(refused instanceof RateLimiterRes)) throw refused
        remember(spentUntil, who, Date.now() + Math.min(1_000, refused.msBeforeNext))
        return quotaOf(false, refused)
      }
    },
    isSpent: (who) => (spentUntil.get(who) ?? 0) > Date.now(),
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
  return { 'RateLimit-Policy': `"default";q=${limit};w=${WINDOW_SECONDS}`, RateLimit: `"default";r=${remaining};t=${resetSeconds}` }
}
