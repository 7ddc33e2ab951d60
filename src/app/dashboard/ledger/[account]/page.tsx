import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { type SearchParams, textParam, timeParam } from '../../_parts/list/search-params'
import { daysInAddress, daysQuery } from '../../_parts/period/days'
import { AccountPage } from './_parts/account-page'
import { type AccountQuery, accountInput, paramsOf, statementInput } from './_parts/account-query'

export const metadata = { title: 'Account' }

interface Props {
  params: Promise<{ account: string }>
  searchParams: Promise<SearchParams>
}

export default async function Page({ params, searchParams }: Props) {
  const search = await searchParams
  const days = daysInAddress(search)
  const query: AccountQuery = {
    id: decodeURIComponent((await params).account),
    asOf: timeParam(search.asOf) ?? null,
    days: days.first || days.last ? daysQuery(days, 'UTC', new Date()) : null,
    cursor: textParam(search.after, 200) ?? null,
  }
  return (
    <AccountPage
      key={`${query.id}${JSON.stringify(paramsOf(query))}${query.cursor}`}
      query={query}
      initial={await orNotFound(read(query))}
    />
  )
}

async function read(query: AccountQuery) {
  const api = await caller()
  const [account, statement, period, limit] = await Promise.all([
    api.ledger.account(accountInput(query)),
    api.ledger.statement(statementInput(query)),
    api.ledger.accountPeriod({ id: query.id, ...query.days }),
    api.limits.get({ account: query.id }),
  ])
  return { account, statement, period, limit }
}
