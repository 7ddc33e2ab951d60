import { type Db, sql } from '@/platform/db'
import type { BankCharge } from '../gateway'

/** Keeps a charge whose meaning is not known yet, so that the walk may go on without it. */
export async function keepUnexplained(
  db: Db,
  charge: BankCharge,
  status: 'in-doubt' | 'stray',
): Promise<void> {
  const { ref, key, amountMinor, refundedMinor, currency, at } = charge
  await db.$executeRaw(sql`
    INSERT INTO open_charge (gateway_ref, gateway_key, amount, refunded, currency, charged_at, status)
    VALUES (${ref}, ${key}, ${amountMinor}::bigint, ${refundedMinor}::bigint, ${currency}, ${at}, ${status})
    ON CONFLICT (gateway_ref) DO UPDATE SET refunded = excluded.refunded, status = excluded.status, looked_at = now()`)
}

export async function isStray(db: Db, ref: string): Promise<boolean> {
  const rows = await db.$queryRaw<unknown[]>(
    sql`SELECT 1 FROM open_charge WHERE gateway_ref = ${ref} AND status = 'stray'`,
  )
  return rows.length > 0
}

/** Those that were not looked at for longest. */
export function listUnexplained(db: Db, limit: number): Promise<BankCharge[]> {
  return db.$queryRaw<BankCharge[]>(sql`
    SELECT gateway_ref AS ref, gateway_key AS key, amount AS "amountMinor", refunded AS "refundedMinor", currency, charged_at AS at
    FROM open_charge ORDER BY looked_at, gateway_ref LIMIT ${limit}`)
}

export async function dropUnexplained(db: Db, ref: string): Promise<void> {
  await db.$executeRaw(sql`DELETE FROM open_charge WHERE gateway_ref = ${ref}`)
}
