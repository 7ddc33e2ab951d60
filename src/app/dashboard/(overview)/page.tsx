import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams } from '../_parts/list/search-params'
import { OverviewPage } from './_parts/overview-page'

const RANGES = ['1h', '24h', '7d', '30d'] as const

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const range = choiceParam(RANGES, (await searchParams).range) ?? '24h'
  return <OverviewPage initial={await (await caller()).payments.overview({ range })} initialRange={range} />
}
