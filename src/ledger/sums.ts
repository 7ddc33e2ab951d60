import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

/**
 * Adds up to `batch` committed postings to the sums from which balances are read (more where one transaction wrote more). Any number of
 * processes may call it; one of them sums, the others return 0 at once.
 * @returns the number of postings that were added
 */
export async function sumLedger(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ summed: z.int() }),
    sql`SELECT sum_ledger(${batch}::int)::float8 AS summed`,
  )
  return row?.summed ?? 0
}
