import { caller } from '@/app/_trpc/caller'
import type { SearchParams } from '../../../_parts/list/search-params'
import { FILTERS, queryOf } from '../_parts/request-filters'
import { RequestsPage } from '../_parts/requests-page'

export const metadata = { title: 'Requests' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams
  const given = [...FILTERS, 'after'].map((name) => [
    name,
    typeof search[name] === 'string' ? search[name] : null,
  ])
  const query = queryOf(Object.fromEntries(given))
  const api = await caller()
  const [initial, keys] = await Promise.all([
    api.requests.list(query).catch(() => null),
    api.developers.keys().then(
      (found) => found.keys,
      () => [],
    ),
  ])
  return <RequestsPage initial={initial} initialQuery={query} keys={keys} />
}
