import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { RECORD_STATES } from '../../_parts/record-state'
import { ExplorePage } from '../_parts/explore-page'
import { RecordsPage } from '../_parts/records-page'
import type { RecordListQuery } from '../_parts/use-record-query'
import { VIEWS } from '../_parts/views'

export const metadata = { title: 'Idempotency' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams
  const { idempotency } = await caller()
  const view = choiceParam(VIEWS, search.view)
  if (view) {
    const initial = await idempotency.explore({ view }).catch(() => null)
    return <ExplorePage key={view} view={view} initial={initial} />
  }
  const query = readQuery(search)
  const initial = await idempotency.list(query).catch(() => null)
  return <RecordsPage initial={initial} initialQuery={query} />
}

function readQuery(search: SearchParams): RecordListQuery {
  const state = choiceParam(RECORD_STATES, search.state)
  const q = textParam(search.q, 255)
  const cursor = textParam(search.after, 400)
  return { ...(state ? { state } : {}), ...(q ? { search: q } : {}), ...(cursor ? { cursor } : {}) }
}
