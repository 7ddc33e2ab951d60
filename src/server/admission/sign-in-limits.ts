import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type pg from 'pg'
import type { RateLimiterRes } from 'rate-limiter-flexible'
import { LimitCount } from './limit-count'

/*
 * Sign-ins are limited by three counts of tries that failed. They live in the table `rate_limit`: all
 * processes share them, and a restart forgets nothing. With the database away each process counts in its own
 * memory (but then nobody can be signed in either).
 *
 * - An account from one address: 5 tries are free, then each costs a wait that doubles, up to 15 minutes. It
 *   is strict, since it touches nobody but that address.
 * - An account from all addresses together: 20 tries are free, then one at a time, with a wait of 60 s at
 *   most. It is mild, since a stranger can cause it. And it does not touch a browser that has signed in to
 *   this account before (a signed cookie, as in OWASP's "device cookies"): however many addresses a stranger
 *   has, the right operator gets in.
 * - An address with all accounts: 30 failed tries in 10 minutes, so that one password is not tried on
 *   everybody.
 *
 * A try counts as failed before its password is checked, and is taken back when it was right: a hundred at
 * once are no way round. Nothing depends on whether the account exists, so the answers do not tell.
 */

/** Free tries of one account from one address. 5: a person mistypes twice and has two passwords in mind. */
export const PAIR_FREE = 5
const PAIR_FIRST_WAIT_SECONDS = 15
/** 15 minutes: some 100 guesses a day. */
const PAIR_WAIT_MAX_SECONDS = 900
/** Free tries of one account from all addresses. 20: four people who forgot it at once. */
export const ACCOUNT_FREE = 20
const ACCOUNT_FIRST_WAIT_SECONDS = 2
/** 60 s: 1,440 guesses a day whatever the number of addresses, against passwords of 12 characters. */
const ACCOUNT_WAIT_MAX_SECONDS = 60
/** Failed tries are remembered for a day after the first. */
const REMEMBERED_SECONDS = 24 * 3600
/**
 * Failed tries of one address in 10 minutes, whatever the account: an office that comes back from its
 * holidays.
 */
export const ADDRESS_MAX = 30
const ADDRESS_WINDOW_SECONDS = 600

export interface SignIn {
  email: string
  address: string
  cookie: string | null
}

/** A sign-in that may be tried. */
export interface AllowedSignIn {
  allowed: true
  /**
   * To be called when the password was right. @returns the cookie by which this browser is known from now on
   */
  succeeded(): Promise<string>
}

export interface SignInLimitsOptions {
  pool: pg.Pool
  /** Signs the cookie of known browsers. */
  secret: string
  onRefusal(limit: string): void
}

export class SignInLimits {
  private readonly pairs: LimitCount
  private readonly accounts: LimitCount
  private readonly addresses: LimitCount
  /** One entry for each wait: who gets to set it is the one try that is let through. */
  private readonly waits: LimitCount

  constructor(private readonly options: SignInLimitsOptions) {
    const counter = (name: string, points: number, windowSeconds: number) =>
      new LimitCount({ pool: options.pool, name, points, windowSeconds, countAlone: true })
    this.pairs = counter('sign-in-pair', PAIR_FREE, REMEMBERED_SECONDS)
    this.accounts = counter('sign-in-account', ACCOUNT_FREE, REMEMBERED_SECONDS)
    this.addresses = counter('sign-in-address', ADDRESS_MAX, ADDRESS_WINDOW_SECONDS)
    this.waits = counter('sign-in-wait', 1, PAIR_WAIT_MAX_SECONDS)
  }

  /** @returns whether the password may be checked now, else the seconds to wait */
  async begin({
    email,
    address,
    cookie,
  }: SignIn): Promise<AllowedSignIn | { allowed: false; waitSeconds: number }> {
    const account = accountOf(email)
    const pair = `${account}@${address}`
    const known = isKnownBrowser(cookie, account, this.options.secret)
    const counts = [
      { limit: 'sign-in-pair', id: pair, in: this.pairs, wait: waitForPair },
      ...(known ? [] : [{ limit: 'sign-in-account', id: account, in: this.accounts, wait: waitForAccount }]),
    ]
    const refused = async () => {
      for (const { limit, id } of counts) {
        const seconds = secondsLeft(await this.waits.get(id))
        if (seconds > 0) return this.refuse(limit, seconds)
      }
      const { remainingPoints = 1, msBeforeNext = 0 } = (await this.addresses.get(address)) ?? {}
      return remainingPoints <= 0 ? this.refuse('sign-in-address', Math.ceil(msBeforeNext / 1_000)) : null
    }
    const early = await refused()
    if (early) return early
    await this.addresses.penalty(address)
    for (const { limit, id, in: counter, wait } of counts) {
      const { consumedPoints } = await counter.penalty(id)
      const seconds = wait(consumedPoints)
      if (seconds === 0) continue
      // Of the tries that come at once, the first begins the wait and goes on; the others are within it.
      const other = await this.waits.consume(id, 1, { customDuration: seconds }).then(
        () => null,
        (inWait: RateLimiterRes | Error) => ('msBeforeNext' in inWait ? inWait : null),
      )
      if (other) return this.refuse(limit, Math.ceil(other.msBeforeNext / 1_000))
    }
    return { allowed: true, succeeded: () => this.succeeded(account, pair, address) }
  }

  private async succeeded(account: string, pair: string, address: string): Promise<string> {
    await Promise.all([
      this.pairs.delete(pair),
      this.waits.delete(pair),
      this.accounts.reward(account),
      this.addresses.reward(address),
    ])
    return `${account}.${sign(account, this.options.secret)}`
  }

  private refuse(limit: string, seconds: number): { allowed: false; waitSeconds: number } {
    this.options.onRefusal(limit)
    return { allowed: false, waitSeconds: Math.max(1, seconds) }
  }
}

/** @param failed tries that failed, this one included */
export function waitForPair(failed: number): number {
  return doubling(failed - PAIR_FREE, PAIR_FIRST_WAIT_SECONDS, PAIR_WAIT_MAX_SECONDS)
}

/** @param failed tries that failed, this one included */
export function waitForAccount(failed: number): number {
  return doubling(failed - ACCOUNT_FREE, ACCOUNT_FIRST_WAIT_SECONDS, ACCOUNT_WAIT_MAX_SECONDS)
}

function doubling(over: number, first: number, max: number): number {
  return over <= 0 ? 0 : Math.min(max, first * 2 ** Math.min(over - 1, 20))
}

function secondsLeft(wait: RateLimiterRes | null): number {
  return wait && wait.consumedPoints > 0 ? Math.ceil(wait.msBeforeNext / 1_000) : 0
}

/** The account in the table and in the cookie: a hash, since neither is a place for e-mail addresses. */
function accountOf(email: string): string {
  return createHash('sha256').update(email.trim().toLowerCase()).digest('base64url')
}

function isKnownBrowser(cookie: string | null, account: string, secret: string): boolean {
  const given = Buffer.from(cookie ?? '')
  const expected = Buffer.from(`${account}.${sign(account, secret)}`)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function sign(account: string, secret: string): string {
  return createHmac('sha256', secret).update(account).digest('base64url')
}
