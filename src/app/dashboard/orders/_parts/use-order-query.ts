'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import { FILTER_NAMES, type OrderFilters } from './order-query'

const PARSERS = Object.fromEntries(FILTER_NAMES.map((name) => [name, parseAsString])) as Record<
  (typeof FILTER_NAMES)[number],
  typeof parseAsString
>

/** The filters, kept in the address so that a filtered list can be shared. Any change leads back to the first page. */
export function useOrderFilters() {
  const [filters, setFilters] = useQueryStates(PARSERS, { throttleMs: 200 })
  const change = (next: Partial<OrderFilters>) => setFilters({ ...next, after: null })
  /** Keeps the order of the list. */
  const clear = () =>
    setFilters({ ...Object.fromEntries(FILTER_NAMES.map((name) => [name, null])), sort: filters.sort })
  return { filters, change, clear }
}
