/** What a keyed call brings along, so that nothing is sent whose key is not put away. */
export interface Keyed {
  key: string
  /** Puts the key where it outlives the page. */
  store(): void
}

/**
 * A fresh key: a version 4 UUID. `randomUUID` is missing on plain http (no secure context); `getRandomValues` never is.
 * @param source where chance comes from; the browser's or Node's `crypto`
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
