import canonicalize from 'canonicalize'
import { sha256 } from '#sha256'
import { refuseHidden } from './comparable'

/** The owner of a key. Two scopes never use one record, and neither can learn of the other's. */
export interface Scope {
  merchantId: string
  /** The caller at this merchant, such as a shopper's cookie or an API key's owner. */
  actor: string
}

/** Version of new records without a transformer. A stored record is always compared by the version that wrote it. */
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
