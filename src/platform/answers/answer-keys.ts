import { StoreUnavailable } from '@payonce/idempotency'
import type { AnswerCipher, AnswerPlace } from '@/idempotency/stores/encrypted-store'
import { callDatabase } from '@/idempotency/stores/prisma-errors'
import type { Db } from '../db'
import { type DataKey, decrypt, encrypt, isEncrypted, newDataKey, versionOf } from './answer-text'
import { addFirstKey, type KeyRow, readKeys, type Wrapping } from './key-rows'

/** 60 s: a new key is used by every process a minute after it was made. */
const REFRESH_MS = 60_000
/** Merchants whose keys are kept in memory, at some hundred bytes each. 10,000: one megabyte or two; of more the oldest are read again. */
const MERCHANTS_MAX = 10_000

export interface AnswerKeysOptions {
  db: Pick<Db, '$queryRaw'>
  wrapping: Wrapping
  /** Milliseconds that never go back. */
  nowMs: () => number
  /** The newest key of a merchant cannot be unwrapped: nothing of this merchant is executed. Told at each attempt to read it. */
  onUnusable: (merchantId: string, version: number) => void
}

interface KeyRing {
  /** Null: it cannot be unwrapped with the secret of this process. */
  keys: Map<number, DataKey | null>
  newest: number
  readAtMs: number
  /** From then on the newest key is used; before, answers are stored as they are. */
  usedFromMs: number
}

/**
 * Encrypts answers under the newest key of their merchant. Keys are read, and the first is made, once in a process and again beside the requests:
 * a replay stays one read, and a payment has no statement more.
 */
export class AnswerKeys implements AnswerCipher {
  private readonly rings = new Map<string, KeyRing>()
  private readonly reading = new Map<string, Promise<KeyRing>>()

  constructor(private readonly options: AnswerKeysOptions) {}

  async ready(merchantId: string): Promise<void> {
    await this.newestKey(merchantId)
  }

  async encrypt(place: AnswerPlace, body: string): Promise<string> {
    const key = await this.newestKey(place.merchantId)
    const { usedFromMs = 0 } = this.rings.get(place.merchantId) ?? {}
    return this.options.nowMs() < usedFromMs ? body : encrypt(place, body, key)
  }

  async decrypt(place: AnswerPlace, text: string): Promise<string | null> {
    if (!isEncrypted(text)) return text
    const key = await this.keyOf(place.merchantId, text)
    return key && (decrypt(place, text, key)?.body ?? null)
  }

  /** The key that encrypted this text; null: it is not there, or cannot be unwrapped. */
  async keyOf(merchantId: string, text: string): Promise<DataKey | null> {
    const version = versionOf(text)
    if (version === null) return null
    const known = this.rings.get(merchantId)?.keys.get(version)
    return known ?? (await this.read(merchantId)).keys.get(version) ?? null
  }

  /** The key for new answers. @throws StoreUnavailable when it cannot be read or unwrapped */
  async newestKey(merchantId: string): Promise<DataKey> {
    const known = this.rings.get(merchantId)
    const key = known?.keys.get(known.newest)
    if (known && key) {
      if (this.options.nowMs() - known.readAtMs > REFRESH_MS) {
        known.readAtMs = this.options.nowMs()
        this.read(merchantId).catch(() => undefined)
      }
      return key
    }
    const ring = await this.read(merchantId)
    const read = ring.keys.get(ring.newest)
    if (read) return read
    this.options.onUnusable(merchantId, ring.newest)
    throw new StoreUnavailable(`the key of stored answers of merchant ${merchantId} cannot be unwrapped`)
  }

  /** Reads the keys of a merchant once for all who wait for them. */
  private read(merchantId: string): Promise<KeyRing> {
    const underWay = this.reading.get(merchantId)
    if (underWay) return underWay
    const reading = this.readNow(merchantId).finally(() => this.reading.delete(merchantId))
    this.reading.set(merchantId, reading)
    return reading
  }

  private async readNow(merchantId: string): Promise<KeyRing> {
    const { db, wrapping, nowMs } = this.options
    const readAtMs = nowMs()
    const query = () => callDatabase<KeyRow[]>(() => readKeys(db, merchantId), { repeat: true })
    let rows = await query()
    if (rows.length === 0) {
      const wrapped = wrapping.wrap(newDataKey(), { merchantId, version: 1 })
      // Of two processes that make the first key, one does; both read it.
      await callDatabase<unknown[]>(() => addFirstKey(db, merchantId, wrapped), { repeat: true })
      rows = await query()
    }
    const keys = new Map(rows.map((row) => [row.version, unwrapped(wrapping, row)]))
    const ring = {
      keys,
      newest: Math.max(...keys.keys()),
      readAtMs,
      usedFromMs: readAtMs + (rows.at(-1)?.waitMs ?? 0),
    }
    this.rings.delete(merchantId)
    this.rings.set(merchantId, ring)
    const [oldest] = this.rings.keys()
    if (this.rings.size > MERCHANTS_MAX && oldest !== undefined) this.rings.delete(oldest)
    return ring
  }
}

function unwrapped({ unwrap }: Wrapping, { merchantId, version, wrapped }: KeyRow): DataKey | null {
  const bytes = unwrap(wrapped, { merchantId, version })
  return bytes && { version, bytes }
}
