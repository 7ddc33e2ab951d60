import { timeParam } from '../../../_parts/list/search-params'

/** The filters of the request log, as its address has them. */
export const FILTERS = [
  'apiKey',
  'status',
  'problem',
  'method',
  'path',
  'key',
  'requestId',
  'newKeys',
  'from',
  'until',
] as const
export type RequestFilters = Record<(typeof FILTERS)[number] | 'after', string | null>

export const STATUSES = {
  succeeded: '2xx, succeeded',
  refused: '4xx, refused',
  failed: '5xx, failed',
} as const
export const METHODS = ['GET', 'POST'] as const

/** The filters as the server takes them. What it would refuse is left out. */
export interface RequestListQuery {
  apiKey?: string
  status?: keyof typeof STATUSES
  problem?: string
  method?: (typeof METHODS)[number]
  path?: string
  key?: string
  requestId?: string
  newKeys?: boolean
  from?: string
  until?: string
  cursor?: string
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

export function queryOf(filters: Partial<RequestFilters>): RequestListQuery {
  const { apiKey, status, problem, method, after } = filters
  const all = {
    apiKey: apiKey && /^key_[0-9a-f]{32}$/.test(apiKey) ? apiKey : undefined,
    status: status && status in STATUSES ? (status as keyof typeof STATUSES) : undefined,
    problem: problem && /^[a-z-]{1,40}$/.test(problem) ? problem : undefined,
    method: METHODS.find((one) => one === method),
    path: words(filters.path, 200),
    key: words(filters.key, 255),
    requestId: words(filters.requestId, 64),
    newKeys: filters.newKeys === 'true' || undefined,
    from: timeParam(filters.from ?? undefined),
    until: timeParam(filters.until ?? undefined),
    cursor: after && UUID.test(after) ? after : undefined,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}

function words(text: string | null | undefined, max: number): string | undefined {
  const trimmed = text?.trim() ?? ''
  return trimmed === '' || /\p{Cc}/u.test(trimmed) ? undefined : trimmed.slice(0, max)
}

export function paramsOf(filters: RequestFilters): Record<string, string> {
  return Object.fromEntries(Object.entries(filters).filter((entry): entry is [string, string] => !!entry[1]))
}
