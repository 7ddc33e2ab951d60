import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, timeParam } from '../_parts/list/search-params'
import { ReconciliationPage } from './_parts/reconciliation-page'
import { currencyParam, cursorParam, type MovementQuery, STATES } from './_parts/use-movement-query'

export const metadata = { title: 'Bank' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).reconciliation.list(query).catch(() => null)
  return <ReconciliationPage initial={initial} initialQuery={query} />
}

function readQuery(search: SearchParams): MovementQuery {
  const all = {
    from: timeParam(search.from),
    until: timeParam(search.until),
    currency: currencyParam(search.currency),
    state: choiceParam(STATES, search.state),
    cursor: cursorParam(search.after),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
