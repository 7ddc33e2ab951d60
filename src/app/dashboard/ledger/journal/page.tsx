import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { type SearchParams, textParam } from '../../_parts/list/search-params'
import { JournalPage } from './_parts/journal-page'

export const metadata = { title: 'Journal' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const cursor = textParam((await searchParams).after, 200)
  const input = { limit: 20, ...(cursor ? { cursor } : {}) }
  const initial = await orNotFound((await caller()).ledger.journal(input))
  return <JournalPage key={cursor ?? ''} initial={initial} cursor={cursor ?? null} />
}
