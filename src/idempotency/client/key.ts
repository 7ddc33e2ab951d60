/** Context of a keyed call: the link stores the key before it sends anything. */
export interface Keyed {
  key: string
  /** Stores the key where it outlives the page. */
  store(): void
}

/**
 * A fresh key: a UUID of version 4 (RFC 9562). `randomUUID` is missing on plain http (no secure context);
 * `getRandomValues` never is.
 * @param source source of randomness; by default the browser's or Node's `crypto`
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
