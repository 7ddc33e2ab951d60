import { formatMoney } from '@/lib/money'
import { type ChargeCount, chargeMark, isEnded } from './bank-sentences'
import { counted, formatCount, sentenceList, times } from './words'

/** Attempts counted by outcome. `held` counts presses that never became requests. */
export interface OutcomeCounts {
  executed: number
  replayed: number
  joined: number
  rejected: number
  /** Requests that ended before the bank had answered. */
  ambiguous: number
  recovered: number
  held: number
}

export interface PaymentLineFacts extends OutcomeCounts, ChargeCount {
  amount: number
  currency: string
  parked: boolean
}

/** Requests that arrived. A recovery is the server's own work, not a request. */
export function requestsOf({ executed, replayed, joined, rejected, ambiguous }: OutcomeCounts): number {
  return executed + replayed + joined + rejected + ambiguous
}

/**
 * One sentence for all attempts: `Pay was pressed 25 times: 1 request did the work, 24 presses were held back by the page.` Of several requests
 * of a page some may be its own retries, so then they are called requests.
 */
export function explainPresses(
  attempts: OutcomeCounts,
  sentBy: 'browser' | 'program' | 'operator' | 'worker' | null = 'browser',
): string {
  const requests = requestsOf(attempts)
  if (requests === 0 && attempts.held > 0) return `${sentenceList(outcomeClauses(attempts))}.`
  if (requests === 0)
    return attempts.recovered > 0 ? 'The server finished this by itself.' : 'Attempts appear in a moment.'
  const pressed = sentBy === 'browser' && requests === 1
  if (requests === 1 && attempts.executed === 1 && attempts.held + attempts.recovered === 0)
    return pressed ? 'Pay was pressed once: the request did the work.' : '1 request: it did the work.'
  const first = pressed
    ? `Pay was pressed ${times(1 + attempts.held)}`
    : counted(requests, 'request', 'requests')
  return `${first}: ${sentenceList(outcomeClauses(attempts))}.`
}

const PAYMENT_VERBS: Record<string, string> = {
  succeeded: 'paid',
  declined: 'declined',
  not_charged: 'not charged',
  unknown: 'being checked with the bank',
  requires_action: 'waiting for the shopper',
  authorised: 'authorised',
  voided: 'voided',
  sending: 'being paid',
}

/** `€24.00 paid — 25 presses, 1 request, 1 charge known` */
export function paymentLine(payment: PaymentLineFacts): string {
  const requests = requestsOf(payment)
  const verb = payment.parked && !isEnded(payment) ? 'not known: action needed' : verbOf(payment)
  const counts = [
    ...(payment.held > 0 && requests === 1 ? [counted(1 + payment.held, 'press', 'presses')] : []),
    ...(requests > 0 ? [counted(requests, 'request', 'requests')] : []),
    chargeMark(payment).words,
  ]
  return `${formatMoney(payment.amount, payment.currency)} ${verb} — ${counts.join(', ')}`
}

function verbOf({ status, charges }: ChargeCount): string {
  return status === 'succeeded' && charges === 0 ? 'marked as paid' : (PAYMENT_VERBS[status] ?? status)
}

/** Attempts to pay in a span of time; `replayed`, `joined` and `held` are repeats of payments that were charged, `again` those of others. */
export interface ChartTotals extends OutcomeCounts {
  again: number
  charges: number
}

/** Repeats of payments that were charged: each would have been another charge, had it been a payment of its own. */
export function preventedOf({
  replayed,
  joined,
  held,
}: Pick<OutcomeCounts, 'replayed' | 'joined' | 'held'>): number {
  return replayed + joined + held
}

/** The chart in one sentence. */
export function explainChart(totals: ChartTotals, range: string): string {
  const arrived = requestsOf(totals) + totals.held + totals.again
  if (arrived === 0) return `Nobody tried to pay in the last ${range}.`
  const tries = counted(arrived, 'attempt', 'attempts')
  const charges = counted(totals.charges, 'charge', 'charges')
  const led = `In the last ${range}: ${tries} to pay, ${charges} at the bank.`
  const prevented = preventedOf(totals)
  return prevented === 0
    ? led
    : `${led} ${counted(prevented, 'repeat', 'repeats')} of a payment that was charged did not reach the bank.`
}

function outcomeClauses(attempts: OutcomeCounts): string[] {
  const { executed, recovered, joined, replayed, rejected, ambiguous, held } = attempts
  return [
    ...(executed > 0 ? [`${counted(executed, 'request', 'requests')} did the work`] : []),
    ...(ambiguous > 0 ? [`${formatCount(ambiguous)} ended before the bank had answered`] : []),
    ...(recovered > 0 ? ['the server finished it by itself'] : []),
    ...(joined > 0 ? [`${formatCount(joined)} waited for the running one and got its answer`] : []),
    ...(replayed > 0 ? [`${countedWas(replayed)} answered from the record`] : []),
    ...(rejected > 0 ? [`${countedWas(rejected)} rejected`] : []),
    ...(held > 0 ? [`${countedWas(held, 'press', 'presses')} held back by the page`] : []),
  ]
}

function countedWas(n: number, one?: string, more = one && `${one}s`): string {
  return `${formatCount(n)}${one ? ` ${n === 1 ? one : more}` : ''} ${n === 1 ? 'was' : 'were'}`
}
