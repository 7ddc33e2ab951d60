import { elapsed } from '../steps/elapsed'
import type { Participant, PaymentStep, PaymentSteps } from '../steps/payment-step'
import { explainStep } from '../steps/step-sentences'
import { wrapText } from './wrap-text'

/** A meaning, which page and file paint in colours of their own. */
export type SequenceTone = 'ink' | 'faint' | 'line' | 'surface' | 'ok' | 'bad' | 'warn' | 'info' | 'violet'

/** What is drawn: page and file know nothing else. In pixels from the top left. */
export type SequenceShape =
  | {
      shape: 'line'
      x1: number
      y1: number
      x2: number
      y2: number
      tone: SequenceTone
      dashed: boolean
    }
  | { shape: 'arrow'; x: number; y: number; to: 'left' | 'right'; tone: SequenceTone }
  | {
      shape: 'box'
      x: number
      y: number
      width: number
      height: number
      fill: SequenceTone
      edge: SequenceTone
    }
  | {
      shape: 'text'
      x: number
      y: number
      anchor: 'start' | 'middle' | 'end'
      tone: SequenceTone
      bold: boolean
      small: boolean
      text: string
    }

export interface SequenceDrawing {
  width: number
  height: number
  shapes: SequenceShape[]
}

/** Left column for the times, distance of two lifelines, and the edge at the right. */
const [TIMES, LANE, EDGE] = [64, 140, 8]
const [FONT, LEADING] = [12, 15]
const HEAD = 52
/** Lines of one label. 3: what is longer stands in the list. */
const LINES_MAX = 3

/** Pure. The sequence diagram of a payment: a lifeline for each participant, a row for each step. */
export function layOutSequence({ participants, steps, beganAt }: PaymentSteps): SequenceDrawing {
  const x = new Map(participants.map(({ id }, index) => [id, TIMES + LANE * (index + 0.5)]))
  const width = TIMES + LANE * participants.length + EDGE
  const rows: SequenceShape[] = []
  let y = HEAD + 12
  for (const step of steps) {
    const row = rowOf(step, { participants, x, width, y, beganAt })
    rows.push(...row.shapes)
    y += row.height
  }
  const height = y + 8
  const lifelines = participants.map(({ id }): SequenceShape => {
    const at = x.get(id) ?? 0
    return { shape: 'line', x1: at, y1: HEAD, x2: at, y2: height, tone: 'line', dashed: true }
  })
  return { width, height, shapes: [...lifelines, ...participants.flatMap((one) => headOf(one, x)), ...rows] }
}

function headOf({ id, label, detail }: Participant, x: ReadonlyMap<string, number>): SequenceShape[] {
  const at = x.get(id) ?? 0
  const [width, height] = [LANE - 12, HEAD - 8]
  const [short] = wrapText(detail, (width - 8) / FONT, 1)
  return [
    { shape: 'box', x: at - width / 2, y: 4, width, height, fill: 'surface', edge: 'line' },
    textAt(at, short ? 23 : 31, label, { bold: true }),
    ...(short ? [textAt(at, 39, short, { tone: 'faint', small: true })] : []),
  ]
}

interface Place {
  participants: readonly Participant[]
  x: ReadonlyMap<string, number>
  width: number
  y: number
  beganAt: number
}

function rowOf(step: PaymentStep, place: Place): { shapes: SequenceShape[]; height: number } {
  const { label } = explainStep(step, place.participants)
  const [from, to] = [place.x.get(step.from) ?? 0, place.x.get(step.to) ?? 0]
  const tone = toneOf(step)
  const time = textAt(TIMES - 10, place.y + FONT, `+${elapsed(step.at - place.beganAt)}`, {
    tone: 'faint',
    anchor: 'end',
    small: true,
  })
  return from === to
    ? noteOf(label, from, tone, time, place)
    : messageOf(label, [from, to], step, time, place)
}

/** Something that happened at one participant: a box on its lifeline. */
function noteOf(label: string, at: number, tone: SequenceTone, time: SequenceShape, { y }: Place) {
  const width = LANE - 12
  const lines = wrapText(label, (width - 12) / FONT, LINES_MAX)
  const height = lines.length * LEADING + 9
  const shapes: SequenceShape[] = [
    time,
    { shape: 'box', x: at - width / 2, y, width, height, fill: 'surface', edge: tone },
    ...lines.map((text, index) => textAt(at, y + FONT + 3 + index * LEADING, text, { tone })),
  ]
  return { shapes, height: height + 10 }
}

/** A message from one participant to another: its text above an arrow. */
function messageOf(
  label: string,
  [from, to]: [number, number],
  step: PaymentStep,
  time: SequenceShape,
  { y }: Place,
) {
  const tone = toneOf(step)
  const lines = wrapText(label, (Math.abs(to - from) - 14) / FONT, LINES_MAX)
  const middle = (from + to) / 2
  const arrowY = y + lines.length * LEADING + 5
  const side = to > from ? 'right' : 'left'
  const shapes: SequenceShape[] = [
    time,
    ...lines.map((text, index) => textAt(middle, y + FONT + index * LEADING, text, { tone })),
    { shape: 'line', x1: from, y1: arrowY, x2: to, y2: arrowY, tone, dashed: isReply(step) },
    { shape: 'arrow', x: to, y: arrowY, to: side, tone },
  ]
  return { shapes, height: lines.length * LEADING + 18 }
}

/** Answers are dashed, as the trade draws them. */
export function isReply({ event }: PaymentStep): boolean {
  return (
    event.kind === 'reply' ||
    event.kind === 'answer' ||
    event.kind === 'end-answer' ||
    event.kind === 'surplus'
  )
}

export function toneOf({ event }: PaymentStep): SequenceTone {
  switch (event.kind) {
    case 'answer':
      return ANSWERS[event.answer]
    case 'repeat':
      return event.outcome === 'rejected' ? 'bad' : 'info'
    case 'held':
      return 'faint'
    case 'doubt':
      return event.open === 'parked' ? 'bad' : 'warn'
    case 'surplus':
      return 'warn'
    case 'refund':
      return event.status === 'failed' || event.parked ? 'bad' : 'ink'
    case 'claim':
      return 'violet'
    default:
      return 'ink'
  }
}

const ANSWERS = {
  charged: 'ok',
  reserved: 'ok',
  unnamed: 'bad',
  declined: 'bad',
  'not-charged': 'bad',
  confirm: 'warn',
  silence: 'warn',
} as const

function textAt(
  x: number,
  y: number,
  text: string,
  {
    tone = 'ink',
    anchor = 'middle',
    bold = false,
    small = false,
  }: Partial<Omit<SequenceShape & { shape: 'text' }, 'shape' | 'x' | 'y' | 'text'>> = {},
): SequenceShape {
  return { shape: 'text', x, y, anchor, tone, bold, small, text }
}

/** Corners of the head of an arrow whose point is at `x`, `y`. */
export function arrowPoints({ x, y, to }: SequenceShape & { shape: 'arrow' }): string {
  const back = to === 'right' ? x - 7 : x + 7
  return `${x},${y} ${back},${y - 4} ${back},${y + 4}`
}
