import type { Problem } from '../problems'

/**
 * Maximum length of a key, in characters (draft-ietf-httpapi-idempotency-key-header-07 leaves it to the
 * server; Stripe has 255 too).
 */
export const KEY_MAX = 255

/**
 * Checks a key before the database is touched: 1 to 255 printable ASCII characters.
 * @returns the problem, or null for a valid key
 */
export function keyProblem(key: unknown): Problem | null {
  if (key === undefined || key === null || key === '')
    return { kind: 'key-missing', detail: 'Send a key, and keep it for every retry of this request.' }
  if (typeof key !== 'string') return { kind: 'key-invalid', detail: 'The key must be a string.' }
  if (key.length > KEY_MAX)
    return { kind: 'key-invalid', detail: `The key has ${key.length} characters; the maximum is ${KEY_MAX}.` }
  if (!/^[\x20-\x7e]+$/.test(key))
    return { kind: 'key-invalid', detail: 'The key must consist of printable ASCII characters.' }
  return null
}
