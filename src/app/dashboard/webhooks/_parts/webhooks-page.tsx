'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { SkeletonRows } from '@/ui/skeleton'
import { api, type WebhooksData } from '../../_parts/api'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { EndpointDialog } from './endpoint-dialog'
import { EndpointTable } from './endpoint-table'
import { ReadOnlyNote } from './read-only-note'
import { SecretShown } from './secret-shown'

type Made = Awaited<ReturnType<typeof api.webhooks.create.mutate>>

/** The merchant's servers that events are sent to. */
export function WebhooksPage({ initial, mayChange }: { initial: WebhooksData | null; mayChange: boolean }) {
  const live = useLive(['webhooks'], () => api.webhooks.list.query(), initial ?? undefined, {
    on: ['acts'],
    everyMs: 10_000,
  })
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<Made | null>(null)
  const finish = (done: Made) => {
    setCreating(false)
    setMade(done)
    void live.refetch()
  }
  const add = mayChange && live.data && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Add endpoint
    </Button>
  )
  return (
    <>
      <PageHeader
        title="Webhooks"
        note="Payonce sends signed events to your servers: a payment has succeeded, a refund has failed. What is not answered is sent again for three days."
        {...(add && live.data.endpoints.length > 0 ? { actions: add } : {})}
      />
      {made && (
        <SecretShown
          key={made.endpoint.id}
          url={made.endpoint.url}
          secret={made.secret}
          onGone={() => setMade(null)}
        />
      )}
      {!mayChange && <ReadOnlyNote />}
      <StaleDataBanner query={live} />
      <Card className="overflow-hidden">
        {live.data ? (
          live.data.endpoints.length > 0 ? (
            <EndpointTable endpoints={live.data.endpoints} />
          ) : (
            <EmptyState title="No endpoint yet" {...(add ? { action: add } : {})}>
              An endpoint is a URL on your server. Every event that happens after it was added is sent there,
              and kept here with your server’s answer.
            </EmptyState>
          )
        ) : live.isError ? (
          <EmptyState
            title="The endpoints could not be loaded."
            action={<Button onClick={() => live.refetch()}>Try again</Button>}
          >
            The server is not responding. We keep trying.
          </EmptyState>
        ) : (
          <SkeletonRows rows={4} />
        )}
      </Card>
      {creating && live.data && (
        <EndpointDialog
          title="Add a webhook endpoint"
          verb="Add endpoint"
          endpoint={null}
          types={live.data.types}
          loopback={live.data.loopback}
          send={(asked) => api.webhooks.create.mutate(asked)}
          onDone={finish}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  )
}
