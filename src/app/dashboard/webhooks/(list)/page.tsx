import { caller } from '@/app/_trpc/caller'
import { WebhooksPage } from '../_parts/webhooks-page'

export const metadata = { title: 'Webhooks' }

export default async function Page() {
  const api = await caller()
  const mayChange = (await api.operator.current()).role === 'admin'
  const initial = await api.webhooks.list().catch(() => null)
  return <WebhooksPage initial={initial} mayChange={mayChange} />
}
