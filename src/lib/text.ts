import { z } from 'zod'

/**
 * True for text that PostgreSQL can store as UTF-8: without U+0000, and without half of a surrogate pair, which no UTF-8 can express and
 * a driver would replace or refuse.
 */
export function isStorable(text: string): boolean {
  return !/[\0\p{Cs}]/u.test(text)
}

/** A text from outside. */
export const storable = z
  .string()
  .refine(isStorable, 'A text may not contain U+0000 or half of a surrogate pair.')

/** True when a value, a field's name or a field of it at any depth is a text that cannot be stored. Depth: 20 levels, more than any body has. */
export function carriesUnstorable(value: unknown, depth = 0): boolean {
  if (typeof value === 'string') return !isStorable(value)
  if (typeof value !== 'object' || value === null || depth > 20) return false
  return Object.entries(value).some(
    ([name, inner]) => !isStorable(name) || carriesUnstorable(inner, depth + 1),
  )
}

/** True for a date that exists, of the years 1900 to 2999: whatever its offset, it stays within what databases and JavaScript can hold. */
export function isKnownTime(text: string): boolean {
  const at = new Date(text)
  return !Number.isNaN(at.getTime()) && at.getUTCFullYear() >= 1900 && at.getUTCFullYear() <= 2999
}
