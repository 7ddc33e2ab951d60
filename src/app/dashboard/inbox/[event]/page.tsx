import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { EventDetailPage } from './_parts/event-detail'

export const metadata = { title: 'Event' }

/** Ids of events. Whatever else stands in the address is no event, so that nobody has to be asked. */
const ID = /^evt_[A-Za-z0-9_]{1,250}$/

export default async function Page({ params }: { params: Promise<{ event: string }> }) {
  const { event } = await params
  const api = await caller()
  const initial = await orNotFound(api.inbox.get({ id: ID.test(event) ? event : 'evt_none' }))
  return <EventDetailPage initial={initial} />
}
