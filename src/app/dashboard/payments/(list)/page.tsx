import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam, timeParam } from '../../_parts/list/search-params'
import { PaymentsPage } from '../_parts/payments-page'
import type { PaymentListQuery } from '../_parts/use-payment-query'

export const metadata = { title: 'Payments' }

const STATUSES = ['succeeded', 'sending', 'requires_action', 'unknown', 'declined', 'not_charged'] as const

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).payments.list(query).catch(() => null)
  return <PaymentsPage initial={initial} initialQuery={query} />
}

function readQuery(search: SearchParams): PaymentListQuery {
  const status = choiceParam(STATUSES, search.status)
  const currency =
    typeof search.currency === 'string' && /^[A-Z]{3}$/.test(search.currency) ? search.currency : undefined
  const found = {
    search: textParam(search.q, 200),
    from: timeParam(search.from),
    until: timeParam(search.until),
    cursor: textParam(search.after, 200),
    currency,
  }
  return {
    ...(status ? { statuses: [status] } : {}),
    ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Omit<
      PaymentListQuery,
      'statuses'
    >),
  }
}
