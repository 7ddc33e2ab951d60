import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'

/** One write of a commit, as a value. Nothing is sent before the commit. */
export interface SqlWrite {
  /** Appears in the error when the write does not match. */
  name: string
  sql: Sql
  /** Number of rows that it must touch; any other number undoes the whole commit. */
  rows: number
}

declare const CLAIM: unique symbol

/**
 * A FROM item with one row for the holder of the claim and none for every other caller. Only the store makes
 * it: a statement that selects from it writes under the claim, or not at all.
 */
export type ClaimRows = Sql & { readonly [CLAIM]: 'rows' }

/** A statement that selects from `ClaimRows`. */
export type ClaimedSql = Sql & { readonly [CLAIM]: 'statement' }

/**
 * A statement of a `begin` whose rows its later statements can read. Those rows exist only under the claim,
 * too.
 */
export interface ClaimedPart {
  name: string
  sql: ClaimedSql
  rows: ClaimRows
}

/**
 * The first write of an operation, committed with its claim: INSERT … SELECT … FROM the claim's rows
 * RETURNING the new row.
 */
export interface SqlBegin {
  name: string
  sql: ClaimedSql
  /** Parts that come before it in the same statement, in order. */
  prior?: readonly ClaimedPart[]
}

/** The form of the Prisma store (`StoreForm`). */
export interface SqlForm {
  claim: ClaimRows
  begin: SqlBegin
  write: SqlWrite
}

type SelectsFromClaim<Values> = Values extends readonly [infer First, ...infer Rest]
  ? First extends ClaimRows
    ? true
    : SelectsFromClaim<Rest>
  : false

/**
 * Template tag for SQL. The result is a `ClaimedSql` only if one of the values is the claim's rows; without
 * them a `begin` does not compile.
 */
export function claimedSql<const Values extends readonly unknown[]>(
  strings: TemplateStringsArray,
  ...values: Values
): SelectsFromClaim<Values> extends true ? ClaimedSql : Sql {
  return sql(strings, ...values) as SelectsFromClaim<Values> extends true ? ClaimedSql : Sql
}

/**
 * Names a statement of a `begin`, so that later ones can select from its rows.
 * @param name an SQL identifier, not quoted
 */
export function claimedPart(name: string, statement: ClaimedSql): ClaimedPart {
  return { name, sql: statement, rows: raw(name) as ClaimRows }
}

/** The claim's rows. For the store only: `beginRecord` defines the CTE with this name. */
export function claimRows(name: string): ClaimRows {
  return raw(name) as ClaimRows
}

/**
 * Rows for a statement without an idempotency key, such as an operator's order. The caller accepts that it
 * may happen twice.
 */
export function withoutClaim(rows: Sql): ClaimRows {
  return rows as ClaimRows
}

/**
 * The parts as CTEs, `name AS (…), ` each, in order: the text between WITH and the statement that reads them.
 */
export function partsOf(begin: Pick<SqlBegin, 'prior'>): Sql {
  return concat((begin.prior ?? []).map((part) => sql`${raw(part.name)} AS (${part.sql}), `))
}

/**
 * All writes as the CTEs of one statement, and one `expect_rows` for each, which raises unless it touched
 * `rows` rows.
 */
export function writesInOneStatement(writes: readonly SqlWrite[]): { ctes: Sql[]; checks: Sql[] } {
  return {
    ctes: writes.map((write, index) => sql`${cte(index)} AS (${write.sql})`),
    checks: writes.map(
      (write, index) => sql`expect_rows(${write.name}, (SELECT count(*) FROM ${cte(index)}), ${write.rows})`,
    ),
  }
}

function cte(index: number): Sql {
  return raw(`w${index}`)
}

function concat(parts: Sql[]): Sql {
  return parts.length === 0 ? sql`` : join(parts, '')
}
