import { z } from 'zod'
import { cursorOf, type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import { type JournalTransaction, transactionsOf } from './read'
import { type BooksPeriod, firstPosted } from './trial-balance'

const place = z.strictObject({ id: z.string(), at: z.string() })
type Place = z.infer<typeof place>

/** Transactions of one read: some hundred kilobytes are in memory, and no statement runs for long. */
const PAGE = 500
const MINUTE_MS = 60_000
/** 32 days: a quiet year is a dozen reads. */
const SPAN_MAX_MS = 32 * 24 * 60 * MINUTE_MS

/**
 * Every transaction of a merchant in a period, oldest first, in pages, each by statements of its own: whoever stops reading ends it, and memory
 * does not grow. Reads the ledger span by span, since postings are found by where they lie in time (BRIN): a span that was empty is followed
 * by a longer one, a full one by a shorter one.
 * @param of.account only transactions with an entry of this account
 * @param of.kind only transactions of this kind
 */
export async function* walkLedger(
  db: Db,
  merchantId: string,
  {
    period,
    account = null,
    kind = null,
  }: { period: BooksPeriod; account?: string | null; kind?: string | null },
): AsyncGenerator<JournalTransaction[]> {
  const bounds = await boundsOf(db, merchantId, period)
  if (!bounds) return
  let { from } = bounds
  let spanMs = 60 * MINUTE_MS
  let after: Place | null = null
  while (from < bounds.until) {
    const until: Date = new Date(Math.min(from.getTime() + spanMs, bounds.until.getTime()))
    const found: Place[] = await places(db, merchantId, {
      from,
      until,
      last: bounds.last,
      after,
      account,
      kind,
    })
    if (found.length > 0) {
      const ids = found.map(({ id }) => id)
      const byId = new Map((await transactionsOf(db, merchantId, ids)).map((one) => [one.id, one]))
      yield ids.flatMap((id) => byId.get(id) ?? [])
    }
    const last = found.at(-1)
    if (last && found.length === PAGE) {
      after = last
      from = new Date(last.at)
      spanMs = Math.max(spanMs / 4, MINUTE_MS)
    } else {
      after = null
      from = until
      if (found.length < PAGE / 4) spanMs = Math.min(spanMs * 2, SPAN_MAX_MS)
    }
  }
}

/** `until` rounded up to a millisecond, since JavaScript has no microseconds; `last` is the exact bound. */
async function boundsOf(db: Db, merchantId: string, { from, until }: BooksPeriod) {
  const first = await firstPosted(db, merchantId)
  if (!first) return null
  const last = until ?? (await clock(db))
  const firstMs = Math.floor(first.getTime() / MINUTE_MS) * MINUTE_MS
  const begin = new Date(from === null ? firstMs : Math.max(new Date(from).getTime(), firstMs))
  return { from: begin, until: new Date(new Date(last).getTime() + 1), last }
}

async function clock(db: Db): Promise<string> {
  const row = await firstRow(
    db,
    z.strictObject({ at: z.string() }),
    sql`SELECT ${cursorOf(sql`now()`)} AS at`,
  )
  if (!row) throw new Error('the database did not tell the time')
  return row.at
}

function places(
  db: Db,
  merchantId: string,
  of: {
    from: Date
    until: Date
    last: string
    after: Place | null
    account: string | null
    kind: string | null
  },
): Promise<Place[]> {
  const { from, until, last, after, account, kind } = of
  const later: Sql = after
    ? sql`AND (t.posted_at, t.id) > (${after.at}::timestamptz, ${after.id}::uuid)`
    : sql``
  const touching: Sql =
    account === null
      ? sql``
      : sql`AND EXISTS (SELECT 1 FROM entry e WHERE e.merchant_id = t.merchant_id AND e.transaction_id = t.id AND e.account_id = ${account}::uuid)`
  return rows(
    db,
    place,
    sql`
      SELECT t.id, ${cursorOf(sql`t.posted_at`)} AS at FROM ledger_transaction t
      WHERE t.merchant_id = ${merchantId}::uuid AND t.posted_at >= ${from.toISOString()}::timestamptz
        AND t.posted_at < ${until.toISOString()}::timestamptz AND t.posted_at < ${last}::timestamptz ${later} ${touching}
        AND (${kind}::text IS NULL OR t.kind = ${kind}::text)
      ORDER BY t.posted_at, t.id LIMIT ${PAGE}`,
  )
}
