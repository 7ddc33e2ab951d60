import { TRPCError } from '@trpc/server'
import { notFound } from 'next/navigation'
import { caller } from '@/app/_trpc/caller'
import { RecordDetailPage } from './_parts/record-detail'

export const metadata = { title: 'Idempotency record' }

export default async function Page({ params }: { params: Promise<{ record: string }> }) {
  const { record } = await params
  return <RecordDetailPage initial={await read(decodeURIComponent(record))} />
}

async function read(id: string) {
  try {
    return await (await caller()).idempotency.get({ id })
  } catch (error) {
    if (error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')) notFound()
    throw error
  }
}
