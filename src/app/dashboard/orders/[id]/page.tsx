import type { Metadata } from 'next'
import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { OrderDetailPage } from './_parts/order-detail'

export const metadata: Metadata = { title: 'Order' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id)
  const api = await caller()
  const order = await orNotFound(api.orders.get({ id }))
  const payments = await api.payments.list({ search: order.id }).catch(() => null)
  return <OrderDetailPage initial={order} initialPayments={payments} />
}
