import type { Metadata } from 'next'
import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { PaymentDetailPage } from './_parts/payment-detail'

export const metadata: Metadata = { title: 'Payment' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const id = decodeURIComponent((await params).id)
  const api = await caller()
  return <PaymentDetailPage initial={await orNotFound(api.payments.get({ id }))} />
}
