import { pend, pendingLines } from '@/ledger/pending'
import { post } from '@/ledger/post'
import { capture } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { isCurrency, type Money } from '@/lib/money'
import type { Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import { insertAuthorisation } from './authorisation-store'
import type { Gateway, Outcome } from './gateway'
import type { PaymentStatus } from './payment'
import { type BegunPayment, movePayment, type PaymentChanges } from './store'
import type { WouldPost } from './would-do'

/**
 * What became of a payment's charge: the bank's answer, compared with what was asked. `approved` is of the payment's amount, or a part of it.
 * `not-charged`: the bank charged nothing and never will. `contradiction`: the answer cannot be true of this payment; asking again would
 * not help, so the record is parked for a person.
 */
export type ChargeOutcome =
  | (Omit<Approved, 'amountMinor' | 'currency'> & Part & { amountMinor?: never; currency?: never })
  | (Omit<Authorised, 'amountMinor' | 'currency'> & { amountMinor?: never; currency?: never })
  | Exclude<Outcome, { kind: 'approved' | 'authorised' | 'cancelled' }>
  /** `givenBack`: two admins have ended the payment, and what its key was charged is given back. */
  | { kind: 'not-charged'; givenBack?: true }
  /** `charged`: the bank names a charge, which is not the payment's. */
  | { kind: 'contradiction'; reason: string; charged?: true }

type Approved = Outcome & { kind: 'approved' }
/** Of what was authorised first less may have been captured, in minor units; undefined: the whole. */
interface Part {
  partMinor?: bigint | undefined
}
type Authorised = Outcome & { kind: 'authorised' }

/**
 * Asks the bank to charge. The key is the id of our own row, which the client's key determines, so the same request is the same charge,
 * whichever process sends it, and also after the database has lost the row. Until `keyAgeMs` reaches the bank's memory the request may be
 * sent again; from then on it is not.
 */
export async function charge(
  gateway: Gateway,
  payment: BegunPayment,
  returnUrl: string,
): Promise<ChargeOutcome> {
  if (mayBeForgotten(gateway, payment)) return KEY_FORGOTTEN
  const request = { ...requestOf(payment), method: payment.method, returnUrl }
  if (payment.captureMode === null) return compared(payment, await gateway.charge(request))
  // Refused before it is begun, so it is here only where the merchant's account changed meanwhile. Nothing was asked under this key.
  if (!gateway.authorisations) return { kind: 'not-charged' }
  return compared(payment, await gateway.charge({ ...request, capture: payment.captureMode }))
}

/**
 * Age at which a challenge that nobody has answered is withdrawn: a page that was left must not hold its order for ever. 20 minutes: the
 * simulated bank ends its own after 15, banks at Stripe's after about ten.
 */
const CHALLENGE_ENDS_MS = 20 * 60_000

/**
 * Asks the bank what became of a charge. `absent` counts only after the bank's processing time, and only while it remembers the key. Even
 * then we withdraw the request rather than conclude: a process that was stopped before it asked may wake much later, and its request must
 * never be carried out. A challenge that was left open is withdrawn too.
 */
export async function findCharge(gateway: Gateway, payment: BegunPayment): Promise<ChargeOutcome> {
  const found = await gateway.find(payment.gatewayKey)
  if (found.kind === 'challenge' && payment.ageMs > CHALLENGE_ENDS_MS)
    return compared(payment, await gateway.cancel(requestOf(payment)))
  if (found.kind !== 'absent') return compared(payment, found)
  if (mayBeForgotten(gateway, payment)) return KEY_FORGOTTEN
  if (payment.ageMs <= gateway.settlesWithinMs)
    return { kind: 'unknown', reason: 'the bank knows nothing of it yet' }
  return compared(payment, await gateway.cancel(requestOf(payment)))
}

function requestOf(payment: BegunPayment) {
  const { minor: amountMinor, currency } = moneyOf(payment)
  return { key: payment.gatewayKey, amountMinor, currency }
}

function moneyOf({ id, amount: minor, currency }: Pick<Settled, 'id' | 'amount' | 'currency'>): Money {
  if (!isCurrency(currency)) throw new Error(`payment ${id} has the unknown currency ${currency}`)
  return { minor, currency }
}

const KEY_FORGOTTEN: ChargeOutcome = {
  kind: 'contradiction',
  reason: 'the bank may have forgotten the key: that it knows nothing of it proves nothing',
}

/** Earlier than the bank forgets by `settlesWithinMs`: its memory may end between our question and its answer. */
function mayBeForgotten(gateway: Gateway, payment: BegunPayment): boolean {
  return payment.keyAgeMs > gateway.remembersForMs - gateway.settlesWithinMs
}

/** The payment's new status, and every write of the commit that settles it: row, event, posting. Pure but for the ids. */
export function settle(
  payment: BegunPayment,
  outcome: ChargeOutcome,
  newId: () => string,
): { status: PaymentStatus; writes: Write[] } {
  switch (outcome.kind) {
    case 'approved':
      return settleApproved(payment, outcome, newId)
    case 'authorised': {
      const { ref, cardLabel, captureBefore } = outcome
      const { status, writes } = settlePayment(payment, 'authorised', { cardLabel }, newId)
      const reserved = pend({
        merchantId: payment.merchantId,
        paymentId: payment.id,
        money: moneyOf(payment),
      })
      return { status, writes: [...writes, insertAuthorisation(payment, { ref, captureBefore }), reserved] }
    }
    case 'declined':
      return settlePayment(
        payment,
        'declined',
        { declineCode: outcome.code, cardLabel: outcome.cardLabel },
        newId,
      )
    case 'not-charged':
      return settlePayment(payment, 'not_charged', {}, newId)
    case 'challenge':
      return moveWith(payment, 'requires_action', { actionUrl: outcome.actionUrl })
    case 'unknown':
    case 'contradiction':
      return moveWith(payment, 'unknown', {})
  }
}

/**
 * The only way from a bank's answer to a `ChargeOutcome`. A charge of another amount or currency than we asked for is not this payment's:
 * money moved, and no rule of ours can book it (G8).
 */
function compared(payment: BegunPayment, outcome: Outcome): ChargeOutcome {
  if (outcome.kind === 'cancelled') return { kind: 'not-charged' }
  if (outcome.kind !== 'approved' && outcome.kind !== 'authorised') return outcome
  const { amountMinor, currency, ...found } = outcome
  // The database has forgotten the payment after a part of it was captured.
  if (found.kind === 'approved' && payment.captureMode !== null && isPart(payment, outcome))
    return { ...found, partMinor: amountMinor }
  const done = outcome.kind === 'approved' ? 'charged' : 'authorised'
  if (amountMinor !== payment.amount || currency !== payment.currency) {
    const reason = `the bank ${done} ${amountMinor} ${currency} as ${outcome.ref}, we asked for ${payment.amount} ${payment.currency}`
    return { kind: 'contradiction', reason, ...(done === 'charged' ? { charged: true } : {}) }
  }
  if (found.kind === 'authorised' && payment.captureMode === null)
    return { kind: 'contradiction', reason: `the bank authorised ${outcome.ref}, we asked it to charge` }
  return found
}

function isPart(
  payment: Settled,
  { amountMinor, currency }: Pick<Approved, 'amountMinor' | 'currency'>,
): boolean {
  return currency === payment.currency && amountMinor > 0n && amountMinor < payment.amount
}

/** What the writes of a settled payment are made of. */
type Settled = Pick<BegunPayment, 'merchantId' | 'id' | 'amount' | 'currency'>

/** The writes of a payment that was charged: at once, or by the capture of the whole or a part of its authorisation. */
export function settleApproved(
  payment: Settled,
  outcome: Pick<Approved, 'ref' | 'cardLabel' | 'feeMinor'> & Part,
  newId: () => string,
): { status: PaymentStatus; writes: Write[]; transactionId: string } {
  const { merchantId, id: paymentId } = payment
  const { partMinor } = outcome
  const charged = { ...payment, amount: partMinor ?? payment.amount }
  const description = `Card payment, ${outcome.cardLabel}`
  const posting = capture({
    merchantId,
    paymentId,
    money: moneyOf(charged),
    feeMinor: outcome.feeMinor,
    description,
  })
  const { ref: gatewayRef, cardLabel, feeMinor } = outcome
  const { status, writes } = settlePayment(
    payment,
    'succeeded',
    { gatewayRef, cardLabel, feeMinor, partMinor },
    newId,
  )
  const transactionId = newId()
  return { status, writes: [...writes, ...post(posting, transactionId)], transactionId }
}

/** The posting that a charge of the amount would make, or that what is reserved makes while it waits; the bank's fee is not known before its answer. */
export function wouldPost(
  merchantId: string,
  state: WouldPost['state'],
  minor: bigint,
  currency: string,
): WouldPost {
  if (state !== 'posted') return { state, kind: 'capture', currency, lines: pendingLines(minor) }
  const money = moneyOf({ id: 'of a dry run', amount: minor, currency })
  const { kind, lines } = capture({
    merchantId,
    paymentId: '',
    money,
    feeMinor: 0n,
    description: '',
  })
  return { state, kind, currency, lines, feeFrom: 'gateway_clearing' }
}

/** The payment's move, and the event of it. */
export function settlePayment(
  payment: Settled,
  status: PaymentStatus,
  settled: PaymentChanges,
  newId: () => string,
) {
  const { merchantId, id: subjectId, amount, currency } = payment
  const payload = {
    payment: showId('pay', subjectId),
    amount: Number(settled.partMinor ?? amount),
    ...(settled.partMinor === undefined ? {} : { amountAuthorised: Number(amount) }),
    currency,
    status,
    declineCode: settled.declineCode ?? null,
  }
  return {
    status,
    writes: [
      ...moveWith(payment, status, settled).writes,
      emit({ merchantId, id: newId(), type: `payment.${status}`, subjectId, payload }),
    ],
  }
}

function moveWith(payment: Settled, status: PaymentStatus, settled: PaymentChanges) {
  return { status, writes: [movePayment(payment, status, settled)] }
}
