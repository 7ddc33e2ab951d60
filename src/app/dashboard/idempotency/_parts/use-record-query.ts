'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { STATE_NAMES } from '../../_parts/record-state'

/** What the list asks the server. */
export interface RecordQuery {
  state?: (typeof STATE_NAMES)[number]
  search?: string
  cursor?: string
}

export function useRecordFilters() {
  const [filters, setFilters] = useQueryStates(
    { state: parseAsStringLiteral(STATE_NAMES), q: parseAsString, after: parseAsString },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type RecordFilters = ReturnType<typeof useRecordFilters>['filters']

export function queryOf({ state, q, after }: RecordFilters): RecordQuery {
  return {
    ...(state ? { state } : {}),
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf({ state, q, after }: RecordFilters): Record<string, string> {
  return { ...(state ? { state } : {}), ...(q ? { q } : {}), ...(after ? { after } : {}) }
}
