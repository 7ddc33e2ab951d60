import type { Problem } from '../problems'

/** The longest key, in characters (draft-ietf-httpapi-idempotency-key-header-07 leaves it to the server; Stripe has 255 too). */
export const KEY_MAX = 255

/** What is wrong with a key, or null: 1 to 255 printable ASCII characters. Asked before the database is touched. */
export function keyProblem(key: unknown): Problem | null {
  if (key === undefined || key === null || key === '')
    return { kind: 'key-missing', detail: 'Send a key that you keep for every retry of this one request.' }
  if (typeof key !== 'string') return { kind: 'key-invalid', detail: 'The key must be a string.' }
  if (key.length > KEY_MAX)
    return { kind: 'key-invalid', detail: `The key has ${key.length} characters; ${KEY_MAX} are the most.` }
  if (!/^[\x20-\x7e]+$/.test(key))
    return { kind: 'key-invalid', detail: 'The key may hold printable ASCII characters only.' }
  return null
}
