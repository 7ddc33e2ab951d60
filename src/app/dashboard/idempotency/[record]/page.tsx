import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { RecordDetailPage } from './_parts/record-detail'

export const metadata = { title: 'Idempotency record' }

export default async function Page({ params }: { params: Promise<{ record: string }> }) {
  const id = decodeURIComponent((await params).record)
  const api = await caller()
  return <RecordDetailPage initial={await orNotFound(api.idempotency.get({ id }))} />
}
