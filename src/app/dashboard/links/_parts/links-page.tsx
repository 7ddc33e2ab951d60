'use client'
import { useState } from 'react'
import { Banner } from '@/ui/banner'
import { Button } from '@/ui/button'
import { Card } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { SkeletonRows } from '@/ui/skeleton'
import { api, type LinkPageData, type ListedLink } from '../../_parts/api'
import { NeedsRole } from '../../_parts/frame/by-role'
import { Pager } from '../../_parts/list/pager'
import { useLive } from '../../_parts/live/live-query'
import { StaleDataBanner } from '../../_parts/live/stale-data'
import { CopyLink } from './copy-link'
import { CreateLinkDialog } from './create-link-dialog'
import { LinkTable } from './link-table'

/**
 * Addresses at which shoppers pay, each an order of their own.
 * @param after the cursor in the address; null: the newest links
 * @param mayChange the operator may create, pause and resume
 */
export function LinksPage({
  initial,
  after,
  mayChange,
}: {
  initial: LinkPageData | null
  after: string | null
  mayChange: boolean
}) {
  const query = after === null ? {} : { cursor: after }
  const live = useLive(['links', after], () => api.links.list.query(query), initial ?? undefined, {
    on: ['acts', 'payments'],
    everyMs: 10_000,
  })
  const [creating, setCreating] = useState(false)
  const [made, setMade] = useState<ListedLink | null>(null)
  const create = mayChange && (
    <Button variant="primary" onClick={() => setCreating(true)}>
      Create link
    </Button>
  )
  const isEmpty = live.data?.items.length === 0 && after === null
  return (
    <>
      <PageHeader
        title="Payment links"
        note="An address to share: each shopper who opens it pays an order of their own, once."
        {...(create && !isEmpty ? { actions: create } : {})}
      />
      {!mayChange && (
        <div className="mb-4">
          <NeedsRole needs="support" what="Create or pause a link" />
        </div>
      )}
      {made && <Made link={made} onSeen={() => setMade(null)} />}
      <StaleDataBanner query={live} />
      <Card className="overflow-hidden">
        {live.data ? (
          <>
            {live.data.items.length > 0 ? (
              <LinkTable
                links={live.data.items}
                mayChange={mayChange}
                onChanged={() => void live.refetch()}
              />
            ) : (
              <EmptyState title="No payment links yet" {...(create ? { action: create } : {})}>
                Share one by mail, in a message or as a code on paper. No website is needed.
              </EmptyState>
            )}
            <Pager
              path="/dashboard/links"
              params={after === null ? {} : { after }}
              nextCursor={live.data.nextCursor}
              what="links"
            />
          </>
        ) : live.isError ? (
          <EmptyState
            title="The payment links could not be loaded."
            action={<Button onClick={() => live.refetch()}>Try again</Button>}
          >
            The server is not responding. We keep trying.
          </EmptyState>
        ) : (
          <SkeletonRows rows={4} />
        )}
      </Card>
      {creating && (
        <CreateLinkDialog
          onDone={(link) => {
            setCreating(false)
            setMade(link)
            void live.refetch()
          }}
          onClose={() => setCreating(false)}
        />
      )}
    </>
  )
}

function Made({ link: { name, url }, onSeen }: { link: ListedLink; onSeen(): void }) {
  return (
    <Banner
      tone="ok"
      className="mb-4"
      title={`${name} is ready to share`}
      actions={
        <>
          <CopyLink url={url} name={name} primary />
          <Button size="sm" onClick={onSeen}>
            Done
          </Button>
        </>
      }
    >
      <span className="font-mono text-xs [overflow-wrap:anywhere]">{url}</span>
    </Banner>
  )
}
