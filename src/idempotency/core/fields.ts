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

/** The JSON pointers at which an input differs from the one that `stored` was made of, never the values. Empty when that is not known. */
export function differing(stored: string | null, input: object, volatile: readonly string[], secret: string): string[] {
  const before = new Map(Object.entries(readStored(stored)))
  if (before.size === 0) return []
  const now = new Map(hashed(input, volatile, secret))
  return [...new Set([...before.keys(), ...now.keys()])].filter((pointer) => before.get(pointer) !== now.get(pointer)).sort()
}

function hashed(input: object, volatile: readonly string[], secret: string): [pointer: string, hash: string][] {
  const lasting = Object.entries(input).filter(([name, value]) => value !== undefined && !volatile.includes(name))
  const leaves = leavesOf(Object.fromEntries(lasting))
  const fields = leaves.length > FIELDS_MAX ? lasting.map(([name, value]): [string, unknown] => [`/${escaped(name)}`, value]) : leaves
  return fields.map(([pointer, value]) => [pointer, hash(secret, pointer, value)])
}

/** What holds no others: numbers, texts, and what is empty. */
function leavesOf(value: unknown, pointer = ''): [pointer: string, value: unknown][] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : []
  if (inner.length === 0) return [[pointer, value]]
  return inner.flatMap(([name, member]) => (member === undefined ? [] : leavesOf(member, `${pointer}/${escaped(name)}`)))
}

const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

function hash(secret: string, pointer: string, value: unknown): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([pointer, canonicalize(value)]))
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
