import { createHash } from 'node:crypto'
import canonicalize from 'canonicalize'

/** Who owns a key. Two scopes never share a record, and neither learns of the other's. */
export interface Scope {
  merchantId: string
  actor: string
}

/** The version that new records are written with. A record is always compared by the version that wrote it. */
export const FINGERPRINT_VERSION = 1

const VERSIONS: Record<number, (input: unknown) => string> = {
  1: (input) => sha256(canonicalize(input) ?? 'null'),
}

/**
 * SHA-256 over the RFC 8785 canonical form of the parsed input, without the members that may differ between retries.
 * Key order, white space and `1` versus `1.0` make no difference. Null for a version that this program does not know.
 */
export function fingerprint(
  input: object,
  volatile: readonly string[],
  version = FINGERPRINT_VERSION,
): string | null {
  const lasting = Object.fromEntries(Object.entries(input).filter(([name]) => !volatile.includes(name)))
  return VERSIONS[version]?.(lasting) ?? null
}

/** The record's id. JSON of an array of strings is injective, so no two (scope, operation, key) can meet by concatenation. */
export function recordId(scope: Scope, operation: string, key: string): string {
  return sha256(JSON.stringify([scope.merchantId, scope.actor, operation, key]))
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
