import { formatMoney } from '@/lib/money'

/** What a payment's attempts add up to. `held` counts presses that never became requests. */
export interface Presses {
  executed: number
  replayed: number
  joined: number
  rejected: number
  recovered: number
  held: number
}

export interface SentenceFacts extends Presses {
  status: string
  amount: number
  currency: string
}

/** Requests that arrived. What the server finished by itself after a crash is no request. */
export function requestsOf({ executed, replayed, joined, rejected }: Presses): number {
  return executed + replayed + joined + rejected
}

export function pressesOf(presses: Presses): number {
  return requestsOf(presses) + presses.held
}

/** Charges that were made: the gateway's key is the payment's, so there is one or none. */
export function chargesOf({ status }: { status: string }): number {
  return status === 'succeeded' ? 1 : 0
}

/** The one sentence that explains every press: `Pay was pressed 25 times: 1 request was executed, 24 presses were held back by the page.` */
export function explainPresses(presses: Presses, sentBy: 'browser' | 'program' | null = 'browser'): string {
  const total = pressesOf(presses)
  if (total === 0)
    return presses.recovered > 0
      ? 'The server finished this payment after a crash.'
      : 'Its attempts are still being written down.'
  const first =
    sentBy === 'browser'
      ? `Pay was pressed ${times(total)}`
      : total === 1
        ? 'One request arrived'
        : `${total} requests arrived`
  return `${first}: ${sentenceList(whatBecameOfThem(presses))}.`
}

/** What the bank did about it. */
export function explainBank(status: string, fence = 1): string {
  const asked =
    fence > 1
      ? `The work changed hands ${times(fence - 1)}; the bank was asked under one key`
      : 'The bank was asked once'
  switch (status) {
    case 'succeeded':
      return `${asked} and charged once.`
    case 'declined':
      return `${asked} and said no. Nothing was charged.`
    case 'not_charged':
      return 'The bank was asked, and says that it charged nothing.'
    case 'unknown':
      return 'The bank has not told yet whether it charged. We keep asking; nothing is charged a second time.'
    case 'requires_action':
      return 'The bank wants the shopper to confirm. Nothing is charged yet.'
    default:
      return 'The bank is being asked now.'
  }
}

const DID: Record<string, string> = {
  succeeded: 'paid',
  declined: 'declined',
  not_charged: 'not charged',
  unknown: 'being checked with the bank',
  requires_action: 'waiting for the shopper',
  sending: 'being paid',
}

/** `€24.00 paid — 25 presses, 1 request, 1 charge` */
export function feedLine(payment: SentenceFacts): string {
  const requests = requestsOf(payment)
  const counts = [
    ...(payment.held > 0 ? [many(pressesOf(payment), 'press', 'presses')] : []),
    ...(requests > 0 ? [many(requests, 'request', 'requests')] : []),
    many(chargesOf(payment), 'charge', 'charges'),
  ]
  return `${formatMoney(payment.amount, payment.currency)} ${DID[payment.status] ?? payment.status} — ${counts.join(', ')}`
}

/** What the chart shows, in one sentence. */
export function explainChart(totals: Presses & { charges: number }, range: string): string {
  const presses = pressesOf(totals)
  if (presses === 0) return `No request arrived in the last ${range}.`
  const asked =
    totals.held > 0
      ? `${count(presses)} presses of Pay became ${many(requestsOf(totals), 'request', 'requests')}`
      : many(presses, 'request', 'requests')
  const prevented = totals.replayed + totals.joined + totals.held
  const led = `In the last ${range}, ${asked} and ${many(totals.charges, 'charge', 'charges')}.`
  return prevented === 0 ? led : `${led} ${count(prevented)} would have been duplicates, and were prevented.`
}

function whatBecameOfThem({ executed, recovered, joined, replayed, rejected, held }: Presses): string[] {
  return [
    ...(executed > 0 ? [`${was(executed, 'request')} executed`] : []),
    ...(recovered > 0 ? ['the server finished the work after a crash'] : []),
    ...(joined > 0 ? [`${joined} waited for the running one and got its answer`] : []),
    ...(replayed > 0 ? [`${was(replayed)} answered from the record`] : []),
    ...(rejected > 0 ? [`${was(rejected)} rejected`] : []),
    ...(held > 0 ? [`${was(held, 'press', 'presses')} held back by the page`] : []),
  ]
}

function sentenceList(parts: string[]): string {
  return parts.length < 3 ? parts.join(', ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

function was(n: number, one?: string, more = one && `${one}s`): string {
  return `${count(n)}${one ? ` ${n === 1 ? one : more}` : ''} ${n === 1 ? 'was' : 'were'}`
}

function times(n: number): string {
  return n === 1 ? 'once' : n === 2 ? 'twice' : `${count(n)} times`
}

function many(n: number, one: string, more: string): string {
  return `${count(n)} ${n === 1 ? one : more}`
}

export function count(n: number): string {
  return n.toLocaleString('en')
}
