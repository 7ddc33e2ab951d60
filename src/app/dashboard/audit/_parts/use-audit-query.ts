'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { timeParam } from '../../_parts/list/search-params'

/** The filters of the log, as the server takes them. */
export interface AuditListQuery {
  actor?: string
  action?: string
  subject?: string
  from?: string
  until?: string
  cursor?: string
}

export function useAuditFilters() {
  const [filters, setFilters] = useQueryStates(
    {
      actor: parseAsString,
      action: parseAsString,
      subject: parseAsString,
      from: parseAsString,
      until: parseAsString,
      after: parseAsString,
    },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type AuditFilters = ReturnType<typeof useAuditFilters>['filters']

export function queryOf({ actor, action, subject, from, until, after }: AuditFilters): AuditListQuery {
  const all = {
    actor: actor?.trim(),
    action: action?.trim(),
    subject: subject?.trim(),
    from: timeParam(from ?? undefined),
    until: timeParam(until ?? undefined),
    cursor: after && /^\d{1,18}$/.test(after) ? after : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value))
}

export function paramsOf(filters: AuditFilters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter((entry): entry is [string, string] => !!entry[1]))
}

/** The filters of the log as a file. */
export function exportQuery(filters: AuditFilters): Record<string, string> {
  const { cursor: _, ...query } = queryOf(filters)
  return query
}
