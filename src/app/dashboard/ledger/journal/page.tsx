import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { daysInAddress, daysQuery } from '../../_parts/period/days'
import { JournalPage } from './_parts/journal-page'
import { type JournalFilters, journalInput, KINDS } from './_parts/journal-query'

export const metadata = { title: 'Journal' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const filters = readFilters(await searchParams)
  const initial = await (await caller()).ledger.journal(journalInput(filters)).catch(() => null)
  return <JournalPage initial={initial} initialFilters={filters} />
}

function readFilters(search: SearchParams): JournalFilters {
  const days = daysInAddress(search)
  return {
    q: textParam(search.q, 200) ?? null,
    kind: choiceParam(KINDS, search.kind) ?? null,
    days: days.first || days.last ? daysQuery(days, 'UTC', new Date()) : null,
    after: textParam(search.after, 200) ?? null,
  }
}
