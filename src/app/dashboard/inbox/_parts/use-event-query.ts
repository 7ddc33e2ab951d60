'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { EVENT_STATES } from './event-state'

/** The filters of the list, as the server takes them. */
export interface EventListQuery {
  state?: (typeof EVENT_STATES)[number]
  search?: string
  cursor?: string
}

export function useEventFilters() {
  const [filters, setFilters] = useQueryStates(
    { state: parseAsStringLiteral(EVENT_STATES), q: parseAsString, after: parseAsString },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type EventFilters = ReturnType<typeof useEventFilters>['filters']

export function queryOf({ state, q, after }: EventFilters): EventListQuery {
  return {
    ...(state ? { state } : {}),
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf({ state, q, after }: EventFilters): Record<string, string> {
  return { ...(state ? { state } : {}), ...(q ? { q } : {}), ...(after ? { after } : {}) }
}
