import { createHmac } from 'node:crypto'
import canonicalize from 'canonicalize'

/** With more fields than this only the top-level members are told apart: a record is not to grow with its request. */
const FIELDS_MAX = 100

/**
 * A keyed hash of each field of an input, by JSON pointer (RFC 6901), as JSON text: tells a later request which of its fields differ.
 * Keyed with a secret of the server, since a bare hash of "24.00" is found by trying; cut to 64 bits, since it decides nothing.
 */
export function fieldHashes(input: object, volatile: readonly string[], secret: string): string {
  return JSON.stringify(Object.fromEntries(hashed(input, volatile, secret)))
}

/**
 * The JSON pointers at which an input differs from the one that `stored` was made of, never the values. Empty when that is not known.
 * What was stored is looked up in the input at its own pointers, so it does not matter how finely either of them was told apart.
 */
export function differing(
  stored: string | null,
  input: object,
  volatile: readonly string[],
  secret: string,
): string[] {
  const before = Object.entries(readStored(stored))
  if (before.length === 0) return []
  const now = lasting(input, volatile)
  const changed = before
    .filter(([pointer, old]) => hash(secret, pointer, valueAt(now, pointer)) !== old)
    .map(([pointer]) => pointer)
  const known = new Set(before.map(([pointer]) => pointer))
  const added = leavesOf(now).map(([pointer]) => pointer)
  return few(
    [
      ...new Set([
        ...changed,
        ...added.filter((pointer) => !upwards(pointer).some((above) => known.has(above))),
      ]),
    ].sort(),
  )
}

function hashed(
  input: object,
  volatile: readonly string[],
  secret: string,
): [pointer: string, hash: string][] {
  const members = lasting(input, volatile)
  const leaves = leavesOf(members)
  const fields =
    leaves.length > FIELDS_MAX
      ? Object.entries(members).map(([name, value]): [string, unknown] => [`/${escaped(name)}`, value])
      : leaves
  return fields.map(([pointer, value]) => [pointer, hash(secret, pointer, value)])
}

function lasting(input: object, volatile: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && !volatile.includes(name)),
  )
}

/** What holds no others: numbers, texts, and what is empty. */
function leavesOf(value: unknown, pointer = ''): [pointer: string, value: unknown][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (inner.length === 0) return [[pointer, value]]
  return inner.flatMap(([name, member]) =>
    member === undefined ? [] : leavesOf(member, `${pointer}/${escaped(name)}`),
  )
}

function valueAt(value: unknown, pointer: string): unknown {
  return namesIn(pointer).reduce<unknown>(
    (held, name) =>
      typeof held === 'object' && held !== null && Object.hasOwn(held, name)
        ? (held as Record<string, unknown>)[name]
        : undefined,
    value,
  )
}

/** A pointer, and all that lead to it: `/a/b`, `/a`. */
function upwards(pointer: string): string[] {
  return pointer === '' ? [] : [pointer, ...upwards(pointer.slice(0, pointer.lastIndexOf('/')))]
}

/** Nobody reads thousands of pointers: then the top-level members are named. */
function few(pointers: string[]): string[] {
  return pointers.length <= FIELDS_MAX
    ? pointers
    : [...new Set(pointers.map((pointer) => upwards(pointer).at(-1) ?? pointer))]
}

const namesIn = (pointer: string): string[] =>
  pointer
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'))
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** Of what is not there too: it is like nothing that is. */
function hash(secret: string, pointer: string, value: unknown): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(value === undefined ? [pointer] : [pointer, canonicalize(value)]))
    .digest('base64url')
    .slice(0, 11)
}

function readStored(stored: string | null): Record<string, string> {
  try {
    const read: unknown = JSON.parse(stored ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Record<string, string>) : {}
  } catch {
    return {}
  }
}
