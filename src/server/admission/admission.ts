import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import type pg from 'pg'
import type { Caller, Callers } from '@/access/callers'
import { readToken } from '@/access/token'
import { InFlight } from './in-flight'
import { type Limit, openLimit, type Quota } from './limits'
import { isOverloaded, OVERLOADED } from './load-shedding'

/**
 * Requests of one API key in flight in one process. 1,000: a request in flight waits in memory and holds no
 * connection, since what comes together shares a commit; so many are 16 batches, some tenths of a second for
 * the others who wait.
 */
const IN_FLIGHT_MAX = 1_000
/**
 * Invalid tokens from one address a minute. 60: no client mistypes so often, and guessing 256 bits takes a
 * little longer.
 */
const MISSES_PER_MINUTE = 60

export interface Admitted {
  caller: Caller
  quota: Quota
  /** Must be called when the request has ended, however it ended. */
  leave(): void
}

/** Admits a request with a valid API key, within its limits, and while this process is not overloaded. */
export class Admission {
  private readonly perKey: Limit
  private readonly misses: Limit
  private readonly flights = new InFlight(IN_FLIGHT_MAX)

  constructor(private readonly options: { callers: Callers; pool: pg.Pool; perMinute: number }) {
    this.perKey = openLimit(options.pool, 'api-key', options.perMinute)
    // One by one: there are few, and all processes should have the same count of them.
    this.misses = openLimit(options.pool, 'api-miss', MISSES_PER_MINUTE, 1)
  }

  /**
   * @param meanwhile called with the caller of whom this token was when it was last seen: for a read that need not wait until the
   *   token is known to be good still. What it finds is for that caller alone, and only if this resolves with it
   * @throws ProblemError `unauthorized`, `rate-limited` or `unavailable`
   */
  async admit(token: string, address: string, meanwhile?: (expected: Caller) => void): Promise<Admitted> {
    const { callers, pool } = this.options
    if (isOverloaded(pool)) throw new ProblemError(OVERLOADED)
    const shown = readToken(token)
    const expected = callers.lastSeen(shown)
    // An address that guesses tokens is refused without asking the database. A known key is not: its owner
    // may share the address.
    const spent = expected ? null : this.misses.spent(address)
    if (spent) throw new ProblemError(tooMany(spent.resetSeconds))
    // Not for a caller who will be refused: a flood does not reach the database twice.
    if (expected && !this.perKey.spent(expected.keyId)) meanwhile?.(expected)
    const [caller, taken] = await Promise.all([
      callers.whoIs(shown),
      expected ? this.perKey.take(expected.keyId) : null,
    ])
    if (!caller) throw new ProblemError(await this.missed(address))
    const quota = taken ?? (await this.perKey.take(caller.keyId))
    if (!quota.allowed) throw new OverQuota(quota)
    if (!this.flights.enter(caller.keyId)) throw new ProblemError(tooMany(1))
    return { caller, quota, leave: () => this.flights.leave(caller.keyId) }
  }

  /** The same answer for every invalid token, so that it does not reveal whether the token was ever valid. */
  private async missed(address: string): Promise<Problem> {
    const { allowed, resetSeconds } = await this.misses.take(address)
    return allowed
      ? { kind: 'unauthorized', detail: 'This API key is not valid. It may have expired or been revoked.' }
      : tooMany(resetSeconds)
  }
}

/** The quota of an API key is exhausted; the answer carries the quota in headers. */
export class OverQuota extends ProblemError {
  constructor(readonly quota: Quota) {
    super(tooMany(quota.resetSeconds))
  }
}

function tooMany(retryAfterSeconds: number): Problem {
  return {
    kind: 'rate-limited',
    detail: 'Too many requests. Wait, then send the same request again under the same key.',
    retryAfterSeconds,
  }
}
