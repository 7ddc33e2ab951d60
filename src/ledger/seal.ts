import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

/**
 * Seals up to `batch` ledger transactions that were committed and have no seal yet: each becomes a link of its merchant's hash chain. Any
 * number of processes may call it; one of them seals, the others return 0 at once.
 * @returns the number of transactions that were sealed
 */
export async function sealLedger(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ sealed: z.int() }),
    sql`SELECT seal_ledger(${batch}::int) AS sealed`,
  )
  return row?.sealed ?? 0
}

const sealing = z.strictObject({
  sealed: z.int(),
  unsealed: z.int(),
  /** When the newest sealed transaction was posted; null: none is sealed. */
  sealedUpTo: z.date().nullable(),
  /** Age of the oldest transaction without a seal, in seconds; null: there is none. */
  oldestSeconds: z.number().nullable(),
})
export type Sealing = z.infer<typeof sealing>

/** How far the ledger is sealed, of one merchant or (null) of all. Reads every transaction, so it is for a check, not for a request. */
export async function readSealing(db: Db, merchantId: string | null): Promise<Sealing> {
  const own = merchantId === null ? sql`true` : sql`t.merchant_id = ${merchantId}::uuid`
  const row = await firstRow(
    db,
    sealing,
    sql`
      SELECT count(s.seq)::int AS sealed, count(*) FILTER (WHERE s.seq IS NULL)::int AS unsealed,
        max(t.posted_at) FILTER (WHERE s.seq IS NOT NULL) AS "sealedUpTo",
        extract(epoch FROM now() - min(t.posted_at) FILTER (WHERE s.seq IS NULL))::float8 AS "oldestSeconds"
      FROM ledger_transaction t LEFT JOIN ledger_seal s ON s.merchant_id = t.merchant_id AND s.transaction_id = t.id WHERE ${own}`,
  )
  if (!row) throw new Error('the database counted no seals')
  return row
}
