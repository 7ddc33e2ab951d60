import canonicalize from 'canonicalize'
import { hmacSha256 } from '#sha256'
import { parsePointer, toPointer } from './json-pointer'

/** An input with more fields is hashed by top-level members only: a record must not grow with its request. */
const FIELDS_MAX = 100

/**
 * A keyed hash of each field of an input, by JSON pointer (RFC 6901), as JSON text. A later request with the
 * same key is compared with it, so that the answer can name the fields that differ. HMAC with a secret of the
 * server, since a bare hash of "24.00" is found by trying; cut to 66 bits, since nothing is decided by it.
 * @param input a parsed input; its schema bounds its depth
 * @param volatile top-level members that may differ between retries
 */
export function fieldHashes(input: object, volatile: readonly string[], secret: string): string {
  return JSON.stringify(Object.fromEntries(hashes(input, volatile, secret)))
}

/**
 * The JSON pointers at which an input differs from the one that `stored` was made of, never the values; at
 * most `FIELDS_MAX`, or the top-level members. Empty when `stored` is missing or unreadable. Each stored
 * pointer is resolved in the new input, so it does not matter how finely the two inputs were divided.
 * @param secrets those that `stored` may have been made with. The right one is recognised by its matches: under
 * another no field matches, and a request under the same key has a field that is the same
 */
export function differing(
  stored: string | null,
  input: object,
  volatile: readonly string[],
  secrets: readonly string[],
): string[] {
  const before = Object.entries(readStored(stored))
  if (before.length === 0) return []
  const now = withoutVolatile(input, volatile)
  const changed = secrets
    .map((secret) =>
      before
        .filter(([pointer, old]) => hash(secret, pointer, valueAt(now, pointer)) !== old)
        .map(([pointer]) => pointer),
    )
    .reduce((fewest, each) => (each.length < fewest.length ? each : fewest))
  const known = new Set(before.map(([pointer]) => pointer))
  const added = leavesOf(now).map(([pointer]) => pointer)
  return shortened(
    [
      ...new Set([
        ...changed,
        ...added.filter((pointer) => !withAncestors(pointer).some((above) => known.has(above))),
      ]),
    ].sort(),
  )
}

function hashes(
  input: object,
  volatile: readonly string[],
  secret: string,
): [pointer: string, hash: string][] {
  const members = withoutVolatile(input, volatile)
  const leaves = leavesOf(members)
  const fields =
    leaves.length > FIELDS_MAX
      ? Object.entries(members).map(([name, value]): [string, unknown] => [toPointer([name]), value])
      : leaves
  return fields.map(([pointer, value]) => [pointer, hash(secret, pointer, value)])
}

function withoutVolatile(input: object, volatile: readonly string[]): object {
  return Object.fromEntries(
    Object.entries(input).filter(([name, value]) => value !== undefined && !volatile.includes(name)),
  )
}

/** The values without members of their own: numbers, texts, empty objects and empty arrays. */
function leavesOf(value: unknown, pointer = ''): [pointer: string, value: unknown][] {
  const members = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (members.length === 0) return [[pointer, value]]
  return members.flatMap(([name, member]) =>
    member === undefined ? [] : leavesOf(member, pointer + toPointer([name])),
  )
}

function valueAt(value: unknown, pointer: string): unknown {
  return parsePointer(pointer).reduce<unknown>(
    (parent, name) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, name)
        ? (parent as Record<string, unknown>)[name]
        : undefined,
    value,
  )
}

/** A pointer and its ancestors, the nearest first: `/a/b`, `/a`. */
function withAncestors(pointer: string): string[] {
  return pointer === '' ? [] : [pointer, ...withAncestors(pointer.slice(0, pointer.lastIndexOf('/')))]
}

/** A list too long to be read is replaced by its top-level members. */
function shortened(pointers: string[]): string[] {
  return pointers.length <= FIELDS_MAX
    ? pointers
    : [...new Set(pointers.map((pointer) => withAncestors(pointer).at(-1) ?? pointer))]
}

/** Also hashes an absent field, to a value no present field can have. */
function hash(secret: string, pointer: string, value: unknown): string {
  const text = JSON.stringify(value === undefined ? [pointer] : [pointer, canonicalize(value)])
  return hmacSha256(secret, text).slice(0, 11)
}

function readStored(stored: string | null): Record<string, string> {
  try {
    const read: unknown = JSON.parse(stored ?? '{}')
    return typeof read === 'object' && read !== null ? (read as Record<string, string>) : {}
  } catch {
    return {}
  }
}
