import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'

interface Executor {
  $executeRaw(statement: Sql): Promise<number>
}

/**
 * Removes attempts of more than 180 days ago that are counted, the oldest first; the counts of the overview have them for good. The database
 * refuses to remove any other (migration 0108).
 * @returns how many were removed
 */
export function forgetAttempts(db: Executor, batch: number): Promise<number> {
  return db.$executeRaw(sql`
    DELETE FROM attempt WHERE (merchant_id, id) IN (
      SELECT o.merchant_id, o.id FROM attempts_counted_upto() c CROSS JOIN merchant m CROSS JOIN LATERAL (
        SELECT a.merchant_id, a.id FROM attempt a
        WHERE a.merchant_id = m.id AND a.at <= now() - interval '180 days' AND (a.xid IS NULL OR a.xid < c.attempts_xid)
        ORDER BY a.at LIMIT ${batch}) o LIMIT ${batch})`)
}
