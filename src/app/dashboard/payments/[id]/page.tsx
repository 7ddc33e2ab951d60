import { TRPCError } from '@trpc/server'
import type { Metadata } from 'next'
import { notFound } from 'next/navigation'
import { caller } from '@/app/_trpc/caller'
import { PaymentDetailPage } from './_parts/payment-detail'

export const metadata: Metadata = { title: 'Payment' }

export default async function Page({ params }: { params: Promise<{ id: string }> }) {
  const { id } = await params
  return <PaymentDetailPage initial={await read(decodeURIComponent(id))} />
}

async function read(id: string) {
  try {
    return await (await caller()).payments.get({ id })
  } catch (error) {
    if (error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')) notFound()
    throw error
  }
}
