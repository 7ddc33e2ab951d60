import { type Sql, sqltag as sql } from '@prisma/client/runtime/client'

/** The part of a Prisma client that reads. */
export interface RowReader {
  $queryRaw<T>(query: Sql): PromiseLike<T>
}

/** The shape of a row: a zod schema. */
export interface RowShape<Row> {
  parse(row: unknown): Row
}

let checked = false

/**
 * Makes `rows` compare each row with its shape from now on. For tests: production trusts its own SQL and pays nothing. The test set-up
 * calls it before any test runs.
 */
export function checkRows(on = true): void {
  checked = on
}

/**
 * Rows of a query, typed by `shape`. Raw SQL has no types: a renamed alias compiles, and is `undefined` in production. Therefore the shape
 * is declared once, as a zod schema, and every row that a test reads is compared with it.
 * @param shape strict, so that a column which nobody reads is found too; it only checks, and never changes a row
 * @throws ZodError under test, for a row of another shape
 */
export async function rows<Row>(db: RowReader, shape: RowShape<Row>, query: Sql): Promise<Row[]> {
  return compared(shape, await db.$queryRaw<Row[]>(query))
}

/** Rows that were read otherwise, compared with their shape. @throws ZodError under test, for a row of another shape */
export function compared<Row>(shape: RowShape<Row>, found: Row[]): Row[] {
  if (checked) for (const row of found) shape.parse(row)
  return found
}

/** The first of `rows`, or null. */
export async function firstRow<Row>(db: RowReader, shape: RowShape<Row>, query: Sql): Promise<Row | null> {
  return (await rows(db, shape, query))[0] ?? null
}

/**
 * A timestamptz column as text, RFC 3339 in UTC to the microsecond: the position of a row in a keyset page. A JavaScript date would lose
 * three digits, and the next page would lose or repeat rows with them.
 */
export function cursorOf(column: Sql): Sql {
  return sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`
}
