import { Badge, type Tone } from '@/ui/badge'
import type { ListedLink } from '../../_parts/api'

const STATES: Record<ListedLink['state'], { word: string; glyph: string; tone: Tone }> = {
  active: { word: 'Active', glyph: '●', tone: 'ok' },
  paused: { word: 'Paused', glyph: '‖', tone: 'neutral' },
  ended: { word: 'Ended', glyph: '○', tone: 'neutral' },
  'used-up': { word: 'Used up', glyph: '◆', tone: 'info' },
}

export function LinkState({ state }: Pick<ListedLink, 'state'>) {
  const { word, glyph, tone } = STATES[state]
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}
