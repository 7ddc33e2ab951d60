import { z } from 'zod'
import { type Db, firstRow, rows, sql } from '@/platform/db'
import { pendingUpTo } from './pending'
import { sumsUpTo } from './read'

/** A span of time, RFC 3339: `from` inclusive (null: from the first entry on), `until` exclusive (null: up to now). */
export interface BooksPeriod {
  from: string | null
  until: string | null
}

const trialRow = z.strictObject({
  id: z.string(),
  code: z.string(),
  name: z.string(),
  type: z.string(),
  currency: z.string(),
  /** A sum is read as text: a sum of BIGINTs may exceed a BIGINT. */
  opening: z.string(),
  debits: z.string(),
  credits: z.string(),
  pending: z.string(),
  entries: z.int(),
})

/**
 * An account in a period, in minor units. `opening` and `closing` are debits − credits, so a credit balance is negative; `debits` and
 * `credits` are those posted in the period, both positive. `pending` is what was reserved and neither captured nor voided at the end of the
 * period, and no part of the others; its sign is that of `closing`.
 */
export interface TrialLine
  extends Omit<z.infer<typeof trialRow>, 'opening' | 'debits' | 'credits' | 'pending'> {
  opening: bigint
  debits: bigint
  credits: bigint
  closing: bigint
  pending: bigint
}

/**
 * All accounts of a merchant in a period, by currency. Read from the sums of days and hours: what is read entry by entry is the part of an
 * hour at either end, as of a zone whose days do not begin with an hour of UTC, and what is not summed yet. One statement, of one instant.
 */
export async function trialBalance(
  db: Db,
  merchantId: string,
  { from, until }: BooksPeriod,
): Promise<TrialLine[]> {
  const none = sql`SELECT NULL::uuid AS account_id, 0 AS debits, 0 AS credits, 0 AS entries WHERE false`
  const opening = from === null ? none : sumsUpTo(merchantId, from, true)
  const closing = sumsUpTo(merchantId, until, true)
  const found = await rows(
    db,
    trialRow,
    sql`
      WITH opening AS MATERIALIZED (
        SELECT account_id, sum(debits) AS debits, sum(credits) AS credits, sum(entries) AS entries FROM (${opening}) o GROUP BY account_id),
      closing AS MATERIALIZED (
        SELECT account_id, sum(debits) AS debits, sum(credits) AS credits, sum(entries) AS entries FROM (${closing}) c GROUP BY account_id)
      SELECT a.id, a.code, a.name, a.type, a.currency, coalesce(o.debits - o.credits, 0)::text AS opening,
        (coalesce(c.debits, 0) - coalesce(o.debits, 0))::text AS debits, (coalesce(c.credits, 0) - coalesce(o.credits, 0))::text AS credits,
        coalesce(w.pending, 0)::text AS pending, (coalesce(c.entries, 0) - coalesce(o.entries, 0))::float8 AS entries
      FROM account a LEFT JOIN opening o ON o.account_id = a.id LEFT JOIN closing c ON c.account_id = a.id
      LEFT JOIN (${pendingUpTo(merchantId, until, true)}) w ON w.account_id = a.id
      WHERE a.merchant_id = ${merchantId}::uuid
      ORDER BY a.currency, array_position(ARRAY['asset', 'expense', 'liability', 'equity', 'revenue'], a.type), a.code`,
  )
  return found.map((row) => {
    const [opened, debits, credits] = [BigInt(row.opening), BigInt(row.debits), BigInt(row.credits)]
    const pending = BigInt(row.pending)
    return { ...row, opening: opened, debits, credits, closing: opened + debits - credits, pending }
  })
}

/** The instant at which the first entry of a merchant was posted, or an earlier one of the same hour; null: there is none. */
export async function firstPosted(db: Db, merchantId: string): Promise<Date | null> {
  const row = await firstRow(
    db,
    z.strictObject({ at: z.date().nullable() }),
    sql`
      SELECT least(
        (SELECT min(starts_at) FROM account_sum WHERE merchant_id = ${merchantId}::uuid AND width = 'hour' AND (SELECT ledger_summed_upto()) > 0),
        (SELECT min(posted_at) FROM unsummed_entries(${merchantId}::uuid, NULL))) AS at`,
  )
  return row?.at ?? null
}
