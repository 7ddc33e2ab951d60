import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'

/** One write of a commit, as a value. Nothing is sent before the commit; a write that touches other than `rows` rows undoes it all. */
export interface SqlWrite {
  name: string
  sql: Sql
  rows: number
}

declare const CLAIM: unique symbol

/**
 * A FROM item that has one row for the caller who holds the claim, and none for anybody else. Only the store makes them: whoever
 * selects from these rows writes under the claim, or not at all.
 */
export type ClaimRows = Sql & { readonly [CLAIM]: 'rows' }

/** A statement that selects from `ClaimRows`. */
export type ClaimedSql = Sql & { readonly [CLAIM]: 'statement' }

/** A statement of a `begin` whose rows later statements of it may read. They exist only under the claim, too. */
export interface ClaimedPart {
  name: string
  sql: ClaimedSql
  rows: ClaimRows
}

/**
 * The first write of an operation, committed with its claim: an INSERT … SELECT … FROM the claim's rows, RETURNING the row that is begun.
 * `prior` comes before it in the same statement.
 */
export interface SqlBegin {
  name: string
  sql: ClaimedSql
  prior?: readonly ClaimedPart[]
}

/** The form in which the Prisma store takes its work (`StoreForm`). */
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

/** SQL as a template. It is a `ClaimedSql` only where one of its values is the claim's rows; without them a `begin` does not compile. */
export function claimedSql<const Values extends readonly unknown[]>(
  strings: TemplateStringsArray,
  ...values: Values
): SelectsFromClaim<Values> extends true ? ClaimedSql : Sql {
  return sql(strings, ...values) as SelectsFromClaim<Values> extends true ? ClaimedSql : Sql
}

/** Names a statement of a `begin`, so that later ones can select from its rows. */
export function claimedPart(name: string, statement: ClaimedSql): ClaimedPart {
  return { name, sql: statement, rows: raw(name) as ClaimRows }
}

/** The rows of the claim in `beginRecord`. For the store alone. */
export function claimRows(name: string): ClaimRows {
  return raw(name) as ClaimRows
}

/** Rows for a statement that no key stands behind: an operator's order, say. Whoever uses it decides that it may happen twice. */
export function withoutClaim(rows: Sql): ClaimRows {
  return rows as ClaimRows
}

/** `name AS (…), ` for each part, in order: what comes between WITH and the statement that reads them. */
export function partsOf(begin: Pick<SqlBegin, 'prior'>): Sql {
  return concat((begin.prior ?? []).map((part) => sql`${raw(part.name)} AS (${part.sql}), `))
}

/** All writes as the CTEs of one statement, and one `expect_rows` for each, which raises unless it touched as many rows as it says. */
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
