import { randomFillSync } from 'node:crypto'

/** Prefix of an id, by the kind of thing it names. People and programs see it; the database stores the bare UUID. */
export type IdPrefix = 'pay' | 'ord' | 'txn' | 'acc' | 'att' | 'evt' | 'mer' | 'ref' | 'key' | 'whe' | 'whd'

/** Random bytes in store: a call of the system for each id would cost more than the id. 400 ids. */
const store = Buffer.alloc(4_000)
let used = store.length

/** Each byte of the store is given away once. */
function tenRandomBytes(): Uint8Array {
  if (used === store.length) {
    randomFillSync(store)
    used = 0
  }
  used += 10
  return store.subarray(used - 10, used)
}

/**
 * A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that new rows land at the end of their index.
 * @param nowMs milliseconds since 1970
 * @param random 10 random bytes
 */
export function uuidv7(nowMs: number = Date.now(), random: Uint8Array = tenRandomBytes()): string {
  const bytes = new Uint8Array(16)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(nowMs) << 16n)
  bytes.set(random, 6)
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f)
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f)
  const hex = Buffer.from(bytes).toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** `018f…-…` → `pay_018f…`, the id as it is shown. */
export function showId(prefix: IdPrefix, uuid: string): string {
  return `${prefix}_${uuid.replaceAll('-', '')}`
}

/** `pay_018f…` → the UUID, or null when it is not one of ours. */
export function readId(prefix: IdPrefix, shown: string): string | null {
  const match = new RegExp(
    `^${prefix}_([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$`,
  ).exec(shown)
  return match ? match.slice(1).join('-') : null
}
