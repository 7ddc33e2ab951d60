'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { timeParam } from '../../_parts/list/search-params'

export const STATUSES = [
  'succeeded',
  'sending',
  'requires_action',
  'unknown',
  'declined',
  'not_charged',
] as const

/** The filters of the list, as the server takes them. Times are RFC 3339. */
export interface PaymentListQuery {
  statuses?: (typeof STATUSES)[number][]
  currency?: string
  search?: string
  from?: string
  until?: string
  cursor?: string
}

/** The filters, kept in the address so that a filtered list can be shared. Any change leads back to the first page. */
export function usePaymentFilters() {
  const [filters, setFilters] = useQueryStates(
    {
      status: parseAsStringLiteral(STATUSES),
      currency: parseAsString,
      q: parseAsString,
      from: parseAsString,
      until: parseAsString,
      after: parseAsString,
    },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  const clear = () => setFilters(null)
  return { filters, change, clear }
}

export type PaymentFilters = ReturnType<typeof usePaymentFilters>['filters']

export function queryOf({ status, currency, q, from, until, after }: PaymentFilters): PaymentListQuery {
  const begin = timeParam(from ?? undefined)
  const end = timeParam(until ?? undefined)
  return {
    ...(status ? { statuses: [status] } : {}),
    ...(currency && /^[A-Z]{3}$/.test(currency) ? { currency } : {}),
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(begin ? { from: begin } : {}),
    ...(end ? { until: end } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf(filters: PaymentFilters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filters).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string' && pair[1] !== '',
    ),
  )
}
