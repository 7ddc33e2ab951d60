'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { ORDER_STATES, type OrderStateName } from './order-state'

/** The filters of the list, as the server takes them. */
export interface OrderListQuery {
  state?: OrderStateName
  search?: string
  cursor?: string
}

export function useOrderFilters() {
  const [filters, setFilters] = useQueryStates(
    { state: parseAsStringLiteral(ORDER_STATES), q: parseAsString, after: parseAsString },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type OrderFilters = ReturnType<typeof useOrderFilters>['filters']

export function queryOf({ state, q, after }: OrderFilters): OrderListQuery {
  return {
    ...(state ? { state } : {}),
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf({ state, q, after }: OrderFilters): Record<string, string> {
  return { ...(state ? { state } : {}), ...(q ? { q } : {}), ...(after ? { after } : {}) }
}
