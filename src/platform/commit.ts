import { type Db, joinSql, rawSql, type Sql, sql, type Write } from './db'

/**
 * Commits writes outside an operation: one statement, all or nothing. Each write says how many rows it must touch.
 * @param before what the writes must find there already: sent first, in the same commit, since no write of a statement sees another
 * @returns the name of the write that touched another number of rows and so undid all of it; null when it was committed
 */
export async function commit(db: Db, writes: Write[], before: Sql[] = []): Promise<string | null> {
  const statement = db.$queryRaw(oneStatement(writes))
  try {
    await (before.length === 0
      ? statement
      : db.$transaction([...before.map((first) => db.$executeRaw(first)), statement]))
    return null
  } catch (error) {
    const refused = refusedBy(error)
    if (refused === null) throw error
    return refused
  }
}

function oneStatement(writes: Write[]): Sql {
  const parts = writes.map(({ sql: write }, index) => sql`${name(index)} AS (${write})`)
  const counts = writes.map(
    (write, index) => sql`expect_rows(${write.name}, (SELECT count(*) FROM ${name(index)}), ${write.rows})`,
  )
  return sql`WITH ${joinSql(parts)} SELECT ${joinSql(counts)}`
}

function name(index: number): Sql {
  return rawSql(`w${index}`)
}

/** `expect_rows` raises with the name of the write; Prisma keeps that text in different places. */
function refusedBy(error: unknown, depth = 0): string | null {
  if (typeof error !== 'object' || error === null || depth > 6) return null
  const { message, originalMessage, meta, cause, driverAdapterError } = error as Record<string, unknown>
  for (const text of [message, originalMessage]) {
    const found = typeof text === 'string' ? /commit refused: (\S+) touched/.exec(text)?.[1] : undefined
    if (found) return found
  }
  return refusedBy(meta, depth + 1) ?? refusedBy(cause, depth + 1) ?? refusedBy(driverAdapterError, depth + 1)
}
