import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'
import { sumsUpTo } from './read'

const HOUR_MS = 3_600_000
/** Widths of a step, in hours: the narrowest that makes at most `POINTS_MAX` steps is taken. */
const WIDTHS = [1, 3, 6, 12, 24, 72, 168, 720, 2_160, 8_760]
/** 130: two pixels a step on a phone. */
const POINTS_MAX = 130

const pointRow = z.strictObject({ at: z.date(), change: z.string() })

/** The balance of an account (debits − credits, in minor units) at an instant, a whole hour of UTC. */
export interface BalancePoint {
  at: Date
  balance: bigint
}

/**
 * Balances of an account over a span of time, for a chart: at its beginning and after each step in which something was posted. Read from the sums
 * of hours and what is not summed yet, so that it costs the same however much was posted.
 */
export async function balancePoints(
  db: Db,
  merchantId: string,
  { accountId, from, until }: { accountId: string; from: Date; until: Date },
): Promise<BalancePoint[]> {
  const begin = new Date(Math.floor(from.getTime() / HOUR_MS) * HOUR_MS)
  const end = new Date(Math.ceil(until.getTime() / HOUR_MS) * HOUR_MS)
  const hours = Math.max((end.getTime() - begin.getTime()) / HOUR_MS, 1)
  const width = WIDTHS.find((one) => hours / one <= POINTS_MAX) ?? Math.ceil(hours / POINTS_MAX)
  const [origin, last] = [sql`${begin.toISOString()}::timestamptz`, sql`${end.toISOString()}::timestamptz`]
  const found = await rows(
    db,
    pointRow,
    sql`
      WITH changes AS (
        SELECT starts_at AS at, debits - credits AS change FROM account_sum
        WHERE merchant_id = ${merchantId}::uuid AND account_id = ${accountId}::uuid AND width = 'hour'
          AND starts_at >= ${origin} AND starts_at < ${last} AND (SELECT ledger_summed_upto()) > 0
        UNION ALL
        SELECT posted_at, amount FROM unsummed_entries(${merchantId}::uuid, NULL)
        WHERE account_id = ${accountId}::uuid AND posted_at >= ${origin} AND posted_at < ${last})
      SELECT ${origin} AS at, coalesce(sum(debits) - sum(credits), 0)::text AS change
      FROM (${sumsUpTo(merchantId, begin.toISOString(), true)}) o WHERE account_id = ${accountId}::uuid
      UNION ALL
      SELECT least(date_bin(${width} * interval '1 hour', at, ${origin}) + ${width} * interval '1 hour', ${last}), sum(change)::text
      FROM changes GROUP BY 1
      ORDER BY 1`,
  )
  let balance = 0n
  return found.map(({ at, change }) => {
    balance += BigInt(change)
    return { at, balance }
  })
}
