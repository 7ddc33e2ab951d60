import { Badge, type Tone } from '@/ui/badge'
import type { ListedDelivery } from '../../_parts/api'

export const DELIVERY_STATES = ['pending', 'delivered', 'failed'] as const
type DeliveryStateName = ListedDelivery['state']

const STATES: Record<DeliveryStateName, { word: string; glyph: string; tone: Tone }> = {
  pending: { word: 'Waiting', glyph: '◐', tone: 'info' },
  delivered: { word: 'Delivered', glyph: '●', tone: 'ok' },
  failed: { word: 'Failed', glyph: '✕', tone: 'bad' },
}

export function deliveryStateLabel(state: DeliveryStateName): string {
  return STATES[state].word
}

/** The state of a delivery; one that waits after a failed attempt is being retried. */
export function DeliveryState({
  delivery: { state, attempts },
}: {
  delivery: Pick<ListedDelivery, 'state' | 'attempts'>
}) {
  const { word, glyph, tone } = STATES[state]
  const retrying = state === 'pending' && attempts > 0
  return (
    <Badge tone={retrying ? 'warn' : tone} glyph={glyph}>
      {retrying ? 'Retrying' : word}
    </Badge>
  )
}
