import { Badge, TONE_INK, type Tone } from './badge'
import { cx } from './cx'

/** The outcome of one attempt. `held` is a press that the page itself held back. */
export type OutcomeName = 'executed' | 'replayed' | 'joined' | 'rejected' | 'ambiguous' | 'recovered' | 'held'

/** Every outcome's glyph as a character (`<Glyph>` draws the same shape), its word, tone and meaning. */
export const OUTCOMES: Record<OutcomeName, { char: string; word: string; tone: Tone; meaning: string }> = {
  executed: { char: '●', word: 'Executed', tone: 'ok', meaning: 'did the work' },
  replayed: { char: '○', word: 'Replayed', tone: 'info', meaning: 'answered from the record' },
  joined: {
    char: '◐',
    word: 'Joined',
    tone: 'teal',
    meaning: 'waited for the running one and got its answer',
  },
  rejected: { char: '✕', word: 'Rejected', tone: 'bad', meaning: 'refused, nothing done' },
  ambiguous: { char: '!', word: 'Ambiguous', tone: 'warn', meaning: 'ended before the bank had answered' },
  recovered: {
    char: '⟳',
    word: 'Recovered',
    tone: 'violet',
    meaning: 'finished by the server itself, after a crash or without an answer of the bank',
  },
  held: { char: '·', word: 'Held back', tone: 'neutral', meaning: 'kept back by the page, never sent' },
}

/** The glyph of an outcome, drawn on a 12 × 12 grid. */
export function Glyph({
  outcome,
  size = 12,
  className,
}: {
  outcome: OutcomeName
  size?: number
  className?: string
}) {
  return (
    <svg
      aria-hidden="true"
      width={size}
      height={size}
      viewBox="0 0 12 12"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      className={cx('shrink-0', TONE_INK[OUTCOMES[outcome].tone], className)}
    >
      {SHAPES[outcome]}
    </svg>
  )
}

const SHAPES: Record<OutcomeName, React.ReactNode> = {
  executed: <circle cx="6" cy="6" r="4.25" fill="currentColor" />,
  replayed: <circle cx="6" cy="6" r="4.25" />,
  joined: (
    <>
      <circle cx="6" cy="6" r="4.25" />
      <path d="M6 1.75a4.25 4.25 0 0 0 0 8.5Z" fill="currentColor" stroke="none" />
    </>
  ),
  rejected: <path d="m2.5 2.5 7 7M9.5 2.5l-7 7" />,
  ambiguous: <path d="M6 1.75v5M6 10.25v.01" strokeWidth="2.25" />,
  recovered: <path d="M10 3.75A4.5 4.5 0 1 0 10.5 6M10.25 1.25v2.75H7.5" />,
  held: <circle cx="6" cy="6" r="1.9" fill="currentColor" stroke="none" />,
}

/** An outcome with its glyph. */
export function OutcomeLabel({ outcome, className }: { outcome: OutcomeName; className?: string }) {
  return (
    <span className={cx('inline-flex items-center gap-1.5 whitespace-nowrap font-medium text-ui', className)}>
      <Glyph outcome={outcome} />
      {OUTCOMES[outcome].word}
    </span>
  )
}

/** `●○○·`: attempts at a glance; screen readers get the counts in words. At most `max` glyphs are drawn. */
export function GlyphStrip({ outcomes, max = 12 }: { outcomes: readonly OutcomeName[]; max?: number }) {
  const words = (Object.keys(OUTCOMES) as OutcomeName[])
    .map((kind) => ({ kind, count: outcomes.filter((outcome) => outcome === kind).length }))
    .filter(({ count }) => count > 0)
    .map(({ kind, count }) => `${count} ${OUTCOMES[kind].word.toLowerCase()}`)
  const more = outcomes.length - max
  return (
    <span className="inline-flex items-center gap-0.5" title={words.join(', ')}>
      <span className="sr-only">{words.join(', ')}</span>
      {outcomes.slice(0, max).map((outcome, position) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a strip is only ever drawn anew; its places are its identity
        <Glyph key={position} outcome={outcome} size={10} />
      ))}
      {more > 0 && (
        <span aria-hidden="true" className="figures ms-0.5 text-2xs text-ink-3">
          +{more}
        </span>
      )}
    </span>
  )
}

/** Word, tone and glyph of each payment status. `refunded`: the whole amount was refunded. `parked`: not known, and nobody asks any more. */
export const PAYMENT_STATUSES = {
  succeeded: { word: 'Paid', tone: 'ok', glyph: '●' },
  sending: { word: 'Paying', tone: 'info', glyph: '◐' },
  requires_action: { word: 'Waiting for the shopper', tone: 'info', glyph: '◐' },
  authorised: { word: 'Authorised', tone: 'info', glyph: '◑' },
  unknown: { word: 'Checking', tone: 'warn', glyph: '!' },
  parked: { word: 'Action needed', tone: 'bad', glyph: '■' },
  declined: { word: 'Declined', tone: 'bad', glyph: '✕' },
  not_charged: { word: 'Not charged', tone: 'neutral', glyph: '○' },
  voided: { word: 'Voided', tone: 'neutral', glyph: '○' },
  refunded: { word: 'Refunded', tone: 'neutral', glyph: '↩' },
} as const satisfies Record<string, { word: string; tone: Tone; glyph: string }>

export type PaymentStatusName = keyof typeof PAYMENT_STATUSES

export function PaymentStatus({ status }: { status: PaymentStatusName }) {
  const { word, tone, glyph } = PAYMENT_STATUSES[status]
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}
