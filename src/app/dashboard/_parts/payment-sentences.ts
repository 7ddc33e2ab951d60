import { formatMoney } from '@/lib/money'

/** A payment's attempts, counted by outcome. `held` counts presses that never became requests. */
export interface OutcomeCounts {
  executed: number
  replayed: number
  joined: number
  rejected: number
  recovered: number
  held: number
}

export interface PaymentLineFacts extends OutcomeCounts {
  status: string
  amount: number
  currency: string
}

/** Requests that arrived. A recovery is the server's own work, not a request. */
export function requestsOf({ executed, replayed, joined, rejected }: OutcomeCounts): number {
  return executed + replayed + joined + rejected
}

export function pressesOf(presses: OutcomeCounts): number {
  return requestsOf(presses) + presses.held
}

/** Charges made: one or none, since all attempts of a payment share one gateway key. */
export function chargesOf({ status }: { status: string }): number {
  return status === 'succeeded' ? 1 : 0
}

/** One sentence for all presses: `Pay was pressed 25 times: 1 request was executed, 24 presses were held back by the page.` */
export function explainPresses(
  presses: OutcomeCounts,
  sentBy: 'browser' | 'program' | 'operator' | null = 'browser',
): string {
  const total = pressesOf(presses)
  if (total === 0)
    return presses.recovered > 0
      ? 'The server finished this payment after a crash.'
      : 'Its attempts are still being recorded.'
  const first =
    sentBy === 'browser'
      ? `Pay was pressed ${times(total)}`
      : total === 1
        ? 'One request arrived'
        : `${total} requests arrived`
  return `${first}: ${sentenceList(outcomeClauses(presses))}.`
}

/**
 * One sentence about the bank. "Nothing was charged" appears only where that is certain.
 * @param fence above 1: the claim changed hands `fence - 1` times
 */
export function explainBank(status: string, fence = 1): string {
  const asked =
    fence > 1
      ? `The work changed hands ${times(fence - 1)}; the bank was asked under one key`
      : 'The bank was asked once'
  switch (status) {
    case 'succeeded':
      return `${asked} and charged once.`
    case 'declined':
      return `${asked} and declined. Nothing was charged.`
    case 'not_charged':
      return 'The bank was asked, and confirmed that it charged nothing.'
    case 'unknown':
      return 'The bank has not answered yet whether it charged. We keep asking; nothing is charged a second time.'
    case 'requires_action':
      return 'The bank is waiting for the shopper to confirm. Nothing is charged yet.'
    default:
      return 'The bank is being asked now.'
  }
}

const PAYMENT_VERBS: Record<string, string> = {
  succeeded: 'paid',
  declined: 'declined',
  not_charged: 'not charged',
  unknown: 'being checked with the bank',
  requires_action: 'waiting for the shopper',
  sending: 'being paid',
}

/** `€24.00 paid — 25 presses, 1 request, 1 charge` */
export function paymentLine(payment: PaymentLineFacts): string {
  const requests = requestsOf(payment)
  const counts = [
    ...(payment.held > 0 ? [counted(pressesOf(payment), 'press', 'presses')] : []),
    ...(requests > 0 ? [counted(requests, 'request', 'requests')] : []),
    counted(chargesOf(payment), 'charge', 'charges'),
  ]
  return `${formatMoney(payment.amount, payment.currency)} ${PAYMENT_VERBS[payment.status] ?? payment.status} — ${counts.join(', ')}`
}

/** The chart in one sentence. */
export function explainChart(totals: OutcomeCounts & { charges: number }, range: string): string {
  const presses = pressesOf(totals)
  if (presses === 0) return `No request arrived in the last ${range}.`
  const asked =
    totals.held > 0
      ? `${formatCount(presses)} presses of Pay became ${counted(requestsOf(totals), 'request', 'requests')}`
      : counted(presses, 'request', 'requests')
  const prevented = totals.replayed + totals.joined + totals.held
  const led = `In the last ${range}, ${asked} and ${counted(totals.charges, 'charge', 'charges')}.`
  return prevented === 0
    ? led
    : `${led} ${formatCount(prevented)} would have been duplicates and were prevented.`
}

function outcomeClauses({ executed, recovered, joined, replayed, rejected, held }: OutcomeCounts): string[] {
  return [
    ...(executed > 0 ? [`${countedWas(executed, 'request')} executed`] : []),
    ...(recovered > 0 ? ['the server finished the work after a crash'] : []),
    ...(joined > 0 ? [`${joined} waited for the running one and got its answer`] : []),
    ...(replayed > 0 ? [`${countedWas(replayed)} answered from the record`] : []),
    ...(rejected > 0 ? [`${countedWas(rejected)} rejected`] : []),
    ...(held > 0 ? [`${countedWas(held, 'press', 'presses')} held back by the page`] : []),
  ]
}

function sentenceList(parts: string[]): string {
  return parts.length < 3 ? parts.join(', ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function countedWas(n: number, one?: string, more = one && `${one}s`): string {
  return `${formatCount(n)}${one ? ` ${n === 1 ? one : more}` : ''} ${n === 1 ? 'was' : 'were'}`
}

function times(n: number): string {
  return n === 1 ? 'once' : n === 2 ? 'twice' : `${formatCount(n)} times`
}

function counted(n: number, one: string, more: string): string {
  return `${formatCount(n)} ${n === 1 ? one : more}`
}

export function formatCount(n: number): string {
  return n.toLocaleString('en')
}
