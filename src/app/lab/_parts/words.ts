import type { Tone } from '@/ui/badge'
import type { LabOffer, PlanData, RunData, SideData, StoryEventData } from './types'

export const WHO: Record<PlanData['who'], string> = {
  one: 'One press',
  double: 'A double click',
  windows: 'Two windows, at two servers',
  storm: 'A storm: 50 requests with one key',
}

export const RETRY: Record<PlanData['retry'], string> = {
  same: 'The client tries again, at the same server',
  other: 'The client tries again, at the other server',
  none: 'The client goes away for good',
}

export const LANES: [StoryEventData['from'], string][] = [
  ['client', 'Client'],
  ['server-a', 'Server A'],
  ['server-b', 'Server B'],
  ['worker', 'Worker'],
  ['database', 'Database'],
  ['bank', 'Bank'],
]

/** The glyph and tone of each kind of event. */
export const KINDS: Record<StoryEventData['kind'], { glyph: string; tone: Tone }> = {
  sent: { glyph: '→', tone: 'neutral' },
  answered: { glyph: '●', tone: 'ok' },
  unanswered: { glyph: '✂', tone: 'warn' },
  step: { glyph: '·', tone: 'info' },
  charge: { glyph: '€', tone: 'violet' },
  accident: { glyph: '⚡', tone: 'bad' },
  died: { glyph: '✕', tone: 'bad' },
  recovered: { glyph: '⟳', tone: 'violet' },
}

export const PHASES: Record<RunData['phase'], string> = {
  opening: 'Starting the lab’s own installation. The first run takes some seconds longer.',
  pressing: 'The client presses.',
  settling: 'The client is done. Waiting until nothing is in doubt.',
  naive: 'The same against the naive handler.',
  over: 'The run is over.',
}

const charges = (count: number) => (count === 1 ? 'one charge' : `${count === 0 ? 'no' : count} charges`)

/** The verdict on one side, as a heading. Null while there is none. */
export function verdictWords({ verdict, counts }: SideData): { tone: Tone; title: string } | null {
  if (!verdict || !counts) return null
  switch (verdict.kind) {
    case 'held':
      return { tone: 'ok', title: `Held: ${charges(counts.charges)}, and the books agree with the bank` }
    case 'broken':
      return {
        tone: 'bad',
        title: `Broken: ${charges(counts.charges)}, and the books do not agree with the bank`,
      }
    case 'missed':
      return { tone: 'warn', title: 'The accident did not strike' }
    case 'parked':
      return { tone: 'warn', title: 'Parked: a person decides' }
    case 'unsettled':
      return { tone: 'warn', title: 'Still in doubt when the time was over' }
    case 'stopped':
      return { tone: 'neutral', title: 'Stopped' }
  }
}

/** The plan as one sentence without its full stop. */
export function planSentence({ who, accident, retry, seed }: PlanData, { accidents }: LabOffer): string {
  const fault = accidents.find(({ id }) => id === accident)?.fault ?? 'Nothing goes wrong'
  return `${WHO[who]}. ${fault}. ${RETRY[retry]}. Seed ${seed}`
}
