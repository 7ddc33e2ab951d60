import { caller } from '@/app/_trpc/caller'
import { STATE_NAMES } from '../../_parts/record-state'
import { oneOf, type Search, text } from '../../_parts/list/search-params'
import { RecordsPage } from '../_parts/records-page'
import type { RecordQuery } from '../_parts/use-record-query'

export const metadata = { title: 'Idempotency' }

export default async function Page({ searchParams }: { searchParams: Promise<Search> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).idempotency.list(query).catch(() => null)
  return <RecordsPage initial={initial} initialQuery={query} />
}

function readQuery(search: Search): RecordQuery {
  const state = oneOf(STATE_NAMES, search.state)
  const q = text(search.q, 255)
  const cursor = text(search.after, 400)
  return { ...(state ? { state } : {}), ...(q ? { search: q } : {}), ...(cursor ? { cursor } : {}) }
}
