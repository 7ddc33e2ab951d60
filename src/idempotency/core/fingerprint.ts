import canonicalize from 'canonicalize'
import { sha256 } from '#sha256'
import { toPointer } from './json-pointer'

/** The owner of a key. Two scopes never use one record, and neither can learn of the other's. */
export interface Scope {
  merchantId: string
  /** The caller at this merchant, such as a shopper's cookie or an API key's owner. */
  actor: string
}

/** Version of new records. A stored record is always compared by the version that wrote it. */
export const FINGERPRINT_VERSION = 1

const VERSIONS: Record<number, (input: unknown) => string> = {
  1: (input) => sha256(canonicalize(input) ?? 'null'),
}

/**
 * Fingerprint of an input: SHA-256 over its canonical JSON (RFC 8785), without the members that may differ
 * between retries. Member order, white space and `1` versus `1.0` make no difference.
 * @param volatile top-level members to leave out
 * @returns base64url; null for a version that this program does not know
 * @throws TypeError for a value whose contents JSON does not show, such as a `Map` or a `bigint`: two inputs that differ there alone would be one
 */
export function fingerprint(
  input: object,
  volatile: readonly string[],
  version = FINGERPRINT_VERSION,
): string | null {
  const lasting = Object.fromEntries(Object.entries(input).filter(([name]) => !volatile.includes(name)))
  refuseHidden(lasting, [])
  return VERSIONS[version]?.(lasting) ?? null
}

/** Values without contents in JSON: a function and a symbol are left out, a `Map`, a `Set` and a `RegExp` are `{}`. What has `toJSON` says itself. */
function refuseHidden(value: unknown, path: string[]): void {
  if (value === null || value === undefined) return
  if (typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol')
    throw hidden(typeof value, path)
  if (typeof value !== 'object' || 'toJSON' in value) return
  const members = Object.entries(value)
  if (members.length === 0 && !isPlain(value)) throw hidden(value.constructor?.name ?? 'object', path)
  for (const [name, member] of members) refuseHidden(member, [...path, name])
}

/** An array, or an object of `{}`, of `JSON.parse` or of `Object.create(null)`, also of another realm. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value)
  return Array.isArray(value) || prototype === null || Object.getPrototypeOf(prototype) === null
}

function hidden(kind: string, path: string[]): TypeError {
  const where = path.length === 0 ? 'The input' : `The input at ${toPointer(path)}`
  return new TypeError(
    `${where} is a ${kind}, whose contents JSON does not show, so two different inputs would be taken for one. Pass it as a string, an array or an object.`,
  )
}

/**
 * Id of the record of a key: SHA-256, base64url. JSON of an array of strings is injective, so no two (scope,
 * operation, key) collide by concatenation.
 */
export function recordId(scope: Scope, operation: string, key: string): string {
  return sha256(JSON.stringify([scope.merchantId, scope.actor, operation, key]))
}

/**
 * Id of the row that a record's operation works on: a UUID of version 8 (RFC 9562) of 122 bits of the record's
 * id. The same key always works on the row of the same id, also in a database that has forgotten the row: a
 * standby that was behind, a restored backup. No secret takes part, since a secret may be changed.
 * @param id `recordId(…)`
 */
export function subjectIdOf(id: string): string {
  // Without Node's Buffer: the engine also runs in a browser (/learn).
  const bytes = Array.from(atob(id.replaceAll('-', '+').replaceAll('_', '/')).slice(0, 16), (byte) =>
    byte.charCodeAt(0),
  )
  bytes[6] = 0x80 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}
