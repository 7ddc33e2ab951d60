import { type ReaderClock, timesOf } from '../../_parts/list/period'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { SORTS, type Sort } from '../../_parts/list/sort-select'
import { ORDER_STATES, type OrderStateName } from './order-state'

/** What the address says, as it was entered. */
export const FILTER_NAMES = ['state', 'currency', 'q', 'when', 'from', 'until', 'sort', 'after'] as const
type FilterName = (typeof FILTER_NAMES)[number]
export type OrderFilters = Record<FilterName, string | null>

/** Names that say how orders are listed; the others say which. */
const HOW: readonly string[] = ['sort', 'after']

/** Which orders, as the server takes it. Times are RFC 3339. */
export interface OrderFilterQuery {
  currency?: string
  search?: string
  from?: string
  until?: string
}

export interface OrderListQuery extends OrderFilterQuery {
  state?: OrderStateName
  sort?: Sort
  cursor?: string
}

/** The filters of an address as Next passes it. */
export function filtersOf(search: SearchParams): OrderFilters {
  const read = (name: FilterName) => {
    const value = search[name]
    return [name, typeof value === 'string' && value !== '' ? value : null] as const
  }
  return Object.fromEntries(FILTER_NAMES.map(read)) as OrderFilters
}

/** The address with these filters. */
export function paramsOf(filters: OrderFilters): Record<string, string> {
  return Object.fromEntries(
    FILTER_NAMES.flatMap((name) => (filters[name] ? [[name, filters[name]] as const] : [])),
  )
}

/** Names of the filters that are set, in the order of the screen. */
export function filtersInForce(filters: OrderFilters): FilterName[] {
  return FILTER_NAMES.filter((name) => filters[name] && !HOW.includes(name))
}

/** Pure. Which orders: without their state, the order and the page. What cannot be read from a hand-written address is left out. */
export function filterQueryOf(filters: OrderFilters, clock: ReaderClock): OrderFilterQuery {
  const { currency, q } = filters
  const found = {
    currency: currency && /^[A-Z]{3}$/.test(currency) ? currency : undefined,
    search: textParam(q ?? undefined, 200),
    ...timesOf(filters, clock),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** Pure. */
export function queryOf(filters: OrderFilters, clock: ReaderClock): OrderListQuery {
  const query = filterQueryOf(filters, clock)
  const state = choiceParam(ORDER_STATES, filters.state ?? undefined)
  const sort = choiceParam(SORTS, filters.sort ?? undefined) ?? 'newest'
  const cursor = textParam(filters.after ?? undefined, 200)
  return {
    ...query,
    ...(state ? { state } : {}),
    // Amounts of two currencies do not compare.
    ...(sort !== 'newest' && query.currency ? { sort } : {}),
    ...(cursor ? { cursor } : {}),
  }
}
