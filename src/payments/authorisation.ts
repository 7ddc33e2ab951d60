import { endPending } from '@/ledger/pending'
import { isCurrency } from '@/lib/money'
import type { Write } from '@/platform/db'
import { type BegunEnd, moveEnd } from './authorisation-store'
import { settleApproved, settlePayment } from './charge'
import type { AuthorisationOutcome, Gateway } from './gateway'

/**
 * How an authorisation has ended at the bank. `captured`: what was asked for, or another part of it that the bank had captured before; that is booked.
 * `contradiction`: more was charged than was authorised; a person must decide.
 */
export type EndEffect =
  | { kind: 'captured'; ref: string; feeMinor: bigint; amountMinor: bigint }
  | Exclude<AuthorisationOutcome, { kind: 'captured' }>
  | { kind: 'contradiction'; reason: string }

/**
 * Asks the bank to capture or to release. It may be asked again at any time, by any process: an authorisation ends once at the bank, and whoever
 * asks is told how. So no answer is ever concluded from silence, from an age or from our clock: a request that is still under way may be carried
 * out much later, and only the bank can end that.
 */
export async function endAuthorisation(gateway: Gateway, end: BegunEnd): Promise<EndEffect> {
  const { kind, gatewayKey: key, gatewayRef: ref, amount: amountMinor, currency } = end
  if (!isCurrency(currency)) throw new Error(`payment ${end.paymentId} has the unknown currency ${currency}`)
  if (!gateway.authorisations) return { kind: 'unknown', reason: 'this gateway knows no authorisations' }
  const request = { key, ref, amountMinor, currency }
  const outcome = await (kind === 'capture'
    ? gateway.authorisations.capture({ ...request, captureMinor: end.wanted ?? amountMinor })
    : gateway.authorisations.release(request))
  return compared(end, outcome)
}

/** Money moved that is not this payment's, and no rule of ours can book it (as for charges, G8). */
function compared(end: BegunEnd, outcome: AuthorisationOutcome): EndEffect {
  if (outcome.kind !== 'captured') return outcome
  const { kind, ref, feeMinor, amountMinor, currency } = outcome
  const isWithin = amountMinor > 0n && amountMinor <= end.amount && currency === end.currency
  if (isWithin && ref === end.gatewayRef) return { kind, ref, feeMinor, amountMinor }
  const reason = `the bank captured ${amountMinor} ${currency} as ${ref}, authorised were ${end.amount} ${end.currency} as ${end.gatewayRef}`
  return { kind: 'contradiction', reason }
}

/** Every write of the commit that settles it, but for those of its order. Pure but for the ids. */
export function settleEnd(
  end: BegunEnd,
  effect: EndEffect & { kind: 'captured' | 'released' },
  newId: () => string,
): Write[] {
  const payment = { ...end, id: end.paymentId }
  if (effect.kind === 'released')
    return [
      moveEnd(end, 'released'),
      ...settlePayment(payment, 'voided', {}, newId).writes,
      endPending(end, null),
    ]
  const { ref, feeMinor, amountMinor } = effect
  const partMinor = amountMinor < end.amount ? amountMinor : undefined
  const approved = { ref, feeMinor, cardLabel: end.cardLabel ?? 'Card', partMinor }
  const { writes, transactionId } = settleApproved(payment, approved, newId)
  return [moveEnd(end, 'captured'), ...writes, endPending(end, transactionId)]
}
