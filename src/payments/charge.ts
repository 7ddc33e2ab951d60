import { post } from '@/ledger/post'
import { capture } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { isCurrency } from '@/lib/money'
import type { Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import type { Gateway, Outcome } from './gateway'
import type { PaymentStatus } from './payment'
import { type BegunPayment, movePayment, type PaymentChanges } from './store'

/**
 * How a charge stands: what the bank said, or that it has done nothing and will not. A contradiction is an answer that cannot be true of
 * this payment: asking again would not help, so people must look.
 */
export type ChargeOutcome =
  | Exclude<Outcome, { kind: 'cancelled' }>
  | { kind: 'not-charged' }
  | { kind: 'contradiction'; reason: string }

/**
 * Asks the bank to charge. The key is that of our own row, so this same request by anyone, ever, is the same charge: for as long as
 * the bank remembers the key, and after that it is not sent any more.
 */
export async function charge(gateway: Gateway, payment: BegunPayment): Promise<ChargeOutcome> {
  if (mayBeForgotten(gateway, payment)) return KEY_FORGOTTEN
  return agreeing(payment, await gateway.charge({ ...requestOf(payment), method: payment.method }))
}

/**
 * Asks the bank what became of a charge. That it knows nothing of it counts only after its processing time, and only while it remembers;
 * and then we withdraw the request rather than conclude: one that is still on its way, from a process that was stopped and wakes
 * much later, must find that it will never be carried out.
 */
export async function findCharge(gateway: Gateway, payment: BegunPayment): Promise<ChargeOutcome> {
  const found = await gateway.find(payment.gatewayKey)
  if (found.kind !== 'absent') return agreeing(payment, found)
  if (mayBeForgotten(gateway, payment)) return KEY_FORGOTTEN
  if (payment.ageMs <= gateway.settlesWithinMs)
    return { kind: 'unknown', reason: 'the bank knows nothing of it yet' }
  return agreeing(payment, await gateway.cancel(requestOf(payment)))
}

function requestOf({ id, gatewayKey: key, amount: amountMinor, currency }: BegunPayment) {
  if (!isCurrency(currency)) throw new Error(`payment ${id} has the unknown currency ${currency}`)
  return { key, amountMinor, currency }
}

const KEY_FORGOTTEN: ChargeOutcome = {
  kind: 'contradiction',
  reason: 'the bank may have forgotten the key: that it knows nothing of it proves nothing',
}

/** Sooner than the bank by as long as a question may be under way: its memory may end between our question and its answer. */
function mayBeForgotten(gateway: Gateway, payment: BegunPayment): boolean {
  return payment.ageMs > gateway.remembersForMs - gateway.settlesWithinMs
}

/** What an outcome means for the payment and the books: its new status, and all writes of the commit. Pure, but for the ids. */
export function settle(
  payment: BegunPayment,
  said: ChargeOutcome,
  newId: () => string,
): { status: PaymentStatus; writes: Write[] } {
  const outcome = agreeing(payment, said)
  switch (outcome.kind) {
    case 'approved':
      return settleApproved(payment, outcome, newId)
    case 'declined':
      return settleWith(
        payment,
        'declined',
        { declineCode: outcome.code, cardLabel: outcome.cardLabel },
        newId,
      )
    case 'not-charged':
      return settleWith(payment, 'not_charged', {}, newId)
    case 'challenge':
      return moveWith(payment, 'requires_action', { actionUrl: outcome.actionUrl })
    case 'unknown':
    case 'contradiction':
      return moveWith(payment, 'unknown', {})
  }
}

/** A charge of another amount or currency than we asked for is not this payment's: the money is somewhere, and no rule of ours says where. */
function agreeing(payment: BegunPayment, outcome: Outcome | ChargeOutcome): ChargeOutcome {
  if (outcome.kind === 'cancelled') return { kind: 'not-charged' }
  if (
    outcome.kind !== 'approved' ||
    (outcome.amountMinor === payment.amount && outcome.currency === payment.currency)
  )
    return outcome
  const reason = `the bank charged ${outcome.amountMinor} ${outcome.currency} as ${outcome.ref}, we asked for ${payment.amount} ${payment.currency}`
  return { kind: 'contradiction', reason }
}

function settleApproved(payment: BegunPayment, outcome: Outcome & { kind: 'approved' }, newId: () => string) {
  const { merchantId, id: paymentId, amount: minor, currency } = payment
  if (!isCurrency(currency)) throw new Error(`payment ${payment.id} has the unknown currency ${currency}`)
  const description = `Card payment, ${outcome.cardLabel}`
  const posting = capture({
    merchantId,
    paymentId,
    money: { minor, currency },
    feeMinor: outcome.feeMinor,
    description,
  })
  const settled = { gatewayRef: outcome.ref, cardLabel: outcome.cardLabel, feeMinor: outcome.feeMinor }
  const { status, writes } = settleWith(payment, 'succeeded', settled, newId)
  return { status, writes: [...writes, ...post(posting, newId())] }
}

function settleWith(
  payment: BegunPayment,
  status: PaymentStatus,
  settled: PaymentChanges,
  newId: () => string,
) {
  const { merchantId, id: subjectId, amount, currency } = payment
  const payload = {
    payment: showId('pay', subjectId),
    amount: Number(amount),
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

function moveWith(payment: BegunPayment, status: PaymentStatus, settled: PaymentChanges) {
  return { status, writes: [movePayment(payment, status, settled)] }
}
