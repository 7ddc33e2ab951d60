import { join, raw, type Sql, sqltag as sql } from '@prisma/client/runtime/client'

/** One write of a commit, as a value. Nothing is sent before the commit. */
export interface SqlWrite {
  /** Appears in the error when the write does not match. */
  name: string
  sql: Sql
  /** Number of rows that it must touch; any other number undoes the whole commit. */
  rows: number
  /** The same write for a statement that serves many commits (`writeForm`). Without it the commit is sent by itself. */
  set?: SetWrite
}

/** A type of PostgreSQL that a column of a row may have. */
export type ColumnType = 'uuid' | 'text' | 'smallint' | 'int' | 'bigint' | 'jsonb'
/** The columns of a row, in order. Their names are SQL identifiers, not quoted. */
export type Columns = Readonly<Record<string, ColumnType>>
/** One value. JSON is passed as its text. */
export type Cell = string | number | bigint | null
/** One row, by the names of its columns. */
export type RowOf<Of extends Columns> = { readonly [Name in keyof Of]: Cell }
export type Row = RowOf<Columns>

/** A write in set form: one text for any number of commits. */
export interface WriteForm {
  name: string
  columns: Columns
  /**
   * The statement over `rows`, a FROM item with the alias `input`. It touches one row for each row of it, and
   * returns `key` for each row that it touched.
   */
  statement: (rows: Sql) => Sql
}

/** What one commit adds to a write in set form. */
export interface SetWrite {
  form: WriteForm
  /** UUID of the row (or of the rows' parent) that is written: it tells whose the returned rows are. */
  key: string
  rows: readonly Row[]
}

/**
 * Defines a write in set form. @returns what makes the write of one commit from its key and its rows; it must
 * touch as many rows as it gets
 */
export function writeForm<Of extends Columns>(
  form: WriteForm & { columns: Of },
): (key: string, ...rows: RowOf<Of>[]) => SqlWrite {
  return (key, ...rows) => ({
    name: form.name,
    rows: rows.length,
    set: { form, key, rows },
    // A getter: in a batch the text of the single write is never needed.
    get sql() {
      return form.statement(sql`${valuesOf(form.columns, rows)} AS input (${namesOf(form.columns)})`)
    },
  })
}

/** The rows as a VALUES list in parentheses, each value with its type. */
export function valuesOf(columns: Columns, rows: readonly Row[]): Sql {
  const typed = Object.entries(columns)
  const tuples = rows.map(
    (row) => sql`(${join(typed.map(([name, type]) => sql`${row[name]}::${raw(type)}`))})`,
  )
  return sql`(VALUES ${join(tuples)})`
}

/** The columns' names, as an alias of a FROM item lists them. */
export function namesOf(columns: Columns): Sql {
  return raw(Object.keys(columns).join(', '))
}

declare const CLAIM: unique symbol

/**
 * A FROM item with one row for each holder of a claim and none for every other caller. Only the store makes
 * it: a statement that selects from it writes under the claim, or not at all. Its columns are `CLAIM_COLUMNS`
 * and those of the `begin`.
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
  /** What this one begin adds to the claim's rows (`beginForm`). Without it the claim is sent by itself. */
  set?: SetBegin
}

/** A `begin` in set form: its statements take their values from the claim's rows, so one text serves any number of claims. */
export interface BeginForm {
  name: string
  /** Beside `CLAIM_COLUMNS`, which the claim's rows always have. */
  columns: Columns
  /** The last statement returns the new row, whose `id` is the claim's `subject_id` as text. */
  statement: (claim: ClaimRows) => Pick<SqlBegin, 'sql' | 'prior'>
}

/** What one claim adds to a `begin` in set form. */
export interface SetBegin {
  form: BeginForm
  row: Row
  /** Begins with the same text here would decide over the same row, so they are never sent in one statement. */
  apart: string | null
}

/** The columns that the claim's rows always have: the record, and the id of the row that `begin` writes. */
export const CLAIM_COLUMNS = {
  merchant_id: 'uuid',
  record_id: 'text',
  subject_id: 'uuid',
} as const satisfies Columns

/**
 * Defines a `begin` in set form. @returns what makes the `begin` of one claim from the claim's rows and its own
 * row. Its text is built once
 */
export function beginForm<Of extends Columns>(
  form: BeginForm & { columns: Of },
): (claim: ClaimRows, row: RowOf<Of>, apart?: string | null) => SqlBegin {
  const built = new WeakMap<ClaimRows, Pick<SqlBegin, 'sql' | 'prior'>>()
  return (claim, row, apart = null) => {
    const statement = built.get(claim) ?? form.statement(claim)
    built.set(claim, statement)
    return { name: form.name, ...statement, set: { form, row, apart } }
  }
}

/** The form of the stores in PostgreSQL (`StoreForm`). */
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
