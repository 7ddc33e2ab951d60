import { caller } from '@/app/_trpc/caller'
import type { SearchParams } from '../../_parts/list/search-params'
import { daysInAddress, daysQuery } from '../../_parts/period/days'
import { TrialBalancePage } from './_parts/trial-balance-page'

export const metadata = { title: 'Trial balance' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  // The server does not know the reader's zone: without one in the address it renders UTC, and the browser asks for its own.
  const query = daysQuery(daysInAddress(await searchParams), 'UTC', new Date())
  const initial = await (await caller()).ledger.trialBalance(query).catch(() => null)
  return <TrialBalancePage initial={initial} initialQuery={query} />
}
