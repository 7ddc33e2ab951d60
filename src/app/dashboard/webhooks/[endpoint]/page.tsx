import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { DELIVERY_STATES } from '../_parts/delivery-state'
import { EndpointPage } from './_parts/endpoint-page'
import type { DeliveryListQuery } from './_parts/use-delivery-query'

export const metadata = { title: 'Webhook endpoint' }

interface Props {
  params: Promise<{ endpoint: string }>
  searchParams: Promise<SearchParams>
}

export default async function Page({ params, searchParams }: Props) {
  const { endpoint: id } = await params
  const api = await caller()
  const mayChange = (await api.operator.current()).role === 'admin'
  const initial = await orNotFound(api.webhooks.get({ id: id.slice(0, 64) }))
  const query = readQuery(await searchParams)
  const deliveries = await api.webhooks.deliveries({ id: initial.id, ...query }).catch(() => null)
  const { types, loopback } = await api.webhooks.list()
  return (
    <EndpointPage
      initial={initial}
      initialDeliveries={deliveries}
      initialQuery={query}
      types={types}
      loopback={loopback}
      mayChange={mayChange}
    />
  )
}

function readQuery(search: SearchParams): DeliveryListQuery {
  const state = choiceParam(DELIVERY_STATES, search.state)
  const cursor = textParam(search.after, 500)
  return { ...(state ? { state } : {}), ...(cursor ? { cursor } : {}) }
}
