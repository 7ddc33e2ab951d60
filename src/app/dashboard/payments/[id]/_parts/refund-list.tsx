import { Badge, type Tone } from '@/ui/badge'
import { Card, CardHeader } from '@/ui/card'
import { CopyId } from '@/ui/copy-id'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { ActorName, ActorOrigin } from '../../../_parts/actor-name'
import type { PaymentData } from '../../../_parts/api'
import { AskAgain } from '../../../_parts/ask-again'

const STATUS: Record<PaymentData['refunds'][number]['status'], { word: string; tone: Tone }> = {
  succeeded: { word: 'Refunded', tone: 'ok' },
  returned: { word: 'Came back', tone: 'bad' },
  pending: { word: 'Checking', tone: 'warn' },
  failed: { word: 'Refused by the bank', tone: 'bad' },
}

const PARKED = { word: 'Not known: action needed', tone: 'bad' } as const

function stateOf({ parked, status }: PaymentData['refunds'][number]): { word: string; tone: Tone } {
  return parked ? PARKED : STATUS[status]
}

/** The refunds of a payment, newest first. */
export function RefundList({ refunds, refresh }: { refunds: PaymentData['refunds']; refresh(): unknown }) {
  if (refunds.length === 0) return null
  return (
    <Card>
      <CardHeader title="Refunds" note="Never more than was captured, however many arrive at once." />
      <ul className="divide-y divide-line">
        {refunds.map((refund) => (
          <li
            key={refund.id}
            className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 py-2.5 text-ui sm:px-5"
          >
            <Money minor={refund.amount} currency={refund.currency} className="font-medium" />
            <Badge tone={stateOf(refund).tone}>{stateOf(refund).word}</Badge>
            <span className="flex w-full flex-wrap items-center gap-x-2 text-ink-3 text-xs">
              <Timestamp at={refund.createdAt} />
              <CopyId id={refund.id} />
              {refund.reason && <span className="break-words">{refund.reason}</span>}
            </span>
            <span className="w-full text-ink-3 text-xs">
              By <ActorName by={refund.by} /> <ActorOrigin by={refund.by} />
            </span>
            {refund.parked && (
              <div className="w-full">
                <p>
                  The bank has not said whether it refunded, and nobody asks it any more. Asking again sends
                  the same refund under the same key: the bank makes it once at most.
                </p>
                <AskAgain recordId={refund.recordId} refresh={refresh} idle="" />
              </div>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
