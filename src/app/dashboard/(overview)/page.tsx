import { cookies } from 'next/headers'
import { caller } from '@/app/_trpc/caller'
import { ownKey } from '../../docs/_parts/own-key'
import { choiceParam, type SearchParams } from '../_parts/list/search-params'
import { allDone, DISMISSED, FIRST_STEPS_COOKIE } from './_parts/first-steps-state'
import { OverviewPage } from './_parts/overview-page'

const RANGES = ['1h', '24h', '7d', '30d'] as const

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const range = choiceParam(RANGES, (await searchParams).range) ?? '24h'
  const [initial, firstSteps] = await Promise.all([
    caller().then(({ payments }) => payments.overview({ range })),
    readFirstSteps(),
  ])
  return <OverviewPage initial={initial} initialRange={range} firstSteps={firstSteps} />
}

/** What is left of the first steps, with the demo's key where this operator may see it; null: nothing, or they were dismissed. */
async function readFirstSteps() {
  if ((await cookies()).get(FIRST_STEPS_COOKIE)?.value === DISMISSED) return null
  const { payments } = await caller()
  const steps = await payments.firstSteps()
  if (steps === null || allDone(steps)) return null
  return { steps, token: await ownKey() }
}
