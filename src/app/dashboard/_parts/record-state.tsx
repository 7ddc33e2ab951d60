import { Badge, type Tone } from '@/ui/badge'

const STATES: Record<string, { word: string; char: string; tone: Tone }> = {
  claimed: { word: 'Claimed', char: '◐', tone: 'info' },
  sending: { word: 'Sending', char: '◐', tone: 'info' },
  unknown: { word: 'Unknown', char: '!', tone: 'warn' },
  parked: { word: 'Parked', char: '■', tone: 'bad' },
  completed: { word: 'Completed', char: '●', tone: 'ok' },
  tombstone: { word: 'Answer expired', char: '○', tone: 'neutral' },
}

export const RECORD_STATES = ['claimed', 'sending', 'unknown', 'parked', 'completed', 'tombstone'] as const

export function stateLabel(state: string): string {
  return STATES[state]?.word ?? state
}

export function RecordState({ state }: { state: string }) {
  const { word, char, tone } = STATES[state] ?? { word: state, char: '○', tone: 'neutral' as const }
  return (
    <Badge tone={tone}>
      <span aria-hidden="true" className="text-[0.625rem] leading-none">
        {char}
      </span>
      {word}
    </Badge>
  )
}
