import { caller } from '@/app/_trpc/caller'
import { type SearchParams, textParam, timeParam } from '../_parts/list/search-params'
import { AuditPage } from './_parts/audit-page'
import type { AuditListQuery } from './_parts/use-audit-query'

export const metadata = { title: 'Audit log' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const query = readQuery(await searchParams)
  const initial = await (await caller()).audit.list(query).catch(() => null)
  return <AuditPage initial={initial} initialQuery={query} />
}

function readQuery(search: SearchParams): AuditListQuery {
  const all = {
    actor: textParam(search.actor, 200),
    action: textParam(search.action, 100),
    subject: textParam(search.subject, 200),
    from: timeParam(search.from),
    until: timeParam(search.until),
    cursor: /^\d{1,18}$/.test(String(search.after)) ? String(search.after) : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
