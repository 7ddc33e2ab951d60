import { writesInOneStatement } from '@payonce/idempotency/sql'
import { refusedWrite } from '@/idempotency/stores/prisma-errors'
import { type Db, joinSql, type Sql, sql, type Write } from './db'

/**
 * `refusedBy` names the write that touched another number of rows than its `rows`, and so undid the whole
 * commit.
 */
export type CommitResult = { committed: true } | { committed: false; refusedBy: string }

/**
 * Commits writes outside an operation: one statement, all or nothing.
 * @param before statements that the writes depend on: sent first, in the same commit, since no write of a
 * statement sees another
 * @throws every database error but a refused write
 */
export async function commit(db: Db, writes: Write[], before: Sql[] = []): Promise<CommitResult> {
  const { ctes, checks } = writesInOneStatement(writes)
  const statement = db.$queryRaw(sql`WITH ${joinSql(ctes)} SELECT ${joinSql(checks)}`)
  try {
    await (before.length === 0
      ? statement
      : db.$transaction([...before.map((first) => db.$executeRaw(first)), statement]))
    return { committed: true }
  } catch (error) {
    const refusedBy = refusedWrite(error)
    if (refusedBy === null) throw error
    return { committed: false, refusedBy }
  }
}
