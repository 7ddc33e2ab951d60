import { caller } from '@/app/_trpc/caller'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { EVENT_STATES } from '../_parts/event-state'
import { InboxPage } from '../_parts/inbox-page'
import type { EventListQuery } from '../_parts/use-event-query'

export const metadata = { title: 'Inbox' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).inbox.list(query).catch(() => null)
  return <InboxPage initial={initial} initialQuery={query} />
}

function readQuery(search: SearchParams): EventListQuery {
  const state = choiceParam(EVENT_STATES, search.state)
  const q = textParam(search.q, 255)
  const cursor = textParam(search.after, 500)
  return { ...(state ? { state } : {}), ...(q ? { search: q } : {}), ...(cursor ? { cursor } : {}) }
}
