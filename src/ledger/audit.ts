import { type Db, sql } from '@/platform/db'
import { type Finding, findings, isBroken } from '@/platform/integrity'

export interface CurrencyTotal {
  currency: string
  debits: bigint
  credits: bigint
}

export interface LedgerCheck {
  checkedAt: Date
  entries: number
  totals: CurrencyTotal[]
  broken: Finding[]
}

/** The merchant's whole ledger, checked now: debits and credits per currency, and every invariant of the schema `integrity_ledger`. */
export async function checkLedger(db: Db, merchantId: string): Promise<LedgerCheck> {
  const rows = await db.$queryRaw<(CurrencyTotal & { entries: number; checkedAt: Date })[]>(sql`
    SELECT currency, count(*)::int AS entries, now() AS "checkedAt",
      coalesce(sum(amount) FILTER (WHERE amount > 0), 0)::bigint AS debits,
      coalesce(-sum(amount) FILTER (WHERE amount < 0), 0)::bigint AS credits
    FROM entry WHERE merchant_id = ${merchantId}::uuid GROUP BY currency ORDER BY currency`)
  return {
    checkedAt: rows[0]?.checkedAt ?? (await databaseTime(db)),
    entries: rows.reduce((sum, row) => sum + row.entries, 0),
    totals: rows.map(({ currency, debits, credits }) => ({ currency, debits, credits })),
    broken: (await findings(db, ['ledger'], merchantId)).filter(isBroken),
  }
}

async function databaseTime(db: Db): Promise<Date> {
  const [row] = await db.$queryRaw<{ now: Date }[]>(sql`SELECT now()`)
  return row?.now ?? new Date(0)
}
