import { z } from 'zod'
import { readSealing, type Sealing } from '@/ledger/seal'
import { type ChainHead, chainHeads } from '@/platform/chains'
import { type Db, firstRow, sql } from '@/platform/db'
import { EVERY_PART, type Finding, findings, isBroken, OF_MERCHANTS } from '@/platform/integrity'
import { ALL_CHARGES, chargesUnder } from './simulator/count'

const counted = z.strictObject({
  /** By the database's clock. */
  checkedAt: z.date(),
  /** At the simulated bank. */
  charges: z.int(),
  succeeded: z.int(),
  declined: z.int(),
  notCharged: z.int(),
  inDoubt: z.int(),
  transactions: z.int(),
  attempts: z.int(),
})
/** Rows that there were to check: "nothing was charged twice" means little where nothing was charged. */
export type Counted = Omit<z.infer<typeof counted>, 'checkedAt'>

export interface IntegrityReport {
  ok: boolean
  checkedAt: Date
  counted: Counted
  findings: Finding[]
}

/** Checks every invariant of keys, payments, ledger and bank: for one merchant, or (null) for all merchants and the installation. */
export async function checkIntegrity(db: Db, merchantId: string | null): Promise<IntegrityReport> {
  const { checkedAt, ...counts } = await count(db, merchantId)
  const found = await findings(db, merchantId === null ? EVERY_PART : OF_MERCHANTS, merchantId)
  return { ok: !found.some(isBroken), checkedAt, counted: counts, findings: found }
}

/** The report on everything: also how far the ledger is sealed, and the end of each hash chain, for a witness elsewhere to keep. */
export type WholeReport = IntegrityReport & { sealing: Sealing; heads: ChainHead[] }

export async function checkEverything(db: Db): Promise<WholeReport> {
  // The heads first: what is written while the check runs lies behind them.
  const heads = await chainHeads(db, null)
  return { ...(await checkIntegrity(db, null)), sealing: await readSealing(db, null), heads }
}

/** A charge is a merchant's when its key is a payment's; one that belongs to no payment is counted for all only. */
async function count(db: Db, merchantId: string | null): Promise<z.infer<typeof counted>> {
  const own = merchantId === null ? sql`true` : sql`merchant_id = ${merchantId}::uuid`
  const charges =
    merchantId === null ? ALL_CHARGES : chargesUnder(sql`SELECT gateway_key FROM payment WHERE ${own}`)
  const row = await firstRow(
    db,
    counted,
    sql`
      SELECT now() AS "checkedAt", ${charges} AS charges,
        count(*) FILTER (WHERE status = 'succeeded')::float8 AS succeeded, count(*) FILTER (WHERE status = 'declined')::float8 AS declined,
        count(*) FILTER (WHERE status = 'not_charged')::float8 AS "notCharged",
        count(*) FILTER (WHERE status IN ('sending', 'unknown', 'requires_action'))::float8 AS "inDoubt",
        (SELECT count(*)::float8 FROM ledger_transaction WHERE ${own}) AS transactions,
        (SELECT count(*)::float8 FROM attempt WHERE ${own}) AS attempts
      FROM payment WHERE ${own}`,
  )
  if (!row) throw new Error('the database counted nothing')
  return row
}
