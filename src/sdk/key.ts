/** The idempotency key and its form in a header (draft-ietf-httpapi-idempotency-key-header-07). */

/** Maximum length of a key, in characters: the server's limit. */
const KEY_MAX = 255

/**
 * A fresh key: a UUID of version 4 (RFC 9562). `randomUUID` is missing on plain http (no secure context);
 * `getRandomValues` never is.
 * @param source source of randomness
 */
export function mintKey(
  source: Pick<Crypto, 'getRandomValues'> & Partial<Pick<Crypto, 'randomUUID'>> = globalThis.crypto,
): string {
  if (source.randomUUID) return source.randomUUID()
  const bytes = source.getRandomValues(new Uint8Array(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/**
 * Checks a key before anything is sent.
 * @returns the key
 * @throws TypeError unless it has 1 to 255 printable ASCII characters
 */
export function checkedKey(key: string): string {
  if (key.length === 0 || key.length > KEY_MAX)
    throw new TypeError(`An idempotency key has 1 to ${KEY_MAX} characters; this one has ${key.length}.`)
  if (!/^[\x20-\x7e]+$/.test(key))
    throw new TypeError('An idempotency key must consist of printable ASCII characters.')
  return key
}

/** The key as a String of RFC 9651: in quotes, with quotes and backslashes escaped. */
export function quoted(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`
}
