import { z } from 'zod'
import { type Db, firstRow, sql } from './db'

/**
 * Copies what people search, texts of payments and keys of records, to where it is found quickly. What is not copied yet is found too, more
 * slowly. Any number of processes may call it; one of them copies, the others return 0 at once.
 * @param batch rows of each table, at most (more where more were created in one microsecond)
 */
export async function indexSearches(db: Db, batch: number): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ copied: z.int() }),
    sql`SELECT index_searches(${batch}::int) AS copied`,
  )
  return row?.copied ?? 0
}
