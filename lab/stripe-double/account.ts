import type Stripe from 'stripe'
import { CARDS, type TestCard } from './cards'
import type { Dispute } from './disputes'
import { Events } from './events'
import {
  type Balance,
  type Charge,
  cardError,
  feeOf,
  type Intent,
  type NewBalance,
  type NewIntent,
  newBalance,
  newCharge,
  newIntent,
  newRefund,
  type Refund,
} from './objects'
import type { Payout } from './payouts'
import type { StripeErrorBody } from './problem'
import { notFound, StripeProblem } from './problem'

/** Time for which a request waits for an object that another one changes, in ms; then it gets 429 `lock_timeout`. */
const LOCK_WAIT_MS = 1_000

/** Money and objects of the one account that the double has, and what may be done with them. Lists are oldest first here. */
export class Account {
  readonly intents: Intent[] = []
  readonly charges: Charge[] = []
  readonly refunds: Refund[] = []
  readonly balances: Balance[] = []
  readonly payouts: Payout[] = []
  readonly disputes: Dispute[] = []
  readonly events: Events
  /** How long a card's bank takes to answer, in ms. */
  bankMs = 0
  /** How far its clock is ahead of ours, in ms: what happens weeks later happens now. */
  aheadMs = 0
  /** True: the fee of a charge comes later, by `settleFees`. */
  lateFees = false
  private readonly methods = new Map<string, TestCard>()
  private readonly locks = new Map<string, Promise<unknown>>()

  /** @param now the clock, in ms */
  constructor(
    private readonly pageUrl: (intentId: string) => string,
    private readonly now: () => number = Date.now,
  ) {
    this.events = new Events(() => this.seconds())
  }

  seconds(): number {
    return Math.floor((this.now() + this.aheadMs) / 1_000)
  }

  createIntent(intent: Omit<NewIntent, 'created'>): Intent {
    const made = newIntent({ ...intent, created: this.seconds() })
    this.intents.push(made)
    this.events.emit('payment_intent.created', made)
    return made
  }

  intent(id: string): Intent {
    const found = this.intents.find((one) => one.id === id)
    if (!found) throw notFound('payment_intent', id)
    return found
  }

  charge(id: string, param?: string): Charge {
    const found = this.charges.find((one) => one.id === id)
    if (!found) throw notFound('charge', id, param)
    return found
  }

  confirm(
    id: string,
    method: string | undefined,
    returnUrl: string | undefined,
    captureMethod?: Intent['capture_method'],
  ): Promise<Intent> {
    return this.locked(id, async () => {
      const intent = this.intent(id)
      if (intent.status !== 'requires_payment_method' && intent.status !== 'requires_confirmation')
        throw unexpectedState(intent, 'confirm')
      const card = this.cardOf(method)
      if (this.bankMs > 0) await new Promise((resolve) => setTimeout(resolve, this.bankMs))
      intent.payment_method = method ?? null
      intent.capture_method = captureMethod ?? intent.capture_method
      if (card.result === 'approve') this.succeed(intent, card)
      else if (card.result === 'challenge') this.challenge(intent, card, returnUrl)
      else this.decline(intent, card)
      return intent
    })
  }

  /** Charges what was reserved, or a part of it: once, and the rest is released. */
  capture(id: string, amount?: number): Promise<Intent> {
    return this.locked(id, async () => {
      const intent = this.intent(id)
      if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'capture')
      const part = amount ?? intent.amount_capturable
      if (part < 1) throw invalid('parameter_invalid_integer', 'Invalid amount.', 'amount_to_capture')
      if (part > intent.amount_capturable)
        throw invalid('amount_too_large', 'More than is capturable.', 'amount_to_capture')
      const charge = this.charge(intent.latest_charge ?? '')
      charge.captured = true
      charge.amount_captured = part
      // Stripe counts what it releases as refunded. No money has moved for it.
      charge.amount_refunded = charge.amount - part
      if (!this.lateFees) this.settle(charge)
      intent.status = 'succeeded'
      intent.amount_capturable = 0
      intent.amount_received = part
      this.events.emit('charge.captured', charge)
      this.events.emit('payment_intent.succeeded', intent)
      return intent
    })
  }

  cancel(id: string): Promise<Intent> {
    return this.locked(id, async () => {
      const intent = this.intent(id)
      if (!/^requires_(payment_method|confirmation|action|capture)$/.test(intent.status))
        throw unexpectedState(intent, 'cancel')
      this.end(intent, 'abandoned')
      return intent
    })
  }

  /** Stripe ends an authorisation that nobody has captured in its time. */
  expire(id: string): Promise<void> {
    return this.locked(id, async () => {
      const intent = this.intent(id)
      if (intent.status !== 'requires_capture') throw unexpectedState(intent, 'expire')
      const charge = this.end(intent, 'automatic')
      if (charge) this.events.emit('charge.expired', charge)
    })
  }

  /** @returns the charge that was only reserved, and is released */
  private end(intent: Intent, reason: Stripe.PaymentIntent.CancellationReason): Charge | null {
    const reserved = intent.status === 'requires_capture' ? this.charge(intent.latest_charge ?? '') : null
    if (reserved) {
      reserved.refunded = true
      reserved.amount_refunded = reserved.amount
    }
    intent.status = 'canceled'
    intent.amount_capturable = 0
    intent.canceled_at = this.seconds()
    intent.cancellation_reason = reason
    intent.next_action = null
    this.events.emit('payment_intent.canceled', intent)
    return reserved
  }

  /** The shopper's answer on the page of a challenge. @returns false when it comes too late */
  answerChallenge(id: string, passed: boolean): Promise<boolean> {
    return this.locked(id, async () => {
      const intent = this.intent(id)
      const card = this.methods.get(id)
      if (intent.status !== 'requires_action' || !card) return false
      intent.next_action = null
      if (passed) this.succeed(intent, card)
      else this.failAuthentication(intent, card)
      return true
    })
  }

  refund(chargeId: string, amount: number, metadata: Record<string, string>): Promise<Refund> {
    return this.locked(chargeId, async () => {
      const charge = this.charge(chargeId, 'charge')
      if (!charge.captured) throw invalid(undefined, `Charge ${chargeId} has not been captured.`)
      const left = charge.amount - charge.amount_refunded
      if (left === 0)
        throw invalid('charge_already_refunded', `Charge ${chargeId} has already been refunded.`)
      if (amount > left)
        throw invalid(
          undefined,
          `Refund amount (${amount}) is greater than unrefunded amount on charge (${left})`,
        )
      if (amount < 1)
        throw invalid('parameter_invalid_integer', 'This value must be greater than or equal to 1.')
      const refund = newRefund(charge, { amount, metadata, created: this.seconds() })
      charge.amount_refunded += amount
      charge.refunded = charge.amount_refunded === charge.amount
      const { currency, id: source } = refund
      refund.balance_transaction = this.move({ type: 'refund', amount: -amount, currency, source })
      this.refunds.push(refund)
      this.events.emit('refund.created', refund)
      this.events.emit('charge.refunded', charge)
      return refund
    })
  }

  /** Moves money of the account. @returns the id of the balance transaction */
  move(moved: Omit<NewBalance, 'created'>): string {
    const balance = newBalance({ ...moved, created: this.seconds() })
    this.balances.push(balance)
    return balance.id
  }

  /** Gives each charge that waits for it its fee, as `automatic_async` capture does some time later. */
  settleFees(): void {
    for (const charge of this.charges)
      if (charge.captured && charge.balance_transaction === null) this.settle(charge)
  }

  private cardOf(method: string | undefined): TestCard {
    const card = method !== undefined && Object.hasOwn(CARDS, method) ? CARDS[method] : undefined
    if (!card) throw notFound('PaymentMethod', method ?? '', 'payment_method')
    return card
  }

  private succeed(intent: Intent, card: TestCard): void {
    const charge = newCharge(intent, card, this.seconds())
    this.charges.push(charge)
    intent.latest_charge = charge.id
    intent.last_payment_error = null
    if (!charge.captured) {
      intent.status = 'requires_capture'
      intent.amount_capturable = intent.amount
      this.events.emit('charge.succeeded', charge)
      this.events.emit('payment_intent.amount_capturable_updated', intent)
      return
    }
    if (!this.lateFees) this.settle(charge)
    intent.status = 'succeeded'
    intent.amount_received = intent.amount
    this.events.emit('charge.succeeded', charge)
    this.events.emit('payment_intent.succeeded', intent)
  }

  private settle(charge: Charge): void {
    const { amount_captured: amount, currency, id: source } = charge
    charge.balance_transaction = this.move({ type: 'charge', amount, fee: feeOf(amount), currency, source })
    if (this.lateFees) this.events.emit('charge.updated', charge)
  }

  private challenge(intent: Intent, card: TestCard, returnUrl: string | undefined): void {
    if (returnUrl === undefined)
      throw invalid('parameter_missing', 'A return_url must be provided.', 'return_url')
    this.methods.set(intent.id, card)
    intent.status = 'requires_action'
    intent.next_action = {
      type: 'redirect_to_url',
      redirect_to_url: { url: this.pageUrl(intent.id), return_url: returnUrl },
    }
    this.events.emit('payment_intent.requires_action', intent)
  }

  /** Keeps the failed charge, and leaves the intent open for another card, as Stripe does. */
  private decline(intent: Intent, card: TestCard): never {
    const charge = newCharge(intent, card, this.seconds())
    this.charges.push(charge)
    const error = cardError(card, this.seconds())
    intent.status = 'requires_payment_method'
    intent.latest_charge = charge.id
    intent.last_payment_error = error
    this.events.emit('charge.failed', charge)
    this.events.emit('payment_intent.payment_failed', intent)
    throw new StripeProblem(402, { ...error, payment_intent: intent }, true)
  }

  private failAuthentication(intent: Intent, card: TestCard): void {
    intent.status = 'requires_payment_method'
    intent.last_payment_error = {
      ...cardError(card, this.seconds()),
      type: 'invalid_request_error',
      code: 'payment_intent_authentication_failure',
    }
    this.events.emit('payment_intent.payment_failed', intent)
  }

  /** One request at a time for each object; those that wait too long are told so. */
  private async locked<T>(id: string, act: () => Promise<T>): Promise<T> {
    const before = this.locks.get(id) ?? Promise.resolve()
    let gaveUp = false
    const turn = before.then(() => (gaveUp ? Promise.reject(lockTimeout()) : act()))
    this.locks.set(
      id,
      turn.catch(() => undefined),
    )
    let timer: NodeJS.Timeout | undefined
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        gaveUp = true
        reject(lockTimeout())
      }, LOCK_WAIT_MS)
    })
    void before.then(() => clearTimeout(timer))
    turn.catch(() => undefined)
    timeout.catch(() => undefined)
    return Promise.race([turn, timeout])
  }
}

function invalid(code: StripeErrorBody['code'] | undefined, message: string, param?: string): StripeProblem {
  return new StripeProblem(400, {
    type: 'invalid_request_error',
    ...(code ? { code } : {}),
    ...(param ? { param } : {}),
    message,
  })
}

/** Saved under the key or not is not documented: saved is the harder case for a client. */
function unexpectedState(intent: Intent, verb: string): StripeProblem {
  return new StripeProblem(
    400,
    {
      type: 'invalid_request_error',
      code: 'payment_intent_unexpected_state',
      message: `You cannot ${verb} this PaymentIntent because it has a status of ${intent.status}.`,
      payment_intent: intent,
    },
    true,
  )
}

function lockTimeout(): StripeProblem {
  return new StripeProblem(429, {
    type: 'invalid_request_error',
    code: 'lock_timeout',
    message: 'This object cannot be accessed right now because another API request is accessing it.',
  })
}
