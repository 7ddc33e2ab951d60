'use client'
import Link from 'next/link'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { LINK } from '@/ui/nav'
import { api, type ListedDelivery } from '../../../_parts/api'
import { useLive } from '../../../_parts/live/live-query'

/** What became of a test event, while it is being sent and after it. */
export function TestOutcome({ sent, onGone }: { sent: ListedDelivery; onGone(): void }) {
  const live = useLive(['delivery', sent.id], () => api.webhooks.delivery.query({ id: sent.id }), undefined, {
    everyMs: 2_000,
  })
  const { tone, title } = outcomeOf(live.data ?? sent)
  return (
    <div role="status" className="mb-4">
      <Banner
        tone={tone}
        title={title}
        actions={
          <Button size="sm" onClick={onGone}>
            Close
          </Button>
        }
      >
        <Link href={`/dashboard/webhooks/deliveries/${sent.id}`} className={LINK}>
          See the request and the answer
        </Link>
      </Banner>
    </div>
  )
}

function outcomeOf({ state, attempts, lastStatus, lastError }: ListedDelivery) {
  const answer = lastStatus === null ? lastError : `Your server answered ${lastStatus}.`
  if (state === 'delivered') return { tone: 'ok', title: `The test event has arrived. ${answer}` } as const
  if (state === 'failed') return { tone: 'bad', title: `The test event has failed. ${answer}` } as const
  return attempts === 0
    ? ({ tone: 'info', title: 'The test event is being sent…' } as const)
    : ({ tone: 'warn', title: `The test event has not arrived yet. ${answer} It is sent again.` } as const)
}
