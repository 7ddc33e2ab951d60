import { parseAsString, useQueryStates } from 'nuqs'
import type { ListedMovement } from '../../_parts/api'
import { choiceParam, timeParam } from '../../_parts/list/search-params'

export const STATES = [
  'matched',
  'explained',
  'open',
  'difference',
] as const satisfies readonly ListedMovement['state'][]

/** The filters, as the server takes them. */
export interface MovementQuery {
  from?: string
  until?: string
  currency?: string
  state?: ListedMovement['state']
  cursor?: string
}

export function useMovementFilters() {
  const [filters, setFilters] = useQueryStates(
    {
      from: parseAsString,
      until: parseAsString,
      currency: parseAsString,
      state: parseAsString,
      after: parseAsString,
    },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type MovementFilters = ReturnType<typeof useMovementFilters>['filters']

export function queryOf({ from, until, currency, state, after }: MovementFilters): MovementQuery {
  const all = {
    from: timeParam(from ?? undefined),
    until: timeParam(until ?? undefined),
    currency: currencyParam(currency ?? undefined),
    state: choiceParam(STATES, state ?? undefined),
    cursor: cursorParam(after ?? undefined),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value))
}

/** Three letters, however they are typed; what is half typed filters nothing. */
export function currencyParam(value: string | string[] | undefined): string | undefined {
  const code = typeof value === 'string' ? value.trim().toUpperCase() : ''
  return /^[A-Z]{3}$/.test(code) ? code : undefined
}

export function cursorParam(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[\w-]{1,500}$/.test(value) ? value : undefined
}

export function paramsOf(filters: MovementFilters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter((entry): entry is [string, string] => !!entry[1]))
}

/** The filters of the movements as a file. */
export function exportQuery(filters: MovementFilters): Record<string, string> {
  const { cursor: _, ...query } = queryOf(filters)
  return query
}
