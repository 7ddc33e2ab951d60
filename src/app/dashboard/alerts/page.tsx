import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam } from '../_parts/list/search-params'
import { ALERT_STATES, type AlertListQuery, alertKindParam } from './_parts/alert-query'
import { AlertsPage } from './_parts/alerts-page'

export const metadata = { title: 'Alerts' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const api = await caller()
  const [initial, { sandbox }] = await Promise.all([
    api.alerts.list(query).catch(() => null),
    api.operator.current(),
  ])
  return <AlertsPage initial={initial} initialQuery={query} mailbox={sandbox} />
}

function readQuery(search: SearchParams): AlertListQuery {
  const kind = alertKindParam(textParam(search.kind, 40))
  const cursor = textParam(search.after, 500)
  return {
    state: choiceParam(ALERT_STATES, search.state) ?? 'open',
    ...(kind ? { kind } : {}),
    ...(cursor ? { cursor } : {}),
  }
}
