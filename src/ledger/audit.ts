import { z } from 'zod'
import { type Db, firstRow, rows, sql } from '@/platform/db'
import { type Finding, findings, isBroken } from '@/platform/integrity'

/** All entries of one currency, in its minor units; both sums are positive. */
export interface CurrencyTotal {
  currency: string
  debits: bigint
  credits: bigint
}

const currencySums = z.strictObject({
  currency: z.string(),
  /** Sums are read as text: a sum of BIGINTs may exceed a BIGINT, and a cast would fail the whole query. */
  debits: z.string(),
  credits: z.string(),
  entries: z.int(),
  checkedAt: z.date(),
})

export interface LedgerCheck {
  checkedAt: Date
  entries: number
  totals: CurrencyTotal[]
  broken: Finding[]
}

/** The merchant's whole ledger, checked now: debits and credits per currency, and every invariant of the schema `integrity_ledger`. */
export async function checkLedger(db: Db, merchantId: string): Promise<LedgerCheck> {
  const sums = await rows(
    db,
    currencySums,
    sql`
      SELECT currency, count(*)::float8 AS entries, now() AS "checkedAt",
        coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::text AS debits,
        coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::text AS credits
      FROM entry WHERE merchant_id = ${merchantId}::uuid GROUP BY currency ORDER BY currency`,
  )
  return {
    checkedAt: sums[0]?.checkedAt ?? (await databaseTime(db)),
    entries: sums.reduce((sum, row) => sum + row.entries, 0),
    totals: sums.map(({ currency, debits, credits }) => ({
      currency,
      debits: BigInt(debits),
      credits: BigInt(credits),
    })),
    broken: (await findings(db, ['ledger'], merchantId)).filter(isBroken),
  }
}

async function databaseTime(db: Db): Promise<Date> {
  const row = await firstRow(db, z.strictObject({ now: z.date() }), sql`SELECT now()`)
  return row?.now ?? new Date(0)
}
