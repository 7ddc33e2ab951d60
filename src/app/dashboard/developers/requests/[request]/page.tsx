import { notFound } from 'next/navigation'
import { caller } from '@/app/_trpc/caller'
import { orNotFound } from '@/app/_trpc/or-not-found'
import { RequestDetail } from './_parts/request-detail'

export const metadata = { title: 'Request' }

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export default async function Page({ params }: { params: Promise<{ request: string }> }) {
  const { request: id } = await params
  if (!UUID.test(id)) notFound()
  const api = await caller()
  return <RequestDetail request={await orNotFound(api.requests.get({ id }))} />
}
