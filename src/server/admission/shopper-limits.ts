import type { EngineReply } from '@payonce/idempotency'
import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import type pg from 'pg'
import { orderRests } from '@/checkout/order-rest'
import { CallCounter } from './call-counter'
import type { CardTesting } from './card-testing'
import { InFlight } from './in-flight'

/*
 * The limits of the shopper's side, as parts of PAYONCE_SHOPPER_RATE_PER_MINUTE (600), so that one variable
 * moves them all. They are counted for an address, which may be an office's or a mobile network's, and for a
 * guest's cookie, which anybody can drop: the first bounds a stranger, the second keeps one window that runs
 * wild from using up what its neighbours share.
 */
const PARTS = {
  /** Calls a minute of one address: 600, a checkout page that waits asks 12 times a minute; 50 of them. */
  addressCalls: 1,
  /** Calls a minute of one guest: 300, ten times what a page with four windows sends. */
  guestCalls: 1 / 2,
  /** Orders a minute from one address: 60, a lecture hall that tries the test shop. */
  addressOrders: 1 / 10,
  /** Codes of receipts checked a minute from one address: 30, a bookkeeper with a pile of paper. A code has 48 bits. */
  addressVerifications: 1 / 20,
  /** Payments begun a minute from one address: 120, two a second. */
  addressBegins: 1 / 5,
  /** Payments begun a minute by one guest: 30, more than a person can. */
  guestBegins: 1 / 20,
  /** Declines in 10 minutes from one address: 50, more than a mobile network's share of one shop. */
  addressDeclines: 1 / 12,
  /** Declines in 10 minutes of one guest: 20, two orders that rest. */
  guestDeclines: 1 / 30,
  /**
   * Requests to `/api/auth` a minute from one address: 300, an office whose dashboards ask for their
   * sessions.
   */
  addressAuth: 1 / 2,
}

const MINUTE = 60
/** As long as an order rests. */
const DECLINE_WINDOW_SECONDS = 600
/** While a payment of theirs runs that may yet be declined: it ends soon. */
const RUNNING_WAIT_SECONDS = 5
/** Orders that are known to rest. 10,000: an order that is forgotten is refused by the database again. */
const RESTING_MAX = 10_000

/**
 * The sender of a call. `guest` is null without a cookie: a new one each time would be a new count each time.
 */
export interface Sender {
  address: string
  guest: string | null
}

export interface ShopperLimitsOptions {
  pool: pg.Pool
  perMinute: number
  cardTesting: Pick<CardTesting, 'declined' | 'isSuspected'>
  /** Called for each refusal, with the name of the limit. */
  onRefusal(limit: string): void
}

/**
 * Limits of the shopper's side: of calls, of orders, and of payments. Nothing here waits for the database;
 * see `CallCounter`. The limit of one order's declines is part of the order guard (checkout/pay.ts), where it
 * holds exactly; this class only remembers its refusals, so that a flood costs no claim.
 */
export class ShopperLimits {
  private readonly calls: Counters
  private readonly begins: Counters
  private readonly declines: Counters
  private readonly orders: CallCounter
  private readonly verifications: CallCounter
  private readonly auth: CallCounter
  private readonly running = new InFlight(Number.POSITIVE_INFINITY)
  private readonly resting = new Map<string, number>()

  constructor(private readonly options: ShopperLimitsOptions) {
    const counter = (name: keyof typeof PARTS, windowSeconds: number, shareFrom?: number) =>
      new CallCounter({
        pool: options.pool,
        name,
        max: Math.max(1, Math.floor(options.perMinute * PARTS[name])),
        windowSeconds,
        ...(shareFrom ? { shareFrom } : {}),
      })
    this.calls = { address: counter('addressCalls', MINUTE), guest: counter('guestCalls', MINUTE) }
    this.begins = { address: counter('addressBegins', MINUTE), guest: counter('guestBegins', MINUTE) }
    // Declines are few and worth a row each, so that every process knows them.
    this.declines = {
      address: counter('addressDeclines', DECLINE_WINDOW_SECONDS, 1),
      guest: counter('guestDeclines', DECLINE_WINDOW_SECONDS, 1),
    }
    this.orders = counter('addressOrders', MINUTE)
    this.verifications = counter('addressVerifications', MINUTE)
    this.auth = counter('addressAuth', MINUTE)
  }

  /**
   * Counts one call: of a procedure, however many came in one HTTP request, or of a form.
   * @throws ProblemError `rate-limited`
   */
  call(sender: Sender): void {
    const retryAfterSeconds = this.reported('calls', takeBoth(this.calls, sender))
    if (retryAfterSeconds === 0) return
    const detail = 'Too many requests. Wait, then send the same request again under the same key.'
    throw new ProblemError({ kind: 'rate-limited', detail, retryAfterSeconds })
  }

  /** Counts an order that a form places. @returns 0, or the seconds until the next one may be placed */
  orderWait(address: string): number {
    return this.reported('orders', this.orders.take(address))
  }

  /** Counts a check of a receipt's code. @returns 0, or the seconds until the next one */
  verificationWait(address: string): number {
    return this.reported('verifications', this.verifications.take(address))
  }

  /** Counts a request to `/api/auth`. @returns 0, or the seconds until the next one */
  authWait(address: string): number {
    return this.reported('auth', this.auth.take(address))
  }

  /** One request to pay. `end` must be called with its reply, or null when there is none. */
  payment(of: Sender & { merchantId: string; orderId: string }): {
    notNow(): Problem | null
    end(reply: EngineReply | null): void
  } {
    let begun = false
    return {
      // A request that waits for another one is asked again before each claim; it counts once.
      notNow: () => {
        if (begun) return null
        const refusal = this.refusalOf(of)
        if (refusal) return refusal
        begun = true
        this.running.enter(of.address)
        return null
      },
      end: (reply) => {
        if (!begun) return
        this.running.leave(of.address)
        this.learnFrom(reply, of)
      },
    }
  }

  private refusalOf(of: Sender & { merchantId: string; orderId: string }): Problem | null {
    const rests = Math.ceil(((this.resting.get(of.orderId) ?? 0) - performance.now()) / 1_000)
    if (rests > 0) return this.refusal(orderRests(rests), 'order')
    const declined = waitBoth(this.declines, of) || this.waitForRunning(of.address)
    if (declined > 0) return this.refusal(tooMany(declined, 'address'), 'declines')
    const tried = this.declines.address.countOf(of.address) + guestCount(this.declines, of)
    // Somebody tries stolen cards here. One card each goes on, so that nobody can close the shop.
    if (tried > 0 && this.options.cardTesting.isSuspected(of.merchantId))
      return this.refusal(tooMany(DECLINE_WINDOW_SECONDS, 'shop'), 'card-testing')
    const paced = takeBoth(this.begins, of)
    return paced > 0 ? this.refusal(tooMany(paced, 'address'), 'payments') : null
  }

  /** Payments that run count as declines until they end, so that a hundred at once are no way round. */
  private waitForRunning(address: string): number {
    const max = Math.max(1, Math.floor(this.options.perMinute * PARTS.addressDeclines))
    const expected = this.declines.address.countOf(address) + this.running.countOf(address)
    return expected >= max ? RUNNING_WAIT_SECONDS : 0
  }

  private learnFrom(reply: EngineReply | null, of: Sender & { merchantId: string; orderId: string }): void {
    if (reply?.kind === 'problem' && reply.problem.kind === 'too-many-attempts') {
      this.options.onRefusal('order')
      if (this.resting.size >= RESTING_MAX) this.resting.delete(this.resting.keys().next().value as string)
      this.resting.set(of.orderId, performance.now() + (reply.problem.retryAfterSeconds ?? 0) * 1_000)
    }
    if (reply?.kind !== 'answer' || reply.outcome !== 'executed') return
    if (reply.answer.problem !== 'payment-declined') return
    this.declines.address.add(of.address)
    if (of.guest) this.declines.guest.add(of.guest)
    void this.options.cardTesting.declined(of.merchantId)
  }

  private refusal(problem: Problem, limit: string): Problem {
    this.options.onRefusal(limit)
    return problem
  }

  private reported(limit: string, waitSeconds: number): number {
    if (waitSeconds > 0) this.options.onRefusal(limit)
    return waitSeconds
  }
}

interface Counters {
  address: CallCounter
  guest: CallCounter
}

function waitBoth({ address, guest }: Counters, of: Sender): number {
  return Math.max(address.waitOf(of.address), of.guest ? guest.waitOf(of.guest) : 0)
}

/** Counts for the address and the guest, unless either has none left. */
function takeBoth(counters: Counters, of: Sender): number {
  const wait = waitBoth(counters, of)
  if (wait > 0) return wait
  counters.address.add(of.address)
  if (of.guest) counters.guest.add(of.guest)
  return 0
}

function guestCount({ guest }: Counters, of: Sender): number {
  return of.guest ? guest.countOf(of.guest) : 0
}

function tooMany(retryAfterSeconds: number, limit: 'address' | 'shop'): Problem {
  return {
    kind: 'too-many-attempts',
    detail:
      'Too many payments were tried. This request charged nothing. Wait, then send the same request again.',
    retryAfterSeconds,
    facts: { limit },
  }
}
