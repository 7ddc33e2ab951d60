'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { RECORD_STATES } from '../../_parts/record-state'

/** The filters of the list, as the server takes them. */
export interface RecordListQuery {
  state?: (typeof RECORD_STATES)[number]
  search?: string
  cursor?: string
}

export function useRecordFilters() {
  const [filters, setFilters] = useQueryStates(
    { state: parseAsStringLiteral(RECORD_STATES), q: parseAsString, after: parseAsString },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type RecordFilters = ReturnType<typeof useRecordFilters>['filters']

export function queryOf({ state, q, after }: RecordFilters): RecordListQuery {
  return {
    ...(state ? { state } : {}),
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf({ state, q, after }: RecordFilters): Record<string, string> {
  return { ...(state ? { state } : {}), ...(q ? { q } : {}), ...(after ? { after } : {}) }
}
