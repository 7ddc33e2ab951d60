import { Badge, type Tone } from '@/ui/badge'

export const EVENT_STATES = ['received', 'applied', 'ignored', 'stray', 'failing'] as const
type EventStateName = (typeof EVENT_STATES)[number]

const STATES: Record<EventStateName, { word: string; glyph: string; tone: Tone }> = {
  received: { word: 'Received', glyph: '◐', tone: 'info' },
  applied: { word: 'Applied', glyph: '●', tone: 'ok' },
  ignored: { word: 'Ignored', glyph: '○', tone: 'neutral' },
  stray: { word: 'Not ours', glyph: '?', tone: 'warn' },
  failing: { word: 'Failing', glyph: '!', tone: 'bad' },
}

export function eventStateLabel(state: EventStateName): string {
  return STATES[state].word
}

export function EventState({ state }: { state: EventStateName }) {
  const { word, glyph, tone } = STATES[state]
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}
