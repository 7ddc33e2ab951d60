import { Badge } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { duration, Timestamp } from '@/ui/timestamp'
import { CodeBlock } from '../../../../../docs/_parts/code-block'
import type { DeliveryData } from '../../../../_parts/api'

/** Each attempt with the receiver's answer, the latest first. */
export function AttemptLog({ delivery: { log } }: { delivery: DeliveryData }) {
  return (
    <Card>
      <CardHeader title="Attempts" note="The latest first, with the beginning of your server’s answer." />
      {log.length === 0 ? (
        <p className="px-4 py-4 text-ink-3 text-ui sm:px-5">None yet.</p>
      ) : (
        <ol className="divide-y divide-line">
          {[...log].reverse().map((attempt) => (
            <li key={attempt.number} className="px-4 py-3 text-ui sm:px-5">
              <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
                <span className="figures text-ink-3">#{attempt.number}</span>
                <Answer status={attempt.status} />
                <span className="figures text-ink-2">{duration(attempt.durationMs)}</span>
                <Timestamp at={attempt.at} className="ms-auto text-ink-3" />
              </div>
              {attempt.error && <p className="mt-1.5 text-ink-2">{attempt.error}</p>}
              {attempt.answer && <CodeBlock text={attempt.answer} quiet />}
            </li>
          ))}
        </ol>
      )}
    </Card>
  )
}

function Answer({ status }: { status: number | null }) {
  if (status === null)
    return (
      <Badge tone="bad" glyph="✕">
        No answer
      </Badge>
    )
  const arrived = status >= 200 && status < 300
  return (
    <Badge tone={arrived ? 'ok' : 'bad'} glyph={arrived ? '●' : '✕'}>
      {status}
    </Badge>
  )
}
