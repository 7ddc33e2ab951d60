import { caller } from '@/app/_trpc/caller'
import { instant, oneOf, type Search, text } from '../../_parts/list/search-params'
import { PaymentsPage } from '../_parts/payments-page'
import type { PaymentQuery } from '../_parts/use-payment-query'

export const metadata = { title: 'Payments' }

const STATUSES = ['succeeded', 'sending', 'requires_action', 'unknown', 'declined', 'not_charged'] as const

export default async function Page({ searchParams }: { searchParams: Promise<Search> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).payments.list(query).catch(() => null)
  return <PaymentsPage initial={initial} initialQuery={query} />
}

function readQuery(search: Search): PaymentQuery {
  const status = oneOf(STATUSES, search.status)
  const currency =
    typeof search.currency === 'string' && /^[A-Z]{3}$/.test(search.currency) ? search.currency : undefined
  const found = {
    search: text(search.q, 200),
    from: instant(search.from),
    until: instant(search.until),
    cursor: text(search.after, 200),
    currency,
  }
  return {
    ...(status ? { statuses: [status] } : {}),
    ...(Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined)) as Omit<
      PaymentQuery,
      'statuses'
    >),
  }
}
