import { Badge, type Tone } from '@/ui/badge'
import type { WebhookEndpoint } from '../../_parts/api'

const STATES: Record<WebhookEndpoint['state'], { word: string; glyph: string; tone: Tone }> = {
  enabled: { word: 'Enabled', glyph: '●', tone: 'ok' },
  paused: { word: 'Paused', glyph: '‖', tone: 'neutral' },
  disabled: { word: 'Disabled', glyph: '✕', tone: 'bad' },
}

/** The state of an endpoint; one that is enabled and has only failed of late is shown as failing. */
export function EndpointState({
  endpoint: { state, failingSince },
}: {
  endpoint: Pick<WebhookEndpoint, 'state' | 'failingSince'>
}) {
  if (state === 'enabled' && failingSince)
    return (
      <Badge tone="warn" glyph="!">
        Failing
      </Badge>
    )
  const { word, glyph, tone } = STATES[state]
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}
