import { post } from '@/ledger/post'
import { capture } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { isCurrency } from '@/lib/money'
import type { Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import type { Gateway, Outcome } from './gateway'
import type { PaymentStatus } from './payment'
import { type BegunPayment, movePayment, type Settled } from './store'

/** How a charge stands: what the bank said, or that it has done nothing and will not. */
export type ChargeOutcome = Outcome | { kind: 'not-charged' }

/** Asks the bank to charge. The key is that of our own row, so this same request by anyone, ever, is the same charge. */
export function charge(gateway: Gateway, payment: BegunPayment): Promise<ChargeOutcome> {
  const { gatewayKey: key, amount: amountMinor, currency, method } = payment
  if (!isCurrency(currency)) throw new Error(`payment ${payment.id} has the unknown currency ${currency}`)
  return gateway.charge({ key, amountMinor, currency, method })
}

/** Asks the bank what became of a charge. "I know nothing of it" counts only after the bank's own processing time. */
export async function findCharge(gateway: Gateway, payment: BegunPayment): Promise<ChargeOutcome> {
  const found = await gateway.find(payment.gatewayKey)
  if (found.kind !== 'absent') return found
  return payment.ageMs > gateway.settlesWithinMs ? { kind: 'not-charged' } : { kind: 'unknown', reason: 'the bank knows nothing of it yet' }
}

/** What an outcome means for the payment and the books: its new status, and all writes of the commit. Pure, but for the ids. */
export function settle(payment: BegunPayment, outcome: ChargeOutcome, newId: () => string): { status: PaymentStatus; writes: Write[] } {
  switch (outcome.kind) {
    case 'approved':
      return approvedFor(payment, outcome) ? settleApproved(payment, outcome, newId) : moved(payment, 'unknown', {})
    case 'declined':
      return told(payment, 'declined', { declineCode: outcome.code, cardLabel: outcome.cardLabel }, newId)
    case 'not-charged':
      return told(payment, 'not_charged', {}, newId)
    case 'challenge':
      return moved(payment, 'requires_action', {})
    case 'unknown':
      return moved(payment, 'unknown', {})
  }
}

/** A charge of another amount or currency than we asked for is not this payment's: it is left in doubt, for people to look at. */
function approvedFor(payment: BegunPayment, outcome: Outcome & { kind: 'approved' }): boolean {
  return outcome.amountMinor === payment.amount && outcome.currency === payment.currency
}

function settleApproved(payment: BegunPayment, outcome: Outcome & { kind: 'approved' }, newId: () => string) {
  const { merchantId, id: paymentId, amount: minor, currency } = payment
  if (!isCurrency(currency)) throw new Error(`payment ${payment.id} has the unknown currency ${currency}`)
  const description = `Card payment, ${outcome.cardLabel}`
  const posting = capture({ merchantId, paymentId, money: { minor, currency }, feeMinor: outcome.feeMinor, description })
  const settled = { gatewayRef: outcome.ref, cardLabel: outcome.cardLabel, feeMinor: outcome.feeMinor }
  const { status, writes } = told(payment, 'succeeded', settled, newId)
  return { status, writes: [...writes, ...post(posting, newId())] }
}

function told(payment: BegunPayment, status: PaymentStatus, settled: Settled, newId: () => string) {
  const { merchantId, id: subjectId, amount, currency } = payment
  const payload = { payment: showId('pay', subjectId), amount: Number(amount), currency, status, declineCode: settled.declineCode ?? null }
  return {
    status,
    writes: [...moved(payment, status, settled).writes, emit({ merchantId, id: newId(), type: `payment.${status}`, subjectId, payload })],
  }
}

function moved(payment: BegunPayment, status: PaymentStatus, settled: Settled) {
  return { status, writes: [movePayment(payment, status, settled)] }
}
