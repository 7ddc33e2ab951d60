import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { type SearchParams, textParam, timeParam } from '../../_parts/list/search-params'
import { AccountPage } from './_parts/account-page'
import { type AccountQuery, statementInput } from './_parts/account-query'

export const metadata = { title: 'Account' }

interface Props {
  params: Promise<{ account: string }>
  searchParams: Promise<SearchParams>
}

export default async function Page({ params, searchParams }: Props) {
  const search = await searchParams
  const query: AccountQuery = {
    id: decodeURIComponent((await params).account),
    asOf: timeParam(search.asOf) ?? null,
    cursor: textParam(search.after, 200) ?? null,
  }
  return (
    <AccountPage
      key={`${query.id}${query.asOf}${query.cursor}`}
      query={query}
      initial={await orNotFound(read(query))}
    />
  )
}

async function read(query: AccountQuery) {
  const api = await caller()
  const [account, statement] = await Promise.all([
    api.ledger.account({ id: query.id, ...(query.asOf ? { asOf: query.asOf } : {}) }),
    api.ledger.statement(statementInput(query)),
  ])
  return { account, statement }
}
