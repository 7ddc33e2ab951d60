/** What an idempotency key is, and how it is written into a header. */

/** The longest key, in characters: the server's limit. */
const KEY_MAX = 255

/**
 * A fresh key: a version 4 UUID. `randomUUID` is missing on plain http (no secure context); `getRandomValues` never is.
 * @param source where chance comes from
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

/** The key itself, if the server could take it. Asked before anything is sent. */
export function checkedKey(key: string): string {
  if (key.length === 0 || key.length > KEY_MAX)
    throw new TypeError(`An idempotency key has 1 to ${KEY_MAX} characters; this one has ${key.length}.`)
  if (!/^[\x20-\x7e]+$/.test(key))
    throw new TypeError('An idempotency key may hold printable ASCII characters only.')
  return key
}

/** As an RFC 9651 String: in quotes, with the two characters escaped that would end it. */
export function quoted(key: string): string {
  return `"${key.replace(/["\\]/g, '\\$&')}"`
}
