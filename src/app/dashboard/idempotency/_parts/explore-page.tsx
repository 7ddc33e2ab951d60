'use client'
import { EmptyState } from '@/ui/empty-state'
import { PageHeader } from '@/ui/page-header'
import { api, type ExploredPage } from '../../_parts/api'
import { ListFrame } from '../../_parts/list/list-frame'
import { useLive } from '../../_parts/live/live-query'
import { formatCount } from '../../_parts/words'
import { ExploreTable } from './explore-table'
import { ViewTabs } from './view-tabs'
import type { ViewName } from './views'

/** 10 s: each look reads some thousand rows. */
const EVERY_MS = 10_000

/** A view of the keys that deserve a look. */
export function ExplorePage({ view, initial }: { view: ViewName; initial: ExploredPage | null }) {
  const live = useLive(
    ['records', view],
    () => api.idempotency.explore.query({ view }),
    initial ?? undefined,
    { on: ['payments'], everyMs: EVERY_MS },
  )
  return (
    <>
      <PageHeader title="Idempotency" note={noteOf(view, live.data?.scanned ?? 20_000)} />
      <ViewTabs here={view} />
      <ListFrame
        live={live}
        filters={{ active: false, params: {}, clear: () => undefined }}
        path="/dashboard/idempotency"
        what="keys"
        table={(items) => <ExploreTable view={view} items={items} />}
        empty={<EmptyState title={NONE[view].title}>{NONE[view].why}</EmptyState>}
      />
    </>
  )
}

function noteOf(view: ViewName, scanned: number): string {
  const newest = `your newest ${formatCount(scanned)} requests with a key`
  if (view === 'hot')
    return `The keys that came most often, among ${newest}. Repeats of an answered key get the stored answer, and nothing is done again.`
  if (view === 'mismatches')
    return 'Keys that were sent again with another payload: the request was refused with 422, and nothing was done. A key is for one request.'
  return `Keys that came again more than an hour after their answer, among ${newest}, or after the answer was deleted: from a queue, a job that was started again, or a stored request.`
}

const NONE: Record<ViewName, { title: string; why: string }> = {
  hot: { title: 'No key came twice', why: 'Among the newest requests, each had a key of its own.' },
  mismatches: {
    title: 'No key came with another payload',
    why: 'No request that we still know was refused for another payload.',
  },
  late: {
    title: 'No late retries',
    why: 'Among the newest requests, none came more than an hour after its answer.',
  },
}
