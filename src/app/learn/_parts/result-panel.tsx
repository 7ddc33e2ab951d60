import { Badge } from '@/ui/badge'
import { OutcomeLabel } from '@/ui/status'
import type { LessonView } from '../_model/lesson'
import type { SentRequest, SideView } from '../_model/side'
import { BothSides } from './lesson-part'
import { sameness } from './sentences'

/** Requests on the page. */
const SHOWN = 6

/** What the clients of each side got. */
export function ResultPanel({ view, paymentKey }: { view: LessonView; paymentKey: string }) {
  return (
    <BothSides
      naive={<Results side={view.naive} paymentKey={paymentKey} />}
      safe={<Results side={view.safe} paymentKey={paymentKey} />}
    />
  )
}

function Results({ side, paymentKey }: { side: SideView; paymentKey: string }) {
  const requests = side.requests.filter(({ key }) => key === paymentKey)
  if (requests.length === 0)
    return <p className="mt-2 text-ink-3 text-ui">Nothing was sent with this key yet.</p>
  return (
    <>
      <ol className="mt-2 space-y-2 text-ui">
        {requests.slice(-SHOWN).map((request) => (
          <li key={request.number}>
            <Result request={request} />
          </li>
        ))}
      </ol>
      <p className="mt-3 font-medium text-ui empty:hidden">{sameness(side, paymentKey) ?? ''}</p>
    </>
  )
}

function Result({ request: { number, state, reply } }: { request: SentRequest }) {
  return (
    <>
      <span className="flex flex-wrap items-center gap-x-2">
        <span className="figures text-ink-3">#{number}</span>
        {reply && <OutcomeLabel outcome={reply.outcome} />}
        {state === 'waiting' && <Badge glyph="◐">Waiting</Badge>}
        {state === 'no-answer' && (
          <Badge glyph="!" tone="warn">
            No answer
          </Badge>
        )}
      </span>
      {reply && (
        <code className="font-mono text-xs [overflow-wrap:anywhere]">
          {reply.status} {reply.body}
        </code>
      )}
    </>
  )
}
