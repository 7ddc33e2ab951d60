import { refusedWrite } from '@/idempotency/stores/prisma-errors'
import { writesInOneStatement } from '@/idempotency/stores/sql'
import { type Db, joinSql, type Sql, sql, type Write } from './db'

/** `refusedBy` names the write that touched another number of rows than it said, and so undid the whole commit. */
export type CommitResult = { committed: true } | { committed: false; refusedBy: string }

/**
 * Commits writes outside an operation: one statement, all or nothing.
 * @param before what the writes must find there already: sent first, in the same commit, since no write of a statement sees another
 * @throws what the database throws, but for a write that touches another number of rows than it says
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
