import type pg from 'pg'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'

export interface LimitCountOptions {
  pool: pg.Pool
  /** Keeps the counts of different limits apart in the table. */
  name: string
  /** Points of one caller within the window. */
  points: number
  /** Length of the window, and the longest wait that is ever set. */
  windowSeconds: number
  /** With the database away, each process counts in its own memory. Default: an error. */
  countAlone?: boolean
}

/** Rows that one statement removes. 1,000: a few milliseconds. */
const CLEAR_BATCH = 1_000

/** Milliseconds since the epoch, by the database's clock. */
const NOW = '(extract(epoch FROM clock_timestamp()) * 1000)::bigint'

/** A row whose window is over: it has ended, or ends later than any window can, since the clock was put back after it was written. */
const over = (longestMs: string) => `(r.expire <= ${NOW} OR r.expire > ${NOW} + ${longestMs}::bigint)`

/** `left` is what is left of the window, in milliseconds. */
type Row = { points: number; left: string }

/**
 * The library's counter in the table `rate_limit`, with windows that the database's clock begins and ends. The library takes the process's
 * clock: one process a day early then makes a window of a day for all others.
 */
export class LimitCount extends RateLimiterPostgres {
  private readonly pool: pg.Pool

  constructor({ pool, name, points, windowSeconds, countAlone = false }: LimitCountOptions) {
    super({
      storeClient: pool,
      storeType: 'pool',
      // Created by our migrations: the product's role may not create tables.
      tableName: 'rate_limit',
      tableCreated: true,
      keyPrefix: name,
      points,
      duration: windowSeconds,
      ...(countAlone && {
        insuranceLimiter: new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds }),
      }),
    })
    this.pool = pool
  }

  /** Called by the library: adds points to a caller's count, or begins a new window. */
  _upsert(key: string, points: number, windowMs: number): Promise<pg.QueryResult<Row>> {
    return this.pool.query<Row>({
      name: 'rate-limit-add',
      text: `
        INSERT INTO rate_limit AS r (key, points, expire) VALUES ($1, $2, ${NOW} + $3::bigint)
        ON CONFLICT (key) DO UPDATE SET
          points = CASE WHEN ${over('$4')} THEN excluded.points ELSE r.points + excluded.points END,
          expire = CASE WHEN ${over('$4')} THEN excluded.expire ELSE r.expire END
        RETURNING points, expire - ${NOW} AS left`,
      values: [key, points, windowMs, this.longestMs],
    })
  }

  /** Called by the library: a caller's count, if its window is not over. */
  async _get(key: string): Promise<pg.QueryResult<Row> | null> {
    const found = await this.pool.query<Row>({
      name: 'rate-limit-read',
      text: `SELECT points, expire - ${NOW} AS left FROM rate_limit r WHERE key = $1 AND NOT ${over('$2')}`,
      values: [key, this.longestMs],
    })
    return found.rowCount === 0 ? null : found
  }

  /**
   * Called by the library every five minutes, with an instant of the process's clock. Counts that ended an hour ago are of no use. In
   * batches: strangers with many addresses leave many, and no statement may run for long.
   */
  async clearExpired(): Promise<void> {
    for (let removed = CLEAR_BATCH; removed === CLEAR_BATCH; ) {
      const result = await this.pool
        .query(
          `DELETE FROM rate_limit WHERE key IN (
             SELECT key FROM rate_limit WHERE expire < ${NOW} - 3600000 ORDER BY expire LIMIT ${CLEAR_BATCH} FOR UPDATE SKIP LOCKED)`,
        )
        .catch(() => null)
      removed = result?.rowCount ?? 0
    }
  }

  /** Called by the library. */
  _getRateLimiterRes(_key: string, added: number, { rows: [row] }: pg.QueryResult<Row>): RateLimiterRes {
    if (!row) throw new Error('the count was not returned')
    const left = Math.max(0, Number(row.left))
    return new RateLimiterRes(Math.max(0, this.points - row.points), left, row.points, row.points === added)
  }

  private get longestMs(): number {
    return this.duration * 1_000
  }
}
