import { z } from 'zod'
import { isCancelled, isUnavailable } from '@/idempotency/stores/prisma-errors'
import { type Db, joinSql, rawSql, rows, type Sql, sql } from './db'

/**
 * Parts about merchants' rows. `chain` recomputes every hash of the audit log and the ledger, too much for a page that is open all day.
 * `system` is about the installation as a whole, which no merchant may see.
 */
export const OF_MERCHANTS = ['across', 'ledger'] as const
export const EVERY_PART = [...OF_MERCHANTS, 'chain', 'system'] as const

/** Subject of an invariant: its view is in the PostgreSQL schema `integrity_<part>` (`prisma/migrations/0006_integrity`). */
export type Part = (typeof EVERY_PART)[number]

export const part = z.enum(EVERY_PART)

const invariant = z.strictObject({
  id: z.string(),
  part,
  /** The view's comment: the rule as a sentence for people. */
  rule: z.string(),
  /** The view's name, quoted. */
  view: z.string(),
})
/** A rule that holds at every instant, as a view of the rows that break it. */
type Invariant = z.infer<typeof invariant>

export const offender = z.strictObject({
  /** Null: the row belongs to no merchant. */
  merchantId: z.string().nullable(),
  /** Which row, such as `payment 018f…`. */
  subject: z.string(),
  /** The violation. */
  detail: z.string(),
})
/** A row that breaks an invariant. */
export type Offender = z.infer<typeof offender>

export interface Finding {
  id: string
  part: Part
  rule: string
  offenders: Offender[]
}

/** Another way to find what an invariant's view returns: the same rows, of one merchant or (null) of all. */
export type OffendersOf = (db: Db, merchantId: string | null) => Promise<Offender[]>

/** Offenders of one invariant that are reported. 20: enough to see the pattern, and a broken rule may have millions. */
export const OFFENDERS_MAX = 20

/**
 * Checks every invariant of these parts, for one merchant or (null) for all, by the same views.
 * @param instead invariants, by id, that are checked in another way than by one statement
 */
export async function findings(
  db: Db,
  parts: readonly Part[],
  merchantId: string | null,
  instead: Readonly<Record<string, OffendersOf>> = {},
): Promise<Finding[]> {
  const found: Finding[] = []
  for (const { view, ...about } of await invariants(db, parts)) {
    const find = instead[about.id] ?? (() => offenders(db, view, merchantId))
    found.push({ ...about, offenders: await orFailure(about.id, merchantId, () => find(db, merchantId)) })
  }
  return found
}

export const isBroken = ({ offenders }: Finding): boolean => offenders.length > 0

/** Every view of the schemas is an invariant, so the list cannot be forgotten. @throws Error when there is none: an empty check is no success */
export async function invariants(db: Db, parts: readonly Part[]): Promise<Invariant[]> {
  const listed = await rows(db, invariant, sql`${catalogue(parts)} ORDER BY n.nspname, c.relname`)
  if (listed.length === 0)
    throw new Error(
      'This database has no invariants to check. Does it have all migrations (npm run migrate)?',
    )
  return listed
}

/** The invariants of these parts, in PostgreSQL's catalogue. */
export function catalogue(parts: readonly Part[]): Sql {
  return sql`
    SELECT replace(c.relname, '_', '-') AS id, replace(n.nspname, 'integrity_', '') AS part,
      coalesce(obj_description(c.oid, 'pg_class'), c.relname) AS rule, format('%I.%I', n.nspname, c.relname) AS view
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'v' AND n.nspname IN (${joinSql(parts.map((part) => `integrity_${part}`))})`
}

/**
 * An invariant that cannot be evaluated counts as broken, and says so: the others are still checked, and no check that did not run is
 * taken for a success.
 * @throws the error itself when the database as a whole is away
 */
async function orFailure(
  id: string,
  merchantId: string | null,
  find: () => Promise<Offender[]>,
): Promise<Offender[]> {
  try {
    return (await find()).slice(0, OFFENDERS_MAX)
  } catch (error) {
    if (isUnavailable(error) && !isCancelled(error)) throw error
    return [{ merchantId, subject: `invariant ${id}`, detail: 'this check could not be run' }]
  }
}

/**
 * MATERIALIZED hides the limit from the planner. It expects to meet 20 offenders soon and would plan for that; as a rule there are none,
 * and it reads to the end: planned for that, it takes half the time.
 */
function offenders(db: Db, view: string, merchantId: string | null): Promise<Offender[]> {
  const whose = merchantId === null ? sql`` : sql`WHERE merchant_id = ${merchantId}::uuid`
  return rows(
    db,
    offender,
    sql`
      WITH broken AS MATERIALIZED (SELECT merchant_id AS "merchantId", subject, detail FROM ${rawSql(view)} ${whose})
      SELECT * FROM broken LIMIT ${OFFENDERS_MAX}`,
  )
}
