import { formatMoney } from '@/lib/money'
import { laterBy } from '../../../../_parts/bank-sentences'
import { counted, formatCount, sentenceList } from '../../../../_parts/words'
import { elapsed } from './elapsed'
import { explainEnd } from './end-sentences'
import type { NotedAnswer, Participant, PaymentStep, StepEvent } from './payment-step'

/** A step in words. `label`: a few, for an arrow. `sentence`: for the story. Both keep to the facts of the step. */
export interface StepWords {
  label: string
  sentence: string
}

/** @param who the participants, for the names of both ends */
export function explainStep(step: PaymentStep, who: readonly Participant[]): StepWords {
  const name = (id: string) => nameOf(who.find((one) => one.id === id))
  const [from, to] = [name(step.from), name(step.to)]
  return words(step.event, { from, to, count: step.count })
}

/** `Server A`, `the bank`: as the subject of a sentence, but for its capital. */
function nameOf(participant: Participant | undefined): string {
  switch (participant?.kind) {
    case 'caller':
    case 'operator':
    case 'bank':
    case 'ledger':
      return `the ${participant.label.toLowerCase()}`
    case 'worker':
      return participant.label === 'Worker' ? 'the worker' : participant.label
    case 'endpoints':
      return 'your servers'
    default:
      return participant?.label ?? 'Payonce'
  }
}

interface Ends {
  from: string
  to: string
  count: number
}

function words(event: StepEvent, ends: Ends): StepWords {
  const { from, to, count } = ends
  switch (event.kind) {
    case 'request':
      return event.sentBy === 'browser'
        ? { label: 'Pay', sentence: `Pay was pressed: a request reached ${to}.` }
        : { label: 'Request', sentence: `A request of ${from} reached ${to}.` }
    case 'claim':
      return explainClaim(event, from)
    case 'ask': {
      const money = formatMoney(event.amount, event.currency)
      const label = `Asks for ${money}`
      return { label, sentence: `${capital(from)} asked the bank for ${money}, under the payment’s own key.` }
    }
    case 'look-up':
      return {
        label: 'What happened under this key?',
        sentence: `${capital(from)} asked the bank what had happened under the payment’s key. Asking never charges.`,
      }
    case 'answer':
      return explainAnswer(event, to)
    case 'posting':
      return {
        label: `Posts: ${event.description}`,
        sentence: `The ledger got the posting “${event.description}”${event.posting === 'capture' ? ', in the same commit as the answer' : ''}.`,
      }
    case 'stored':
      return { label: 'Stores the answer', sentence: `${capital(from)} stored the answer under the key.` }
    case 'reply':
      return {
        label: `${event.status} after ${elapsed(event.tookMs)}`,
        sentence: `${capital(from)} answered ${event.status}${event.problem ? ` (${event.problem})` : ''} after ${elapsed(event.tookMs)}.`,
      }
    case 'repeat':
      return explainRepeat(event, ends)
    case 'held': {
      const presses = counted(count, 'press', 'presses')
      const were = count === 1 ? 'was' : 'were'
      return {
        label: `${presses} held back`,
        sentence: `${presses} ${were} held back by the page, by its own report: no request was sent.`,
      }
    }
    case 'checks':
      return {
        label: counted(count, 'check', 'checks'),
        sentence: `The bank was to be asked ${count === 1 ? 'once more' : `${formatCount(count)} more times`}; that did not end it.`,
      }
    case 'doubt':
      return explainOpen(event)
    case 'declared':
      return DECLARED[event.ending]
    case 'refund-request': {
      const money = formatMoney(event.amount, event.currency)
      return { label: `Give back ${money}`, sentence: `${capital(from)} asked to give back ${money}.` }
    }
    case 'refund':
      return explainRefund(event)
    case 'end-request':
    case 'end-asked':
    case 'end-answer':
    case 'end-open':
      return explainEnd(event, capital(from))
    case 'more-refunds': {
      const more = `${formatCount(count)} more ${count === 1 ? 'refund' : 'refunds'}`
      return { label: more, sentence: `${more} followed; the lists below have each, with its posting.` }
    }
    case 'surplus': {
      const money = formatMoney(event.amount, event.currency)
      return {
        label: `List: ${money} more`,
        sentence: `The bank’s list showed ${money} beyond the payment.`,
      }
    }
    case 'surplus-end':
      return explainSurplusEnd(event)
    case 'dispute':
      return { label: 'Dispute', sentence: `The cardholder disputed the payment: ${disputedMoney(event)}.` }
    case 'webhooks':
      return explainWebhooks(event)
  }
}

function disputedMoney({ held, lost, currency }: StepEvent & { kind: 'dispute' }): string {
  const parts = [
    held === 0 ? [] : `${formatMoney(held, currency)} is with the bank`,
    lost === 0 ? [] : `${formatMoney(lost, currency)} is lost`,
  ].flat()
  return parts.length > 0 ? parts.join(', ') : 'no money is with the bank, and none is lost'
}

function explainClaim({ fence, began, logged }: StepEvent & { kind: 'claim' }, who: string): StepWords {
  const label = `Claim ${fence}`
  if (!began)
    return { label, sentence: `${capital(who)} took the payment over, to find out what had become of it.` }
  if (!logged)
    return {
      label,
      sentence: 'A server claimed the key and began the payment. Its request has left no line.',
    }
  return {
    label,
    sentence: `${capital(who)} claimed the key and began the payment, before it asked the bank.`,
  }
}

const ANSWERS: Record<NotedAnswer, StepWords> = {
  charged: {
    label: 'Answered that it charged the card',
    sentence: 'The bank answered that it charged the card.',
  },
  reserved: {
    label: 'Answered that it reserved the amount',
    sentence: 'The bank answered that it reserved the amount.',
  },
  unnamed: {
    label: 'Marked as paid',
    sentence: 'The payment was marked as paid, but we know of no charge.',
  },
  declined: { label: 'Answered that it declined', sentence: 'The bank answered that it declined' },
  'not-charged': {
    label: 'Answered: not charged',
    sentence: 'The bank answered: not charged.',
  },
  confirm: {
    label: 'The shopper must confirm',
    sentence: 'The bank answered that the shopper must confirm first.',
  },
  silence: {
    label: 'No answer',
    sentence: 'No answer came that could be stored: whether it charged was not known.',
  },
}

function explainAnswer({ answer, declineCode }: StepEvent & { kind: 'answer' }, to: string): StepWords {
  const { label, sentence } = ANSWERS[answer]
  if (answer === 'declined')
    return { label, sentence: `${sentence}${declineCode ? ` (${declineCode})` : ''}.` }
  return answer === 'silence'
    ? { label, sentence: `${sentence.slice(0, -1)} to ${to}.` }
    : { label, sentence }
}

function explainRepeat(event: StepEvent & { kind: 'repeat' }, { to, count }: Ends): StepWords {
  const key = event.otherKey ? 'another key' : 'the same key'
  const requests = `${counted(count, 'request', 'requests')} with ${key}`
  const many = count > 1 ? `${formatCount(count)} × ` : ''
  switch (event.outcome) {
    case 'replayed':
      return {
        label: `${many}${event.status} from the record`,
        sentence: `${requests} ${count === 1 ? 'was' : 'were'} answered from the record: the same ${event.status} again.`,
      }
    case 'joined':
      return {
        label: `${many}waited, same ${event.status}`,
        sentence: `${requests} waited for the running one and got its answer, ${event.status}.`,
      }
    case 'rejected':
      return {
        label: `${many}${event.status} ${event.problem ?? 'rejected'}`,
        sentence: `${requests} ${count === 1 ? 'was' : 'were'} rejected by ${to}: ${event.status}${event.problem ? ` (${event.problem})` : ''}.`,
      }
  }
}

const OPEN: Record<(StepEvent & { kind: 'doubt' })['open'], StepWords> = {
  running: { label: 'Running', sentence: 'The bank is being asked.' },
  confirm: { label: 'Waits for the shopper', sentence: 'The bank wants the shopper to confirm first.' },
  checking: {
    label: 'Not known yet',
    sentence: 'The bank has not said yet whether it charged. We keep asking; asking never charges.',
  },
  parked: {
    label: 'Parked: a person must decide',
    sentence:
      'The bank has not said yet whether it charged. Nobody asks the bank any more: a person must decide.',
  },
}

function explainOpen({ open, reason }: StepEvent & { kind: 'doubt' }): StepWords {
  const { label, sentence } = OPEN[open]
  return { label, sentence: reason ? `${sentence} Why: ${reason}.` : sentence }
}

const DECLARED: Record<(StepEvent & { kind: 'declared' })['ending'], StepWords> = {
  charged: {
    label: 'Two admins declare it charged',
    sentence: 'By the bank’s statement, two admins declared it charged.',
  },
  'not-charged': {
    label: 'Two admins declare it not charged',
    sentence: 'By the bank’s statement, two admins declared it not charged.',
  },
  return: {
    label: 'Two admins end it unpaid',
    sentence: 'Two admins ended it unpaid: what the bank charged under its key is given back.',
  },
}

function explainRefund({ amount, currency, status, parked }: StepEvent & { kind: 'refund' }): StepWords {
  const money = formatMoney(amount, currency)
  if (parked)
    return {
      label: `Refund of ${money}: not known`,
      sentence: `Whether ${money} went back, the bank has not said. Nobody asks it any more: a person must decide.`,
    }
  switch (status) {
    case 'succeeded':
      return { label: `${money} was refunded`, sentence: `${money} was refunded.` }
    case 'pending':
      return {
        label: `A refund of ${money} is under way`,
        sentence: `A refund of ${money} is under way: the bank has not confirmed it yet.`,
      }
    case 'failed':
      return { label: `Refused to give back ${money}`, sentence: `The bank refused to give back ${money}.` }
    case 'returned':
      return {
        label: `${money} came back`,
        sentence: `The bank gave ${money} back, and the card’s bank returned it later.`,
      }
  }
}

function explainSurplusEnd(event: StepEvent & { kind: 'surplus-end' }): StepWords {
  const { amount, currency, status, laterMs } = event
  const money = formatMoney(amount, currency)
  switch (status) {
    case 'refunded': {
      const later = laterMs === null ? '' : ` ${laterBy(laterMs)} later`
      return { label: `${money} was refunded`, sentence: `That ${money} was refunded${later}.` }
    }
    case 'found':
      return { label: `${money} is being refunded`, sentence: `That ${money} is being refunded.` }
    case 'parked':
      return {
        label: `${money} could not be refunded`,
        sentence: `That ${money} could not be refunded, and a person must decide.`,
      }
    case 'kept':
      return { label: `${money} is kept`, sentence: `That ${money} was kept, as two admins decided.` }
  }
}

function explainWebhooks(event: StepEvent & { kind: 'webhooks' }): StepWords {
  const { type, delivered, failed, pending } = event
  const ends = sentenceList([
    ...(delivered > 0 ? [`${counted(delivered, 'endpoint', 'endpoints')} got it`] : []),
    ...(failed > 0 ? [`${counted(failed, 'delivery', 'deliveries')} failed`] : []),
    ...(pending > 0 ? [`${counted(pending, 'delivery', 'deliveries')} not yet made`] : []),
  ])
  return { label: type, sentence: `The event ${type} is for your servers: ${ends}.` }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
