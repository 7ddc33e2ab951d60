import { caller } from '@/app/_trpc/caller'
import { DevelopersPage } from './_parts/developers-page'

export const metadata = { title: 'Developers' }

export default async function Page() {
  const api = await caller()
  const [initial, initialUse] = await Promise.all([
    api.developers.keys().catch(() => null),
    api.requests.use().catch(() => null),
  ])
  return <DevelopersPage initial={initial} initialUse={initialUse} />
}
