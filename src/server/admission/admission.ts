import type pg from 'pg'
import type { Caller, Callers } from '@/access/callers'
import { type Problem, ProblemError } from '@/idempotency/problems'
import { InFlight } from './in-flight'
import { type Limit, openLimit, type Quota } from './limits'
import { isOverloaded } from './load-shedding'

/** Requests of one API key that may be under way in one process. 100: more than any client has use for, far fewer than would starve the others. */
const IN_FLIGHT_MAX = 100
/** Tokens from one address that are not good, a minute. 60: nobody mistypes so often, and guessing 256 bits takes a little longer. */
const MISSES_PER_MINUTE = 60

export interface Admitted {
  caller: Caller
  quota: Quota
  /** Must be called when the request has ended. */
  leave(): void
}

/** Who may come in: with a good API key, within its limits, and while there is room. */
export class Admission {
  private readonly perKey: Limit
  private readonly misses: Limit
  private readonly flights = new InFlight(IN_FLIGHT_MAX)

  constructor(private readonly options: { callers: Callers; pool: pg.Pool; perMinute: number }) {
    this.perKey = openLimit(options.pool, 'api-key', options.perMinute)
    this.misses = openLimit(options.pool, 'api-miss', MISSES_PER_MINUTE)
  }

  /** @throws ProblemError: 401, 429 or 503 */
  async admit(token: string, address: string): Promise<Admitted> {
    const { callers, pool } = this.options
    if (isOverloaded(pool))
      throw new ProblemError({
        kind: 'unavailable',
        detail: 'Too much is going on just now. Nothing was done; send the same request again.',
        retryAfterSeconds: 1,
      })
    const expected = callers.lastSeen(token)
    // An address that guesses is turned away without a look at the database; whoever is known to have a good key is not (they may share it).
    const spent = expected ? null : this.misses.spent(address)
    if (spent) throw new ProblemError(tooMany(spent.resetSeconds))
    const [caller, early] = await Promise.all([
      callers.whoIs(token),
      expected ? this.perKey.take(expected) : null,
    ])
    if (!caller) throw new ProblemError(await this.missed(address))
    const quota = early ?? (await this.perKey.take(caller.keyId))
    if (!quota.allowed) throw new OverQuota(quota)
    if (!this.flights.enter(caller.keyId)) throw new ProblemError(tooMany(1))
    return { caller, quota, leave: () => this.flights.leave(caller.keyId) }
  }

  /** One answer for all of them: whether a token was ever good is nobody's business. */
  private async missed(address: string): Promise<Problem> {
    const { allowed, resetSeconds } = await this.misses.take(address)
    return allowed
      ? { kind: 'unauthorized', detail: 'This API key is not valid: it may have expired, or been revoked.' }
      : tooMany(resetSeconds)
  }
}

/** Beyond the quota of an API key: the answer tells the quota, too. */
export class OverQuota extends ProblemError {
  constructor(readonly quota: Quota) {
    super(tooMany(quota.resetSeconds))
  }
}

function tooMany(retryAfterSeconds: number): Problem {
  return {
    kind: 'rate-limited',
    detail: 'Too many requests. Wait, then send the same request again, with the same key.',
    retryAfterSeconds,
  }
}
