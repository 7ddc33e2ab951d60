import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { DeliveryDetailPage } from './_parts/delivery-page'

export const metadata = { title: 'Delivery' }

export default async function Page({ params }: { params: Promise<{ delivery: string }> }) {
  const { delivery: id } = await params
  const api = await caller()
  const initial = await orNotFound(api.webhooks.delivery({ id: id.slice(0, 64) }))
  return <DeliveryDetailPage initial={initial} />
}
