import { TONE_INK } from '@/ui/badge'
import { cx } from '@/ui/cx'
import { duration } from '@/ui/timestamp'
import type { StoryEventData } from './types'
import { KINDS, LANES } from './words'

/** The drawing's measures, in CSS pixels: the width of a lane (`w-14`) and the least height of an event (`min-h-7`). */
const LANE = 56
const ROW = 28

const middleOf = (lane: string): number => LANES.findIndex(([id]) => id === lane) * LANE + LANE / 2

/** The events in their order: a list in words, and beside it, where there is room, the same as a sequence diagram. */
export function StoryList({ events }: { events: readonly StoryEventData[] }) {
  return (
    <>
      <div aria-hidden="true" className="mb-1 hidden md:flex">
        <span className="w-16 shrink-0" />
        {LANES.map(([id, name]) => (
          <span key={id} className="w-14 shrink-0 text-center text-2xs text-ink-3">
            {name}
          </span>
        ))}
      </div>
      <ol className="max-md:divide-y max-md:divide-line">
        {events.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: events are only ever added, and have no other identity
          <li key={index} className="flex items-start text-ui max-md:py-1.5">
            <span className="figures w-16 shrink-0 whitespace-nowrap pe-3 text-end text-ink-3 text-xs leading-7">
              {duration(event.at)}
            </span>
            <Drawn event={event} />
            <span className={cx('min-w-0 flex-1 py-1 leading-5 md:ps-3', strong(event) && 'font-medium')}>
              <span aria-hidden="true" className={cx('me-1.5 inline-block w-4 text-center', inkOf(event))}>
                {KINDS[event.kind].glyph}
              </span>
              {event.words}
            </span>
          </li>
        ))}
      </ol>
    </>
  )
}

const inkOf = ({ kind }: StoryEventData) => TONE_INK[KINDS[kind].tone]
const strong = ({ kind }: StoryEventData) => ['accident', 'charge', 'died'].includes(kind)

/** One event between its lanes. */
function Drawn({ event }: { event: StoryEventData }) {
  const from = middleOf(event.from)
  const to = event.to === null ? null : middleOf(event.to)
  return (
    <svg
      aria-hidden="true"
      width={LANES.length * LANE}
      height={ROW}
      className={cx('hidden h-auto min-h-7 shrink-0 self-stretch md:block', inkOf(event))}
      preserveAspectRatio="xMinYMin"
    >
      {LANES.map(([id]) => (
        <line key={id} x1={middleOf(id)} x2={middleOf(id)} y1="0" y2="100%" className="stroke-line" />
      ))}
      {to === null ? (
        <text x={from} y={ROW / 2 + 5} textAnchor="middle" className="fill-current text-sm">
          {KINDS[event.kind].glyph === '·' ? '●' : KINDS[event.kind].glyph}
        </text>
      ) : (
        <Arrow from={from} to={to} broken={event.kind === 'unanswered'} />
      )}
    </svg>
  )
}

function Arrow({ from, to, broken }: { from: number; to: number; broken: boolean }) {
  const back = Math.sign(from - to) * 5
  const y = ROW / 2
  return (
    <g stroke="currentColor" strokeWidth="1.5" fill="none" strokeLinecap="round">
      <line x1={from} x2={to} y1={y} y2={y} strokeDasharray={broken ? '3 4' : undefined} />
      <path d={`M${to + back} ${y - 3.5}L${to} ${y}l${back} 3.5`} />
      <circle cx={from} cy={y} r="2.25" fill="currentColor" stroke="none" />
    </g>
  )
}
