'use client'
import { parseAsString, useQueryStates } from 'nuqs'
import type { RequestFilters } from './request-filters'

export function useRequestFilters() {
  const [filters, setFilters] = useQueryStates(
    {
      apiKey: parseAsString,
      status: parseAsString,
      problem: parseAsString,
      method: parseAsString,
      path: parseAsString,
      key: parseAsString,
      requestId: parseAsString,
      newKeys: parseAsString,
      from: parseAsString,
      until: parseAsString,
      after: parseAsString,
    },
    { throttleMs: 200 },
  )
  const change = (next: Partial<RequestFilters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}
