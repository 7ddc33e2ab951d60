'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { FILTER_NAMES, type PaymentFilters } from './payment-query'

const PARSERS = Object.fromEntries(FILTER_NAMES.map((name) => [name, parseAsString])) as Record<
  (typeof FILTER_NAMES)[number],
  typeof parseAsString
>

/** The filters, kept in the address so that a filtered list can be shared. Any change leads back to the first page. */
export function usePaymentFilters() {
  const [filters, setFilters] = useQueryStates(PARSERS, { throttleMs: 200 })
  const change = (next: Partial<PaymentFilters>) => setFilters({ ...next, after: null })
  /** Keeps the order and the size of the page. */
  const clear = () =>
    setFilters({
      ...Object.fromEntries(FILTER_NAMES.map((name) => [name, null])),
      sort: filters.sort,
      per: filters.per,
    })
  return { filters, change, clear }
}
