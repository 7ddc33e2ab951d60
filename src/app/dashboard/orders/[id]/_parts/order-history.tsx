import { Card, CardHeader } from '@/ui/card'
import { Money } from '@/ui/money'
import { Timestamp } from '@/ui/timestamp'
import { ActorName } from '../../../_parts/actor-name'
import type { OrderData } from '../../../_parts/api'

type Change = OrderData['changes'][number]

/** What became of the order since it was placed, newest first. */
export function OrderHistory({ order: { changes, currency } }: { order: OrderData }) {
  if (changes.length === 0) return null
  return (
    <Card>
      <CardHeader title="Changes" note="Since the order was placed." />
      <ul className="divide-y divide-line">
        {changes.map((change) => (
          <li key={change.id} className="flex flex-col gap-1 px-4 py-2.5 text-ui sm:px-5">
            <span className="flex flex-wrap items-baseline justify-between gap-x-3">
              {WORDS[change.kind]}
              <span className="text-ink-2">
                version {change.version}, <Money minor={change.amount} currency={currency} />
                {change.kind === 'changed' && change.expiresAt && (
                  <>
                    , expires <Timestamp at={change.expiresAt} seconds={false} />
                  </>
                )}
              </span>
            </span>
            <span className="text-ink-3 text-xs">
              <ActorName by={change.by} />, <Timestamp at={change.createdAt} />
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

const WORDS: Record<Change['kind'], string> = {
  changed: 'Changed',
  cancelled: 'Cancelled',
  expired: 'Expired',
}
