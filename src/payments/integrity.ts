import { type Db, sql } from '@/platform/db'
import { EVERY_PART, type Finding, findings, isBroken, OF_MERCHANTS } from '@/platform/integrity'

/** What there was to check. "Nothing was charged twice" means little where nothing was charged. */
export interface Counted {
  charges: number
  succeeded: number
  declined: number
  notCharged: number
  inDoubt: number
  transactions: number
  attempts: number
}

export interface IntegrityReport {
  ok: boolean
  checkedAt: Date
  counted: Counted
  findings: Finding[]
}

/** Key, money, books and bank against each other: every invariant of one merchant, or (null) of everybody and the installation. */
export async function checkIntegrity(db: Db, merchantId: string | null): Promise<IntegrityReport> {
  const { checkedAt, ...counted } = await count(db, merchantId)
  const found = await findings(db, merchantId === null ? EVERY_PART : OF_MERCHANTS, merchantId)
  return { ok: !found.some(isBroken), checkedAt, counted, findings: found }
}

/** A charge is a merchant's when its key is a payment's; what belongs to nobody is counted for all only. */
async function count(db: Db, merchantId: string | null): Promise<Counted & { checkedAt: Date }> {
  const own = merchantId === null ? sql`true` : sql`merchant_id = ${merchantId}::uuid`
  const ownCharge =
    merchantId === null ? sql`true` : sql`idempotency_key IN (SELECT gateway_key FROM payment WHERE ${own})`
  const [row] = await db.$queryRaw<(Counted & { checkedAt: Date })[]>(sql`
    SELECT now() AS "checkedAt", (SELECT count(*)::int FROM gateway_simulator.charge WHERE ${ownCharge}) AS charges,
      count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded, count(*) FILTER (WHERE status = 'declined')::int AS declined,
      count(*) FILTER (WHERE status = 'not_charged')::int AS "notCharged",
      count(*) FILTER (WHERE status IN ('sending', 'unknown', 'requires_action'))::int AS "inDoubt",
      (SELECT count(*)::int FROM ledger_transaction WHERE ${own}) AS transactions, (SELECT count(*)::int FROM attempt WHERE ${own}) AS attempts
    FROM payment WHERE ${own}`)
  return row as Counted & { checkedAt: Date }
}
