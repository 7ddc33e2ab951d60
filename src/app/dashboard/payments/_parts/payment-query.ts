import { minorOfText } from '@/lib/minor-of-text'
import { isLongEnough, SEARCH_MIN } from '@/lib/search-text'
import { type ReaderClock, timesOf } from '../../_parts/list/period'
import { choiceParam, type SearchParams, textParam } from '../../_parts/list/search-params'
import { SORTS, type Sort } from '../../_parts/list/sort-select'

export const STATUSES = [
  'succeeded',
  'sending',
  'requires_action',
  'unknown',
  'authorised',
  'declined',
  'not_charged',
  'voided',
] as const
export type Status = (typeof STATUSES)[number]

export const PAGE_SIZES = [25, 50, 100] as const
type PageSize = (typeof PAGE_SIZES)[number]

/** What the address says, as it was entered. */
export const FILTER_NAMES = [
  'status',
  'currency',
  'q',
  'when',
  'from',
  'until',
  'min',
  'max',
  'ref',
  'email',
  'last4',
  'meta',
  'sort',
  'per',
  'after',
] as const
type FilterName = (typeof FILTER_NAMES)[number]
export type PaymentFilters = Record<FilterName, string | null>

/** Names that say which payments are listed; the others say how. */
const HOW: readonly string[] = ['sort', 'per', 'after']

/** Which payments, as the server takes it. Times are RFC 3339, amounts in minor units. */
export interface PaymentFilterQuery {
  currency?: string
  search?: string
  from?: string
  until?: string
  lowest?: number
  highest?: number
  reference?: string
  email?: string
  lastFour?: string
  metadata?: { key: string; value?: string }
}

export interface PaymentListQuery extends PaymentFilterQuery {
  statuses?: Status[]
  sort?: Sort
  cursor?: string
  limit?: PageSize
}

/** The filters of an address as Next passes it. */
export function filtersOf(search: SearchParams): PaymentFilters {
  const read = (name: FilterName) => {
    const value = search[name]
    return [name, typeof value === 'string' && value !== '' ? value : null] as const
  }
  return Object.fromEntries(FILTER_NAMES.map(read)) as PaymentFilters
}

/** The address with these filters, without a text that is too short to search for. */
export function paramsOf(filters: PaymentFilters): Record<string, string> {
  const known = { ...filters, q: shortSearchHint(filters) ? null : filters.q }
  return Object.fromEntries(
    FILTER_NAMES.flatMap((name) => (known[name] ? [[name, known[name]] as const] : [])),
  )
}

/** What to say of a text that is too short to search for; null for any other. */
export function shortSearchHint({ q }: Pick<PaymentFilters, 'q'>): string | null {
  return q?.trim() && !isLongEnough(q) ? `Type at least ${SEARCH_MIN} characters.` : null
}

/** Names of the filters that are set, in the order of the screen. */
export function filtersInForce(filters: PaymentFilters): FilterName[] {
  return FILTER_NAMES.filter((name) => paramsOf(filters)[name] && !HOW.includes(name))
}

/** Pure. What cannot be read from a hand-written address is left out, and not sent. */
export function queryOf(filters: PaymentFilters, clock: ReaderClock): PaymentListQuery {
  const status = choiceParam(STATUSES, filters.status ?? undefined)
  const query = filterQueryOf(filters, clock)
  const sort = choiceParam(SORTS, filters.sort ?? undefined) ?? 'newest'
  const limit = PAGE_SIZES.find((size) => String(size) === filters.per)
  const cursor = textParam(filters.after ?? undefined, 200)
  return {
    ...query,
    ...(status ? { statuses: [status] } : {}),
    // Amounts of two currencies do not compare.
    ...(sort !== 'newest' && query.currency ? { sort } : {}),
    ...(limit !== undefined && limit !== 25 ? { limit } : {}),
    ...(cursor ? { cursor } : {}),
  }
}

/** Pure. Which payments: without their state, the order and the page. */
export function filterQueryOf(filters: PaymentFilters, clock: ReaderClock): PaymentFilterQuery {
  const { currency: code, min, max, ref, last4 } = filters
  const currency = code && /^[A-Z]{3}$/.test(code) ? code : undefined
  const minor = (text: string | null) => (currency && text ? minorOfText(text, currency) : null) ?? undefined
  const found = {
    currency,
    search: filters.q && isLongEnough(filters.q) ? textParam(filters.q, 200) : undefined,
    ...timesOf(filters, clock),
    lowest: minor(min),
    highest: minor(max),
    reference: textParam(ref ?? undefined, 100),
    email: textParam(filters.email ?? undefined, 254),
    lastFour: last4 && /^\d{4}$/.test(last4) ? last4 : undefined,
    metadata: readMetadata(filters.meta),
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** Pure. The same payments as a file: what `GET /api/exports/payments` takes. */
export function fileQueryOf(filters: PaymentFilters, clock: ReaderClock): Record<string, string | undefined> {
  const { lowest, highest, metadata, ...rest } = filterQueryOf(filters, clock)
  return {
    ...rest,
    status: choiceParam(STATUSES, filters.status ?? undefined),
    lowest: lowest?.toString(),
    highest: highest?.toString(),
    metadataKey: metadata?.key,
    metadataValue: metadata?.value,
  }
}

/** `cart=7431`, or `cart` for whatever value. */
function readMetadata(text: string | null): { key: string; value?: string } | undefined {
  const [key = '', ...rest] = (textParam(text ?? undefined, 541) ?? '').split('=')
  if (key.trim() === '' || key.length > 40) return undefined
  const value = rest.join('=')
  return rest.length === 0 || value === '' ? { key } : { key, value }
}
