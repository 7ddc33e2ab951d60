import type pg from 'pg'
import { RateLimiterRes } from 'rate-limiter-flexible'
import { LimitCount } from './limit-count'

/**
 * A limit on requests a minute, counted in the database for all processes together. A replay counts like any
 * other request.
 */
export interface Limit {
  /** Counts one request of this caller (an API key's id, or an address). */
  take(callerId: string): Promise<Quota>
  /** The caller's quota, if this process has already refused it in this window; null: it may have some left. */
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
 * Lots in a limit. 12: of the usual 600 requests a process leases 50 with one commit, and of a limit below 24 one by one. What a process
 * has leased and not used nobody else can use, so with several processes a caller may be refused up to a twelfth of the limit early for
 * each other process; never is more granted than the limit.
 */
const LOTS = 12

/**
 * Callers that are remembered, some MB at most. 10,000: as many API keys as are remembered. The oldest is forgotten first, with what is
 * left of its lot.
 */
const REMEMBERED_MAX = 10_000

/** What this process has of a caller's limit, until the window ends. */
interface Lot {
  /** Requests that may be granted without asking the database. */
  left: number
  /** Requests that no process has leased, when the database was last asked. */
  unleased: number
  refused: boolean
  /** End of the window, in ms of `performance.now`: a clock that is put back ends no window late. */
  until: number
}

/**
 * @param name keeps the counts of different limits apart
 * @param perMinute requests of one caller a minute
 * @param lotSize requests that are leased at a time
 */
export function openLimit(
  pool: pg.Pool,
  name: string,
  perMinute: number,
  lotSize = Math.max(1, Math.floor(perMinute / LOTS)),
): Limit {
  return new LeasedLimit(pool, name, perMinute, lotSize)
}

/** Leases a caller's limit from the database in lots, and grants requests from the lot. A lot ends with its window. */
class LeasedLimit implements Limit {
  private readonly table: LimitCount
  /** Oldest first. */
  private readonly lots = new Map<string, Lot>()
  private readonly leasing = new Map<string, Promise<void>>()

  constructor(
    pool: pg.Pool,
    name: string,
    private readonly perMinute: number,
    private readonly lotSize: number,
  ) {
    this.table = new LimitCount({ pool, name, points: perMinute, windowSeconds: WINDOW_SECONDS })
  }

  async take(callerId: string): Promise<Quota> {
    let lot = this.current(callerId)
    // Those who wait for one lease share it; who finds it used up waits for the next.
    while (!lot || (lot.left === 0 && lot.unleased > 0)) {
      await this.lease(callerId)
      lot = this.current(callerId)
    }
    if (lot.left === 0) {
      // Refused from memory until the count starts again: a flood does not reach the database.
      lot.refused = true
      return this.quotaOf(false, lot)
    }
    lot.left -= 1
    return this.quotaOf(true, lot)
  }

  spent(callerId: string): Quota | null {
    const lot = this.current(callerId)
    return lot?.refused ? this.quotaOf(false, lot) : null
  }

  private current(callerId: string): Lot | undefined {
    const lot = this.lots.get(callerId)
    return lot && lot.until > performance.now() ? lot : undefined
  }

  private lease(callerId: string): Promise<void> {
    const running = this.leasing.get(callerId)
    if (running) return running
    const lease = this.leaseOne(callerId).finally(() => this.leasing.delete(callerId))
    this.leasing.set(callerId, lease)
    return lease
  }

  private async leaseOne(callerId: string): Promise<void> {
    const { consumedPoints, msBeforeNext } = await this.table
      .consume(callerId, this.lotSize)
      .catch((refused: unknown) => {
        if (refused instanceof RateLimiterRes) return refused
        throw refused
      })
    // Of the last lot only the part that is within the limit.
    const over = Math.max(0, consumedPoints - this.perMinute)
    const lot = {
      left: Math.max(0, this.lotSize - over),
      unleased: Math.max(0, this.perMinute - consumedPoints),
      refused: false,
      until: performance.now() + msBeforeNext,
    }
    this.lots.delete(callerId)
    if (this.lots.size >= REMEMBERED_MAX) this.lots.delete(this.lots.keys().next().value as string)
    this.lots.set(callerId, lot)
  }

  private quotaOf(allowed: boolean, { left, unleased, until }: Lot): Quota {
    return {
      allowed,
      limit: this.perMinute,
      remaining: left + unleased,
      // In whole milliseconds: a sum of fractions may be a hair above the window, and would be a second longer.
      resetSeconds: Math.max(1, Math.ceil(Math.round(until - performance.now()) / 1_000)),
    }
  }
}

/** The quota as headers (draft-ietf-httpapi-ratelimit-headers). */
export function quotaHeaders({ limit, remaining, resetSeconds }: Quota): Record<string, string> {
  return {
    'RateLimit-Policy': `"default";q=${limit};w=${WINDOW_SECONDS}`,
    RateLimit: `"default";r=${remaining};t=${resetSeconds}`,
  }
}
