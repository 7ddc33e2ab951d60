import { randomBytes } from 'node:crypto'

/** Prefix of an id, by the kind of thing it names. People and programs see it; the database stores the bare UUID. */
export type IdPrefix =
  | 'pay'
  | 'ord'
  | 'chg'
  | 'end'
  | 'txn'
  | 'acc'
  | 'att'
  | 'evt'
  | 'mer'
  | 'ref'
  | 'key'
  | 'whe'
  | 'whd'
  | 'alr'
  | 'lnk'

/** Random bytes in store, in hexadecimal: a call of the system for each id would cost more than the id. 400 ids. */
let store = ''
let used = 0

/** Ten random bytes in hexadecimal. Each of the store is given away once. */
function tenRandomBytes(): string {
  if (used === store.length) {
    store = randomBytes(4_000).toString('hex')
    used = 0
  }
  used += 20
  return store.slice(used - 20, used)
}

/**
 * A UUID version 7 (RFC 9562): 48 bits of milliseconds, then random bits, so that new rows land at the end of their index.
 * @param nowMs milliseconds since 1970
 * @param random 10 random bytes
 */
export function uuidv7(nowMs: number = Date.now(), random?: Uint8Array): string {
  const time = nowMs.toString(16).padStart(12, '0')
  const chance = random ? Buffer.from(random).toString('hex') : tenRandomBytes()
  const variant = '89ab'.charAt(Number.parseInt(chance.charAt(4), 16) & 3)
  return `${time.slice(0, 8)}-${time.slice(8)}-7${chance.slice(1, 4)}-${variant}${chance.slice(5, 8)}-${chance.slice(8)}`
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
