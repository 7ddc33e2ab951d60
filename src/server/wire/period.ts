import { z } from 'zod'
import { TRANSACTION_KINDS } from '@/ledger/posting'
import type { BooksPeriod } from '@/ledger/trial-balance'
import { addDays, isDay, isZone, startOfDay } from '@/lib/day'
import { words } from './json'

/** A zone of the IANA database. */
export const zone = z
  .string()
  .max(60)
  .refine(isZone, 'Send a time zone by its IANA name, such as Europe/Berlin, or UTC.')

const day = z.string().refine(isDay, 'Send a day as 2026-11-30, of the years 1970 to 2999.')

/** Days of a zone, both inclusive: without `first` from the first entry on, without `last` up to now. */
export const periodShape = { first: day.optional(), last: day.optional(), zone: zone.default('UTC') }

export interface PeriodInput {
  first?: string | undefined
  last?: string | undefined
  zone: string
}

/** The instants of a period of days. */
export function periodOf({ first, last, zone: name }: PeriodInput): BooksPeriod {
  return {
    from: first === undefined ? null : startOfDay(first, name).toISOString(),
    until: last === undefined ? null : startOfDay(addDays(last, 1), name).toISOString(),
  }
}

/** The filters of the journal, of the page and of its file. */
export const journalFilter = {
  ...periodShape,
  kind: z.enum(TRANSACTION_KINDS).optional(),
  /** Of what names a transaction or its payment; see `findPostings`. */
  search: words(200).optional(),
}

/** A check of a schema with `periodShape`, for `refine`. */
export const daysInOrder: [(input: PeriodInput) => boolean, { message: string; path: PropertyKey[] }] = [
  ({ first, last }) => first === undefined || last === undefined || first <= last,
  { message: 'The first day is after the last.', path: ['first'] },
]
