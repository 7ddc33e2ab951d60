import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { type IdPrefix, readId } from '@/lib/id'
import { MAX_MINOR } from '@/lib/money'
import { isKnownTime, storable } from '@/lib/text'

/**
 * Values on their way into and out of JSON, for tRPC and REST alike: amounts, times, ids, search words, pages
 * of a list.
 */

/**
 * An amount in minor units as a JSON number.
 * @throws RangeError beyond 2^53 − 1, where JSON would round it: a bug of ours, answered as `internal`
 */
export function amount(minor: bigint): number {
  if (minor > MAX_MINOR || minor < -MAX_MINOR)
    throw new RangeError(`${minor} minor units are more than JSON carries exactly`)
  return Number(minor)
}

/**
 * A sum of amounts, in minor units. Payments are bounded, their sums are not: one that JSON would round (beyond
 * 2^53 − 1) is sent as a decimal text. `BigInt(value)` reads both.
 */
export const sumOut = z.union([z.int(), z.string().regex(/^-?\d{16,}$/)]).meta({
  description:
    'A sum, in the smallest unit of the currency. An integer up to ±9007199254740991; a larger one is sent as a decimal string, since JSON numbers would round it. `BigInt(value)` reads both.',
  example: 2400,
})

export function sum(minor: bigint): number | string {
  return minor > MAX_MINOR || minor < -MAX_MINOR ? minor.toString() : Number(minor)
}

/** RFC 3339, UTC. */
export function time(at: Date): string {
  return at.toISOString()
}

export function maybeTime(at: Date | null): string | null {
  return at?.toISOString() ?? null
}

/**
 * The UUID behind a shown id (`pay_…`).
 * @throws ProblemError `not-found` for text that is no id of ours, exactly as for an id of another merchant
 */
export function uuidOf(prefix: IdPrefix, shown: string): string {
  return readId(prefix, shown) ?? notFound()
}

/**
 * @throws ProblemError `not-found`: the same words for what does not exist and for what belongs to another
 * merchant
 */
export function notFound(): never {
  throw new ProblemError({ kind: 'not-found', detail: 'Nothing exists under this id, or it is not yours.' })
}

/** Search words. Control characters are refused: none of our texts has one, and PostgreSQL does not store U+0000. */
export const words = (max: number) =>
  storable
    .trim()
    .max(max)
    .regex(/^\P{Cc}*$/u)

/**
 * An instant with any UTC offset (RFC 3339), of the years 1900 to 2999: PostgreSQL has no year 0, and with an offset the year 9999 leaves
 * the range of a JavaScript date.
 */
export const instant = z.iso
  .datetime({ offset: true, abort: true, error: ({ input }) => messageForInstant(input) })
  .refine((text) => isKnownTime(text), 'An instant must be of the years 1900 to 2999.')

/** In an address a raw `+` is a space (WHATWG URL, application/x-www-form-urlencoded), so an offset has lost its sign. */
function messageForInstant(input: unknown): string {
  return typeof input === 'string' && /\d \d{2}:\d{2}$/.test(input)
    ? `Write the + of an offset as %2B in an address; ${input} was received.`
    : 'Send an instant as RFC 3339 has it, such as 2026-11-27T09:30:00Z.'
}

export const pageSize = z.number().int().min(1).max(100).default(25)

/** One page of a list, from `limit + 1` rows: the extra row proves that there is a next page, and is not shown. */
export function paged<Row, Shown>(
  rows: Row[],
  limit: number,
  show: (row: Row) => Shown,
  cursor: (row: Row) => string,
) {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  return {
    items: shown.map(show),
    nextCursor: rows.length > limit && last !== undefined ? cursor(last) : null,
  }
}
