import { caller } from '@/app/_trpc/caller'
import { type SearchParams, textParam } from '../_parts/list/search-params'
import { LinksPage } from './_parts/links-page'

export const metadata = { title: 'Payment links' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const after = textParam((await searchParams).after, 200)
  const api = await caller()
  const [initial, { role }] = await Promise.all([
    api.links.list(after ? { cursor: after } : {}).catch(() => null),
    api.operator.current(),
  ])
  return <LinksPage initial={initial} after={after ?? null} mayChange={role !== 'viewer'} />
}
