import { z } from 'zod'
import type { Mode } from '@/lib/mode'
import { BatchedReads } from '@/platform/batched-reads'
import { type Db, joinSql, prismaSender, type SendStatement, sql } from '@/platform/db'
import { ACTIVE, SCOPES } from './api-key'
import type { ShownToken } from './token'

const caller = {
  merchantId: z.string(),
  keyId: z.string(),
  scopes: z.array(z.enum(SCOPES)).readonly(),
}
/** The API key that a request shows: its merchant and what it may do. */
export type Caller = z.infer<z.ZodObject<typeof caller>>
const callerRow = z.strictObject({ key: z.string(), ...caller })

/** 1 min between two records of a key's use: often enough to see whether it is still in use. */
const SEEN_EVERY_MS = 60_000

/** 1 s: the uses of all keys in it are recorded in one statement. */
const WRITE_AFTER_MS = 1_000
/**
 * Keys that this process remembers, a few hundred bytes each: more than are in use at one time. Beyond it the
 * one unused for longest is forgotten, and costs one more write of `last_used_at` when it comes again.
 */
const KEYS_MAX = 10_000

/**
 * Finds the caller by the API key. Every request asks the database, so that a revoked key ends at once,
 * replays included; requests that come together ask in one statement.
 */
export class Callers {
  /** When each key's use was last recorded, in ms, by key id; oldest first. */
  private readonly seen = new Map<string, number>()
  private readonly unwritten = new Map<string, Caller>()
  /** The caller of each token that was good when it was last shown, by hash; oldest first. */
  private readonly good = new Map<string, Caller>()
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  private readonly reads: BatchedReads<z.infer<typeof callerRow>>

  /** @param options `send` reads (by default `db` does); `now` and `keysMax` are for tests */
  constructor(
    private readonly options: {
      db: Db
      send?: SendStatement
      mode: Mode
      now?: () => number
      keysMax?: number
    },
  ) {
    const { db, send = prismaSender(db), mode } = options
    this.reads = new BatchedReads(send, {
      type: 'text',
      shape: callerRow,
      query: (wanted) => sql`
        SELECT wanted.key, k.merchant_id::text AS "merchantId", k.id::text AS "keyId", k.scopes
        FROM ${wanted} JOIN api_key k ON k.hash = wanted.key
        JOIN merchant m ON m.id = k.merchant_id AND m.mode = ${mode}
        WHERE ${ACTIVE}`,
    })
  }

  /**
   * The token's caller; null when it is unknown, expired, revoked, or (without a look-up) malformed or of the other mode.
   * @param shown `readToken(token)`
   */
  async whoIs(shown: ShownToken | null): Promise<Caller | null> {
    if (!shown || shown.mode !== this.options.mode) return null
    const found = await this.reads.read(shown.hash)
    if (!found) {
      this.good.delete(shown.hash)
      return null
    }
    const { merchantId, keyId, scopes } = found
    const caller = { merchantId, keyId, scopes }
    this.remember(caller, shown.hash)
    return caller
  }

  /**
   * The caller of a token that was good when this process last saw it, else null. It may have been revoked since.
   */
  lastSeen(shown: ShownToken | null): Caller | null {
    return (shown && this.good.get(shown.hash)) ?? null
  }

  /**
   * Records which keys were used, off the path of any request. Resolves when every earlier use is recorded;
   * rejects when it cannot be.
   */
  flush(): Promise<void> {
    if (this.timer) clearTimeout(this.timer)
    this.timer = null
    const written = this.writing.then(() => this.write())
    this.writing = written.catch(() => undefined)
    return written
  }

  private async write(): Promise<void> {
    const used = [...this.unwritten.values()]
    this.unwritten.clear()
    if (used.length === 0) return
    const rows = used.map(({ merchantId, keyId }) => sql`(${merchantId}::uuid, ${keyId}::uuid)`)
    const minute = sql`date_trunc('minute', now())`
    try {
      await this.options.db.$executeRaw(sql`
        UPDATE api_key SET last_used_at = ${minute}
        WHERE (merchant_id, id) IN (${joinSql(rows)}) AND (last_used_at IS NULL OR last_used_at < ${minute})`)
    } catch (error) {
      // The next request with each of these keys records it again.
      for (const { keyId } of used) this.seen.delete(keyId)
      throw error
    }
  }

  private remember(caller: Caller, hash: string): void {
    this.keep(this.good, hash, caller)
    const now = (this.options.now ?? Date.now)()
    if (now - (this.seen.get(caller.keyId) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return
    this.keep(this.seen, caller.keyId, now)
    this.unwritten.set(caller.keyId, caller)
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), WRITE_AFTER_MS).unref()
  }

  /** Sets an entry as the newest, and forgets the oldest of too many. */
  private keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
    map.delete(key)
    if (map.size >= (this.options.keysMax ?? KEYS_MAX)) map.delete(map.keys().next().value as string)
    map.set(key, value)
  }
}
