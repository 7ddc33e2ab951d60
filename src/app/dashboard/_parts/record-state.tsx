import { Badge, type Tone } from '@/ui/badge'

const STATES: Record<string, { word: string; glyph: string; tone: Tone }> = {
  claimed: { word: 'Claimed', glyph: '◐', tone: 'info' },
  sending: { word: 'Sending', glyph: '◐', tone: 'info' },
  unknown: { word: 'Unknown', glyph: '!', tone: 'warn' },
  parked: { word: 'Parked', glyph: '■', tone: 'bad' },
  completed: { word: 'Completed', glyph: '●', tone: 'ok' },
  tombstone: { word: 'Answer expired', glyph: '○', tone: 'neutral' },
}

export const RECORD_STATES = ['claimed', 'sending', 'unknown', 'parked', 'completed', 'tombstone'] as const

export function stateLabel(state: string): string {
  return STATES[state]?.word ?? state
}

export function RecordState({ state }: { state: string }) {
  const { word, glyph, tone } = STATES[state] ?? { word: state, glyph: '○', tone: 'neutral' as const }
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}
