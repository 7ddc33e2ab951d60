import { formatMoney } from '@/lib/money'
import { counted, sentenceList, times } from './words'

/** A payment's charges at the bank; see `BankCount` in src/payments/reconciler/bank-count.ts. */
export interface ChargeCount {
  status: string
  charges: number
  unexplained: number
  surplusRefunded: number
  surplusDue: number
  surplusParked: number
}

interface Surplus {
  amount: number
  currency: string
  status: 'found' | 'refunded' | 'parked' | 'kept'
  settledAt: string | null
}

/** All that is known about a payment and the bank. */
export interface BankFacts extends ChargeCount {
  /** Above 1: the claim changed hands. */
  fence: number
  /** Nobody asks the bank any more: a person must. */
  parked: boolean
  surplus: readonly Surplus[]
  /** How two admins ended it; null: the bank's answer did, or nothing has yet. */
  declared: 'charged' | 'not-charged' | 'return' | null
  /** The earliest time at which the bank may have been asked. */
  askedAt: string
  /** Our copy of the bank's list holds every charge made until after the payment ended. */
  listIsWhole: boolean
  /** The bank reserved the amount before it was asked to charge it. */
  reserved: boolean
}

const ENDED = ['succeeded', 'declined', 'not_charged', 'voided']

/** Whether the number of charges is known: the bank has answered. */
export function isEnded({ status }: { status: string }): boolean {
  return ENDED.includes(status)
}

/**
 * The number of charges for a list, as short as a number, and in words. Of a paid one it is what we know of: a row does not say whether the
 * bank's list has been read since. Of a payment in doubt it is not known. */
export function chargeMark(payment: ChargeCount): { mark: string; words: string } {
  const { charges, status } = payment
  const words = counted(charges, 'charge', 'charges')
  if (isEnded(payment))
    return { mark: String(charges), words: status === 'succeeded' ? `${words} known` : words }
  if (charges > 0) return { mark: `≥${charges}`, words: `at least ${words}` }
  return status === 'requires_action' || status === 'authorised'
    ? { mark: '–', words: 'no charge yet, as far as the bank has said' }
    : { mark: '?', words: 'charges not known' }
}

/** What the bank charged beyond a payment, in a few words; null: nothing that we know of. */
export function surplusBadge(
  payment: ChargeCount,
): { word: string; tone: 'bad' | 'warn' | 'neutral' } | null {
  const { charges, surplusDue, surplusParked, surplusRefunded } = payment
  const unsettled = surplusDue + (isEnded(payment) ? payment.unexplained : 0)
  const beyond = unsettled + surplusParked + surplusRefunded
  if (beyond === 0) return null
  const charged = charges === beyond ? 'Charged after all' : `Charged ${times(charges)}`
  if (surplusParked > 0) return { word: `${charged}: action needed`, tone: 'bad' }
  if (unsettled > 0) return { word: `${charged}, being refunded`, tone: 'warn' }
  return { word: `${charged}, corrected`, tone: 'neutral' }
}

/** What the bank did, as far as it is known. "Nothing was charged" appears only where the bank has said so and its list says nothing else. */
export function explainBank(payment: BankFacts): string {
  const { status, charges, declared } = payment
  if (declared) return `${DECLARED[declared]}${contrary(payment)}`
  const asked = askedOf(payment)
  switch (status) {
    case 'succeeded':
      if (charges === 0) return 'This payment is marked as paid, but we know of no charge.'
      if (charges > 1) return `The bank charged ${times(charges)}; ${beyondClauses(payment)}.`
      return payment.listIsWhole
        ? `${asked} and charged once.`
        : `${asked} and answered that it charged the card.`
    case 'declined':
      return charges > 0
        ? `The bank answered that it declined, but charged ${times(charges)}; ${beyondClauses(payment)}.`
        : `${asked} and declined. Nothing was charged.`
    case 'not_charged':
      return charges > 0
        ? `The bank answered that it charged nothing, but charged ${times(charges)}; ${beyondClauses(payment)}.`
        : 'The bank was asked, and confirmed that it charged nothing.'
    case 'voided':
      return charges > 0
        ? `The bank answered that it released the amount, but charged ${times(charges)}; ${beyondClauses(payment)}.`
        : 'The bank had reserved the amount, and released it. Nothing was charged.'
    case 'authorised': {
      const known = payment.unexplained > 0 ? explainDoubt(payment) : `${asked} and reserved the amount.`
      return payment.parked ? `${known} ${PARKED}` : known
    }
    default:
      return `${explainDoubt(payment)} ${payment.parked ? PARKED : waiting(payment)}`.trim()
  }
}

function askedOf({ reserved, status, fence }: BankFacts): string {
  if (reserved && status === 'succeeded') return 'The bank reserved the amount, was asked to capture it,'
  return fence > 1 ? 'The bank was asked under one key' : 'The bank was asked once'
}

const DECLARED = {
  charged:
    'The bank did not say what became of this payment. Two admins declared it charged, by the bank’s statement.',
  'not-charged':
    'The bank did not say what became of this payment. Two admins declared it not charged, by the bank’s statement.',
  return: 'Two admins ended this payment unpaid: what the bank charged under its key is given back.',
}

/** What the bank's list says beyond that: a contradiction, unless it was decided to give it back. */
function contrary(payment: BankFacts): string {
  const beyond = payment.charges - (payment.status === 'succeeded' ? 1 : 0)
  return beyond > 0 ? ` The bank’s list shows a charge beyond that: ${beyondClauses(payment)}.` : ''
}

const PARKED = 'Nobody asks the bank any more: a person must decide.'

function waiting({ status, unexplained }: BankFacts): string {
  if (status === 'sending') return ''
  return status === 'requires_action' && unexplained === 0
    ? 'It charges only after that.'
    : 'We keep asking; asking never charges.'
}

function explainDoubt({ status, unexplained, parked }: BankFacts): string {
  if (unexplained > 0)
    return `The bank’s list shows ${counted(unexplained, 'charge', 'charges')} under this payment’s key, but the bank has not confirmed the payment.`
  if (status === 'requires_action') return 'The bank wants the shopper to confirm first.'
  if (status === 'sending' && !parked) return 'The bank is being asked.'
  return 'The bank has not said yet whether it charged.'
}

/** `the second £67.24 was refunded 13 s later`; of several, the sum of those with one end. */
function beyondClauses({ status, surplus, unexplained, askedAt }: BankFacts): string {
  const [only, ...others] = surplus
  if (only && others.length === 0 && unexplained === 0) {
    const which = status === 'succeeded' ? 'the second ' : ''
    return `${which}${formatMoney(only.amount, only.currency)} ${endOf(only, askedAt)}`
  }
  const clauses = (['refunded', 'found', 'parked', 'kept'] as const).flatMap((end) => {
    const of = surplus.filter((charge) => charge.status === end)
    const sum = of.reduce((total, { amount }) => total + amount, 0)
    return of[0] ? [`${formatMoney(sum, of[0].currency)} of it ${ENDS[end]}`] : []
  })
  const rest =
    unexplained > 0 ? [`${counted(unexplained, 'charge is', 'charges are')} being looked into`] : []
  return sentenceList([...clauses, ...rest])
}

const ENDS = {
  refunded: 'was refunded',
  found: 'is being refunded',
  parked: 'could not be refunded, and a person must decide',
  kept: 'was kept, as two admins decided',
} as const

function endOf({ status, settledAt }: Surplus, askedAt: string): string {
  return status === 'refunded' && settledAt
    ? `was refunded ${laterBy(Date.parse(settledAt) - Date.parse(askedAt))} later`
    : ENDS[status]
}

/** `13 s`, `4 min`, `3 hours`. */
export function laterBy(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} hours` : `${Math.round(seconds / 86_400)} days`
}

/** Why the ledger has no entries of a payment. Money is said not to have moved only where the bank has said so and its list agrees. */
export function explainNoEntries(payment: Pick<BankFacts, 'status' | 'charges'>): string {
  if (payment.status === 'authorised') return 'Nothing is posted before the amount is captured.'
  if (!isEnded(payment)) return 'Nothing is posted before the bank’s answer is known.'
  if (payment.status === 'succeeded') return 'The ledger entries are missing.'
  return payment.charges > 0
    ? 'The bank’s list shows a charge that is not posted yet.'
    : 'No money moved, so nothing was posted.'
}

/** For a parked payment: what is known, what is not, and what is safe to do. */
export function explainParked(
  payment: Pick<BankFacts, 'unexplained' | 'listIsWhole'> & {
    amount: number
    currency: string
    paidBy: 'page' | 'program'
  },
): { known: string[]; unknown: string; safe: string[]; unsafe: string } {
  const money = formatMoney(payment.amount, payment.currency)
  const list =
    payment.unexplained > 0
      ? `The bank’s list shows ${counted(payment.unexplained, 'charge', 'charges')} under this payment’s key.`
      : payment.listIsWhole
        ? 'The bank’s list shows no charge under this payment’s key.'
        : 'Our copy of the bank’s list is older than this payment: it cannot tell.'
  return {
    known: [list, 'The order is held: it cannot be paid a second time meanwhile.'],
    unknown: `Whether ${money} was charged.`,
    safe: [
      'Asking the bank again: it never charges.',
      payment.paidBy === 'page'
        ? 'Waiting: the customer sees “We are checking your payment”.'
        : 'Waiting: the program is told that the outcome is not known yet.',
    ],
    unsafe: `Taking ${money} in another way before this is known.`,
  }
}
