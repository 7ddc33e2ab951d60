import { type Db, joinSql, sql } from '@/platform/db'
import { ACTIVE, type ApiScope } from './api-key'
import { type Mode, readToken } from './token'

/** Who calls with an API key. */
export interface Caller {
  merchantId: string
  keyId: string
  scopes: readonly ApiScope[]
}

/** Once a minute is often enough to know whether a key is still in use. */
const SEEN_EVERY_MS = 60_000

/** 1 s: the keys that are used in it are written down in one statement. */
const WRITE_AFTER_MS = 1_000
/** Keys that are in use at one time; beyond that those that were not used for longest look new. */
const GOOD_MAX = 10_000

/** Tells who calls. Every request asks anew, so that a key which is revoked ends at once, replays included (O3). */
export class Callers {
  /** When each key was last written down as used. */
  private readonly seen = new Map<string, number>()
  private readonly unwritten = new Map<string, Caller>()
  /** Which key each good token was when it was last shown, by hash. */
  private readonly good = new Map<string, string>()
  private timer: NodeJS.Timeout | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(private readonly options: { db: Db; mode: Mode; now?: () => number }) {}

  /** Null: malformed (no look-up then), unknown, expired, revoked, or of the other mode. */
  async whoIs(token: string): Promise<Caller | null> {
    const read = readToken(token)
    if (!read || read.mode !== this.options.mode) return null
    const [caller] = await this.options.db.$queryRaw<Caller[]>(sql`
      SELECT k.merchant_id::text AS "merchantId", k.id::text AS "keyId", k.scopes
      FROM api_key k JOIN merchant m ON m.id = k.merchant_id AND m.mode = ${read.mode}
      WHERE k.hash = ${read.hash} AND ${ACTIVE}`)
    if (caller) this.remember(caller, read.hash)
    else this.good.delete(read.hash)
    return caller ?? null
  }

  /** The id of the key that this token was when it was last shown here; null when it was not good, or never shown. Says nothing of now. */
  lastSeen(token: string): string | null {
    const read = readToken(token)
    return (read && this.good.get(read.hash)) ?? null
  }

  /** Writes down which keys were used, off the path of any request. Resolves when all that was used before is written; rejects when it cannot be. */
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
      // The next request of each shall try again.
      for (const { keyId } of used) this.seen.delete(keyId)
      throw error
    }
  }

  private remember(caller: Caller, hash: string): void {
    this.good.delete(hash)
    if (this.good.size >= GOOD_MAX) this.good.delete(this.good.keys().next().value as string)
    this.good.set(hash, caller.keyId)
    const now = (this.options.now ?? Date.now)()
    if (now - (this.seen.get(caller.keyId) ?? Number.NEGATIVE_INFINITY) < SEEN_EVERY_MS) return
    this.seen.set(caller.keyId, now)
    this.unwritten.set(caller.keyId, caller)
    this.timer ??= setTimeout(() => void this.flush().catch(() => undefined), WRITE_AFTER_MS).unref()
  }
}
