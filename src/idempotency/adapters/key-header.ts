import { parseItem } from 'structured-headers'
import { keyProblem } from '../core/key'
import type { Problem } from '../problems'

/**
 * A bare value such as a UUID: most clients send one, although RFC 9651 demands quotes. It is the same key as
 * its quoted form.
 */
const BARE = /^[A-Za-z0-9][A-Za-z0-9._:~+/=-]*$/

/**
 * Reads the header `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header-07): a String of RFC 9651, or
 * a bare value. Everything else is refused before the database is touched: parameters, lists, other types, a
 * header sent twice.
 * @param strict only the draft's own form, a quoted string
 * @returns the key, or the problem to answer with
 */
export function readKey(
  header: string | null | undefined,
  strict = false,
): { key: string } | { problem: Problem } {
  if (header === null || header === undefined || header.trim() === '') return { problem: missing() }
  const value = header.trim()
  const key = value.startsWith('"') ? quoted(value) : !strict && BARE.test(value) ? value : null
  if (key === null || key === '') return { problem: invalid(strict) }
  const problem = keyProblem(key)
  return problem ? { problem } : { key }
}

function quoted(value: string): string | null {
  try {
    const [item, parameters] = parseItem(value)
    return typeof item === 'string' && parameters.size === 0 ? item : null
  } catch {
    return null
  }
}

function missing(): Problem {
  return {
    kind: 'key-missing',
    detail:
      'Send the header Idempotency-Key: a value that you create once for this request and keep for every retry.',
  }
}

function invalid(strict: boolean): Problem {
  const detail = strict
    ? 'Send Idempotency-Key once, as a quoted string of RFC 9651: "8e03978e-…".'
    : 'Send Idempotency-Key once, as a quoted string ("8e03978e-…") or bare: letters, digits and . _ : ~ + / = - only, beginning with a letter or digit.'
  return { kind: 'key-invalid', detail }
}
