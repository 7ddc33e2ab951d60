import { caller } from '@/app/_trpc/caller'
import { IntegrityPage } from './_parts/integrity-page'

export const metadata = { title: 'Integrity' }

export default async function Page() {
  const api = await caller()
  return <IntegrityPage initial={await api.integrity.check()} />
}
