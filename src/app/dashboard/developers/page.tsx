import { caller } from '@/app/_trpc/caller'
import { DevelopersPage } from './_parts/developers-page'

export const metadata = { title: 'Developers' }

export default async function Page() {
  const initial = await (await caller()).developers.keys().catch(() => null)
  return <DevelopersPage initial={initial} />
}
