'use client'
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs'
import { ALERT_STATES, type AlertListQuery, alertKindParam } from './alert-query'

export function useAlertFilters() {
  const [filters, setFilters] = useQueryStates(
    { state: parseAsStringLiteral(ALERT_STATES), kind: parseAsString, after: parseAsString },
    { throttleMs: 200 },
  )
  const change = (next: Partial<typeof filters>) => setFilters({ ...next, after: null })
  return { filters, change, clear: () => setFilters(null) }
}

type AlertFilters = ReturnType<typeof useAlertFilters>['filters']

export function queryOf({ state, kind, after }: AlertFilters): AlertListQuery {
  const known = alertKindParam(kind)
  return {
    state: state ?? 'open',
    ...(known ? { kind: known } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

export function paramsOf(filters: AlertFilters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(filters).filter(
      (entry): entry is [(typeof entry)[0], NonNullable<(typeof entry)[1]>] => !!entry[1],
    ),
  )
}
