'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { DELIVERY_STATES } from '../../_parts/delivery-state'

/** The filters of the deliveries, as the server takes them. */
export interface DeliveryListQuery {
  state?: (typeof DELIVERY_STATES)[number]
  cursor?: string
}

export function useDeliveryFilters() {
  const [filters, setFilters] = useQueryStates({
    state: parseAsStringLiteral(DELIVERY_STATES),
    after: parseAsString,
  })
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type DeliveryFilters = ReturnType<typeof useDeliveryFilters>['filters']

export function queryOf({ state, after }: DeliveryFilters): DeliveryListQuery {
  return { ...(state ? { state } : {}), ...(after ? { cursor: after } : {}) }
}

export function paramsOf({ state, after }: DeliveryFilters): Record<string, string> {
  return { ...(state ? { state } : {}), ...(after ? { after } : {}) }
}
