import { elapsed } from '../steps/elapsed'
import type { ClaimLease, PaymentStep, PaymentSteps, WorkSpan } from '../steps/payment-step'
import { explainStep } from '../steps/step-sentences'

/** One bar. Times are in ms after the first instant of the payment. */
export interface WaterfallBar {
  kind: 'lease' | 'request' | 'commit' | 'bank' | 'repeat' | 'later'
  label: string
  /** What the bar does not show: how a lease ended, what the bank answered. */
  note: string
  from: number
  until: number
  /** Of a lease: its last extension. */
  extendedAt: number | null
  /** Of a lease: its holder lost it, or it ran out. */
  lost: boolean
}

export interface Waterfall {
  bars: WaterfallBar[]
  /** Length of the axis in ms: it covers the work and its leases. What begins after it is drawn at its edge. */
  lengthMs: number
}

/** The shortest axis: a payment of 8 ms has more than one mark, too. */
const LENGTH_MIN = 20
/** A lease that has not ended is drawn at most three times as long as all that happened: its end is in its note. */
const LEASE_STRETCH = 3

type NameOf = (id: string) => string

/** Pure. The times of a payment as bars: its leases, each attempt with its commits and its question to the bank, repeats, and what came later. */
export function waterfallOf(model: PaymentSteps): Waterfall {
  const { beganAt, leases, participants, spans, steps } = model
  const name: NameOf = (id) => participants.find((one) => one.id === id)?.label ?? 'Payonce'
  const bars = [...workBars(spans, leases, name), ...steps.flatMap((step) => otherBar(step, model))].map(
    (bar) => ({
      ...bar,
      from: bar.from - beganAt,
      until: bar.until - beganAt,
      extendedAt: bar.extendedAt === null ? null : bar.extendedAt - beganAt,
    }),
  )
  const ends = [
    LENGTH_MIN,
    ...spans.map(({ until }) => until - beganAt),
    ...leases.filter(hasEnded).map(({ until }) => until - beganAt),
  ]
  const worked = Math.max(...ends)
  const open = leases.filter((lease) => !hasEnded(lease)).map(({ until }) => until - beganAt)
  return { bars, lengthMs: Math.max(worked, Math.min(Math.max(0, ...open), worked * LEASE_STRETCH)) }
}

/** Each attempt below the leases that began before the next one. */
function workBars(spans: readonly WorkSpan[], leases: readonly ClaimLease[], name: NameOf): WaterfallBar[] {
  const bars = spans.flatMap((span, index) => {
    const [begin, end] = [index === 0 ? -Infinity : leaseLimit(span), leaseLimit(spans[index + 1])]
    const own = leases.filter(({ from }) => from >= begin && from < end)
    return [...own.map((lease) => leaseBar(lease, name)), ...spanBars(span, name)]
  })
  return spans.length > 0 ? bars : leases.map((lease) => leaseBar(lease, name))
}

/** A lease is noted by the database's clock, and an attempt by its process's: the claim of a recovery is a little before its line. */
const CLOCKS_APART = 500

function leaseLimit(span: WorkSpan | undefined): number {
  return span ? span.from - (span.recovered ? CLOCKS_APART : 0) : Infinity
}

const hasEnded = ({ end }: ClaimLease): boolean => end !== 'running' && end !== 'over'

const LEASE_NOTES: Record<ClaimLease['end'], string> = {
  committed: 'ended with the commit of the answer',
  doubt: 'ended without an answer of the bank',
  lost: 'lost: nobody extended it, and another claim replaced it',
  running: 'runs, unless it is extended, until then',
  over: 'has run out: the worker may take over',
}

function leaseBar(lease: ClaimLease, name: NameOf): WaterfallBar {
  const { participant, fence, from, until, extendedAt, end } = lease
  const extended =
    extendedAt === null ? '' : `extended, the last time ${elapsed(extendedAt - from)} after its begin; `
  return {
    kind: 'lease',
    label: `Lease ${fence}, ${name(participant)}`,
    note: extended + LEASE_NOTES[end],
    from,
    until,
    extendedAt,
    lost: end === 'lost' || end === 'over',
  }
}

const BANK_NOTES: Record<WorkSpan['answer'], string> = {
  charged: 'answered that it charged the card',
  reserved: 'answered that it reserved the amount',
  unnamed: 'we know of no charge',
  declined: 'answered that it declined',
  'not-charged': 'answered: not charged',
  confirm: 'answered that the shopper must confirm first',
  silence: 'no answer that could be stored',
}

/** What the last commit holds, beside the answer. */
const LAST_COMMITS: Partial<Record<WorkSpan['answer'], string>> = {
  charged: 'Last commit: answer and posting',
  silence: 'Last commit: doubt',
}

function spanBars(
  { participant, recovered, from, until, bank, answer }: WorkSpan,
  name: (id: string) => string,
) {
  const bar = (
    kind: WaterfallBar['kind'],
    label: string,
    span: { from: number; until: number },
    note = '',
  ) => ({
    kind,
    label,
    note,
    ...span,
    extendedAt: null,
    lost: false,
  })
  const whole = { from, until }
  const label = `${recovered ? 'Recovery' : 'Request'}, ${name(participant)}`
  if (!bank) return [bar('request', label, whole, 'when the bank was asked was not noted')]
  return [
    bar('request', label, whole),
    bar('commit', recovered ? 'Take-over' : 'First commit: claim and payment', { from, until: bank.from }),
    bar('bank', recovered ? 'Bank: what happened?' : 'Bank: payment', bank, BANK_NOTES[answer]),
    bar('commit', LAST_COMMITS[answer] ?? 'Last commit: answer', {
      from: bank.until,
      until,
    }),
  ]
}

const LATER = [
  'refund',
  'more-refunds',
  'surplus',
  'surplus-end',
  'dispute',
  'webhooks',
  'checks',
  'declared',
] as const

/** Repeats, and what came after the payment. The steps of the work have bars already. */
function otherBar(step: PaymentStep, { participants }: PaymentSteps): WaterfallBar[] {
  const { event, at, until } = step
  const kind = event.kind === 'repeat' ? 'repeat' : 'later'
  if (kind === 'later' && !LATER.some((one) => one === event.kind)) return []
  const { label } = explainStep(step, participants)
  return [{ kind, label, note: '', from: at, until, extendedAt: null, lost: false }]
}
