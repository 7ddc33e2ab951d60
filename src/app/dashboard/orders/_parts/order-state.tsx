import { Badge, type Tone } from '@/ui/badge'
import { Money } from '@/ui/money'
import type { ListedOrder } from '../../_parts/api'

export const ORDER_STATES = [
  'open',
  'in-progress',
  'paid',
  'partly-refunded',
  'refunded',
  'cancelled',
  'expired',
] as const
export type OrderStateName = (typeof ORDER_STATES)[number]

const WORDS: Record<OrderStateName, { word: string; tone: Tone; glyph: string }> = {
  open: { word: 'Open', tone: 'neutral', glyph: '○' },
  'in-progress': { word: 'In progress', tone: 'info', glyph: '◐' },
  paid: { word: 'Paid', tone: 'ok', glyph: '●' },
  'partly-refunded': { word: 'Partly refunded', tone: 'violet', glyph: '◒' },
  refunded: { word: 'Refunded', tone: 'violet', glyph: '↩' },
  cancelled: { word: 'Cancelled', tone: 'neutral', glyph: '✕' },
  expired: { word: 'Expired', tone: 'neutral', glyph: '⊘' },
}

export function orderStateWord(state: OrderStateName): string {
  return WORDS[state].word
}

/** What the payment that holds the order is at, in a few words; null: its state says it. */
const AT: Partial<Record<NonNullable<ListedOrder['paymentStatus']>, string>> = {
  sending: 'the bank is being asked',
  unknown: 'being checked with the bank',
  requires_action: 'waits for the shopper',
  authorised: 'waits to be captured',
}

/** How an order stands, with what was given back. */
export function OrderState({ order }: { order: ListedOrder }) {
  const { state, paymentStatus, amountRefunded, amountRefundUnderWay, currency } = order
  const { word, tone, glyph } = WORDS[state]
  const at = paymentStatus && AT[paymentStatus]
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 gap-y-0.5 max-md:max-w-44 max-md:justify-end">
      <Badge tone={tone} glyph={glyph}>
        {word}
      </Badge>
      {at && <span className="text-ink-3 text-xs">{at}</span>}
      {state === 'partly-refunded' && (
        <span className="whitespace-nowrap text-ink-3 text-xs">
          <Money minor={amountRefunded} currency={currency} /> refunded
        </span>
      )}
      {amountRefundUnderWay > 0 && (
        <span className="whitespace-nowrap text-ink-3 text-xs">
          <Money minor={amountRefundUnderWay} currency={currency} /> refund under way
        </span>
      )}
    </span>
  )
}
