import type Stripe from 'stripe'
import type { Db } from '@/platform/db'
import type { Call } from '../calls'
import { intentStore } from '../intents'
import { KEY } from '../outcome'
import { cancelIntent } from '../requests'
import type { InboxAccount } from './account'
import { subjectOf } from './event'
import { type OurPayment, type OurRefund, paymentOfKey, refundOfKey } from './ours'
import type { ClaimedEvent, EventEnd } from './queue'
import { Objects, whyNot } from './requests'

/** What our books say, for people. */
const PAYMENT: Record<OurPayment['status'], string> = {
  sending: 'our payment is being sent still',
  unknown: 'our payment is in doubt still',
  requires_action: 'our payment waits for the shopper still',
  authorised: 'our payment is authorised still',
  succeeded: 'our payment has succeeded',
  declined: 'our payment was declined',
  not_charged: 'our payment was not charged',
  voided: 'our payment was voided',
}
const REFUND: Record<OurRefund['status'], string> = {
  sending: 'our refund is being sent still',
  unknown: 'our refund is in doubt still',
  succeeded: 'our refund has succeeded',
  failed: 'our refund has failed',
}

export interface ApplyDeps {
  db: Db
  /** Asks the bank now what became of a payment or refund in doubt, as the resolver would. Resolves when that is committed, or was of no use. */
  recheck(record: { merchantId: string; recordId: string }): Promise<void>
  /** Asks the bank how an authorisation of ours has ended, once it has: it is void, or captured, there. Resolves as `recheck` does. */
  recheckEnd(payment: { merchantId: string; id: string }): Promise<void>
  /** Has a dispute looked at in the next comparison. */
  hintDispute(ref: string): Promise<void>
  /** Compares the bank's movements of money with the ledger now: they book what a refund that failed later has brought back. */
  reconcileMoney(): Promise<unknown>
  /** Something that a person must see: the books or Stripe are wrong. */
  onAlert(event: ClaimedEvent, reason: string): void
  /** Time for all requests to Stripe about one batch, in ms. */
  timeoutMs: number
}

/** Keys that we give to Stripe: ids of our payments and refunds. Other metadata of that name is somebody else's. */
const OUR_KEY = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** Keys under which surplus charges are given back (reconciler/surplus.ts). */
const SURPLUS_KEY = /^surplus:/

/**
 * Does what events ask for: to look again. An event moves no money. What it says is compared with our books, and where the two differ Stripe is
 * asked for the object, and our payment or refund goes the way on which doubts end anyway. So an event that is lost, repeated, late, out of order
 * or untrue costs requests, never money.
 *
 * One instance for each batch of one account: several events about one object are one request.
 */
export class Applier {
  private readonly objects: Objects
  private readonly deadline: ReturnType<InboxAccount['calls']['deadline']>
  private moneyRead: Promise<unknown> | null = null

  constructor(
    private readonly deps: ApplyDeps,
    private readonly account: InboxAccount,
  ) {
    this.deadline = account.calls.deadline(deps.timeoutMs)
    this.objects = new Objects(account.calls, this.deadline)
  }

  async apply(event: ClaimedEvent): Promise<EventEnd> {
    const { objectId } = event
    const subject = objectId === null ? null : subjectOf(event.type)
    switch (subject) {
      case null:
        return { state: 'ignored', reason: 'of no use here' }
      case 'intent':
      case 'charge':
        return this.payment(event, objectId ?? '', subject)
      case 'refund':
        return this.refund(event, objectId ?? '')
      case 'dispute':
        await this.deps.hintDispute(objectId ?? '')
        await this.reconcileMoney()
        return applied('the dispute was asked for, and the bank’s movements of money were read')
      case 'money':
        await this.reconcileMoney()
        return applied('the bank’s movements of money were read')
    }
  }

  private async payment(event: ClaimedEvent, id: string, subject: 'intent' | 'charge'): Promise<EventEnd> {
    const { db } = this.deps
    const told = event.gatewayKey === null ? null : await this.ofOurs(paymentOfKey(db, event.gatewayKey))
    if (told === 'foreign') return FOREIGN
    if (told && saysTheSame(event, told)) return applied(`${PAYMENT[told.status]}, as the event says`)
    const object: Call<Stripe.PaymentIntent | Stripe.Charge> = await this.objects[subject](id)
    if (object.kind !== 'answered') return { state: 'failing', reason: whyNot(object) }
    const but = this.contradiction(event, object.value)
    const key = object.value.metadata?.[KEY] ?? ''
    if (!OUR_KEY.test(key)) return { state: 'stray', reason: 'made by somebody else in this account' }
    const payment = await this.ofOurs(paymentOfKey(db, key))
    if (payment === 'foreign') return FOREIGN
    if (!payment) return { state: 'waiting', reason: 'its payment is not in our books yet' }
    const intent = object.value.object === 'payment_intent' ? object.value : null
    if (isSettled(payment)) return applied(`${await this.afterTheEnd(payment, key, intent)}${but}`)
    if (payment.status === 'authorised' && isReserved(object.value))
      return applied(`the amount is reserved, as our books say${but}`)
    if (payment.status === 'authorised') await this.deps.recheckEnd(payment)
    else await this.deps.recheck(payment)
    const now = (await paymentOfKey(db, key)) ?? payment
    if (now.status === 'authorised' && isReserved(object.value))
      return applied(`the amount is reserved${but}`)
    if (isSettled(now)) return applied(`${await this.afterTheEnd(now, key, intent)}${but}`)
    if (intent?.status === 'requires_action' && now.status === 'requires_action')
      return applied(`the shopper is asked by their bank${but}`)
    return { state: 'waiting', reason: `${PAYMENT[now.status]}${but}` }
  }

  /** What a key leads to, unless the account is one merchant's own and it is another's: a merchant writes into their account what they like. */
  private async ofOurs<T extends { merchantId: string }>(
    found: Promise<T | null>,
  ): Promise<T | null | 'foreign'> {
    const one = await found
    const { merchantId } = this.account
    return one && merchantId !== null && one.merchantId !== merchantId ? 'foreign' : one
  }

  /** The payment has ended. An intent beside the one in its row, which a dead process has left open, is cancelled for good. */
  private async afterTheEnd(
    payment: OurPayment,
    key: string,
    intent: Stripe.PaymentIntent | null,
  ): Promise<string> {
    const words = PAYMENT[payment.status]
    if (!intent || !/^requires_(payment_method|confirmation|action)$/.test(intent.status)) return words
    const row = await intentStore(this.deps.db).find(key)
    // The gateway itself sees to the intent of its row.
    if (row?.intentId === intent.id) return words
    const cancelled = await cancelIntent(this.account.calls, this.deadline, intent.id)
    return cancelled.kind === 'answered' ? `an intent left open was cancelled; ${words}` : words
  }

  private async refund(event: ClaimedEvent, id: string): Promise<EventEnd> {
    const { db } = this.deps
    const told = event.gatewayKey === null ? null : await this.ofOurs(refundOfKey(db, event.gatewayKey))
    if (told === 'foreign') return FOREIGN
    if (told && saysTheSame(event, told)) return applied(`${REFUND[told.status]}, as the event says`)
    const object = await this.objects.refund(id)
    if (object.kind !== 'answered') return { state: 'failing', reason: whyNot(object) }
    const but = this.contradiction(event, object.value)
    const key = object.value.metadata?.[KEY] ?? ''
    const failed = object.value.status === 'failed' || object.value.status === 'canceled'
    if (SURPLUS_KEY.test(key)) return this.ofSurplus(event, failed)
    if (!OUR_KEY.test(key))
      return { state: 'stray', reason: 'a refund made elsewhere: the reconciliation of money has it' }
    const refund = await this.ofOurs(refundOfKey(db, key))
    if (refund === 'foreign') return FOREIGN
    if (!refund) return { state: 'waiting', reason: 'its refund is not in our books yet' }
    if (refund.status !== 'sending' && refund.status !== 'unknown')
      return this.ofEnded(event, refund, { id, failed, but })
    await this.deps.recheck(refund)
    const now = (await refundOfKey(db, key)) ?? refund
    return now.status === 'sending' || now.status === 'unknown'
      ? { state: 'waiting', reason: `${REFUND[now.status]}${but}` }
      : this.ofEnded(event, now, { id, failed, but })
  }

  private async ofEnded(
    event: ClaimedEvent,
    refund: OurRefund,
    { id, failed, but }: { id: string; failed: boolean; but: string },
  ): Promise<EventEnd> {
    const { status, gatewayRef } = refund
    if (status === 'succeeded' && failed && gatewayRef === id) {
      await this.reconcileMoney()
      return applied(
        `it failed at the card’s bank: what came back is booked as the bank’s movements say${but}`,
      )
    }
    if (status === 'failed' && !failed) {
      const reason = 'Stripe has a refund that our books call failed'
      this.deps.onAlert(event, reason)
      return { state: 'stray', reason }
    }
    return applied(`${REFUND[status]}${but}`)
  }

  /** Once for each batch, however many of its events are about money. */
  private reconcileMoney(): Promise<unknown> {
    this.moneyRead ??= this.deps.reconcileMoney()
    return this.moneyRead
  }

  private ofSurplus(event: ClaimedEvent, failed: boolean): EventEnd {
    if (!failed) return applied('it gives back a surplus charge')
    const reason = 'the refund of a surplus charge failed at the card’s bank'
    this.deps.onAlert(event, reason)
    return { state: 'stray', reason }
  }

  /** The object counts, whatever the event said of it. That the two differ is told: somebody may have our secret. */
  private contradiction(
    event: ClaimedEvent,
    { amount, currency }: { amount: number; currency: string },
  ): string {
    const { facts } = event
    const same = (said: unknown, is: unknown) => said === undefined || said === is
    if (same(facts.amount, amount) && same(facts.currency, currency)) return ''
    const reason = `the event said ${facts.amount} ${facts.currency}, Stripe says ${amount} ${currency}`
    this.deps.onAlert(event, reason)
    return `; ${reason}`
  }
}

/** The event says what our books say already: then there is nothing to ask. Of an end that went well only; whatever else it says is looked into. */
function saysTheSame(
  { facts, objectId, type }: ClaimedEvent,
  { status, amount, currency, gatewayRef }: OurPayment | OurRefund,
): boolean {
  const ref = type.startsWith('payment_intent.') ? facts.latest_charge : objectId
  return (
    status === 'succeeded' &&
    facts.status === 'succeeded' &&
    gatewayRef !== null &&
    ref === gatewayRef &&
    facts.amount === Number(amount) &&
    facts.currency === currency.toLowerCase()
  )
}

function isSettled({ status }: OurPayment): boolean {
  return status === 'succeeded' || status === 'declined' || status === 'not_charged' || status === 'voided'
}

/** Stripe holds the amount, and nobody has captured or released it. */
function isReserved(object: Stripe.PaymentIntent | Stripe.Charge): boolean {
  return object.object === 'payment_intent'
    ? object.status === 'requires_capture'
    : object.status === 'succeeded' && !object.captured && !object.refunded
}

const FOREIGN: EventEnd = { state: 'stray', reason: 'it names a key that is not of this account’s merchant' }

function applied(reason: string): EventEnd {
  return { state: 'applied', reason }
}
