import { z } from 'zod'
import { type Db, firstRow, rows, sql } from './db'
import { catalogue, EVERY_PART, OFFENDERS_MAX, offender, type Part, part } from './integrity'

/** 2 minutes without a turn of the check of changes (one in 10 s): no worker runs, or its checks fail. */
const STOPPED_MS = 2 * 60_000
/** 10 minutes behind: what is older than that is not new any more. */
const BEHIND_MS = 10 * 60_000
/** 26 hours: a check of every row is begun each 24 hours, and may take its time. */
const OLD_MS = 26 * 60 * 60_000

/**
 * Why nothing can be said of an invariant: it was never checked over every row; the last check failed; the last check of every row is too old;
 * no worker has checked changes lately; or the check of changes is far behind.
 */
export const DOUBTS = ['never', 'failed', 'old', 'stopped', 'behind'] as const
export type CheckDoubt = (typeof DOUBTS)[number]

const violation = offender.extend({
  foundBy: z.enum(['changes', 'whole']),
  /** RFC 3339. */
  foundAt: z.string(),
})
/** A row that broke an invariant when it was last checked, with the check that found it. */
export type BrokenRow = z.infer<typeof violation>

const known = z.strictObject({
  id: z.string(),
  part,
  rule: z.string(),
  view: z.string(),
  wholeStartedAt: z.date().nullable(),
  wholeCheckedAt: z.date().nullable(),
  failed: z.boolean(),
  requested: z.boolean(),
  /** Why changes are not checked; null: they are. */
  wholeOnly: z.string().nullable(),
  violations: z.array(violation),
})
type Known = z.infer<typeof known>

const progress = z.strictObject({
  now: z.date(),
  /** What was written before is checked. */
  upTo: z.date().nullable(),
  finishedAt: z.date().nullable(),
  /** Rows of this merchant that were checked as changes, ever. */
  rows: z.int(),
})
type Progress = z.infer<typeof progress>

/** An invariant, with what the last checks say of it. */
export interface Judged {
  id: string
  part: Part
  rule: string
  violations: BrokenRow[]
  /** Null: the violations say it all; none means that it holds. */
  doubt: CheckDoubt | null
  /** The last check of every row that came to its end. */
  wholeCheckedAt: Date | null
  /** Why changes are not checked between those; null: they are. */
  wholeOnly: string | null
}

export interface Verdict {
  now: Date
  /** What was written before this instant is checked; null: nothing is. */
  upTo: Date | null
  /** Rows of this merchant that were checked as changes, ever. */
  rows: number
  /** The last check of everything: the oldest of its invariants. Null: one was never checked. */
  wholeCheckedAt: Date | null
  /** A check of everything that somebody asked for and that is not over. */
  asked: { done: number; all: number } | null
  judged: Judged[]
}

/** What the worker's checks say of a merchant's rows. Evaluates no invariant, so it takes as long at any age. */
export async function readVerdict(db: Db, parts: readonly Part[], merchantId: string): Promise<Verdict> {
  const [at, all] = await Promise.all([readProgress(db, merchantId), readKnown(db, merchantId)])
  const shown = all.filter((one) => parts.includes(one.part))
  const asked = all.some(({ requested }) => requested)
  return {
    now: at.now,
    upTo: at.upTo,
    rows: at.rows,
    wholeCheckedAt: oldest(shown),
    asked: asked ? { done: all.filter(({ requested }) => !requested).length, all: all.length } : null,
    judged: shown.map((one) => judge(one, at)),
  }
}

/** A check that somebody asked for, and that has neither come to its end nor failed since. */
const PENDING = sql`coalesce(v.requested_at > coalesce(v.whole_started_at, '-infinity')
  AND NOT (v.tried_at > v.requested_at AND v.whole_error IS NOT NULL), false)`

/** Asks the worker for a check of every row, which it begins within seconds. While one that was asked for is not over, it is not asked for again. */
export async function requestWholeCheck(db: Db): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE integrity_verdict SET requested_at = clock_timestamp()
    WHERE NOT EXISTS (SELECT FROM (${catalogue(EVERY_PART)}) i JOIN integrity_verdict v ON v.invariant = i.id WHERE ${PENDING})`)
}

/** Invariants that rows of this merchant break, or rows of none: what the last checks found, without their doubts. */
export async function countBroken(db: Db, merchantId: string): Promise<number> {
  const row = await firstRow(
    db,
    z.strictObject({ broken: z.int() }),
    sql`
      SELECT count(DISTINCT v.invariant)::float8 AS broken FROM integrity_violation v JOIN (${catalogue(EVERY_PART)}) i ON i.id = v.invariant
      WHERE v.merchant_id IN (${merchantId}::uuid, '00000000-0000-0000-0000-000000000000'::uuid)`,
  )
  return row?.broken ?? 0
}

export const isViolated = ({ violations }: Judged): boolean => violations.length > 0

function judge(one: Known, at: Progress): Judged {
  const { id, part, rule, violations, wholeCheckedAt, wholeOnly } = one
  return { id, part, rule, violations, wholeCheckedAt, wholeOnly, doubt: doubtOf(one, at) }
}

function doubtOf(
  { wholeStartedAt, wholeCheckedAt, failed, wholeOnly }: Known,
  at: Progress,
): CheckDoubt | null {
  const ageMs = (then: Date) => at.now.getTime() - then.getTime()
  if (failed) return 'failed'
  if (!wholeCheckedAt || !wholeStartedAt) return 'never'
  if (ageMs(wholeStartedAt) > OLD_MS) return 'old'
  if (wholeOnly !== null) return null
  if (!at.finishedAt || !at.upTo || ageMs(at.finishedAt) > STOPPED_MS) return 'stopped'
  return ageMs(at.upTo) > BEHIND_MS ? 'behind' : null
}

function oldest(all: readonly Known[]): Date | null {
  const times = all.map(({ wholeCheckedAt }) => wholeCheckedAt)
  if (times.some((time) => time === null) || times.length === 0) return null
  return new Date(Math.min(...times.map((time) => (time as Date).getTime())))
}

async function readProgress(db: Db, merchantId: string): Promise<Progress> {
  const row = await firstRow(
    db,
    progress,
    sql`
      SELECT now() AS now, c.at AS "upTo", c.finished_at AS "finishedAt",
        coalesce((SELECT sum(k.rows) FROM integrity_checked k WHERE k.merchant_id = ${merchantId}::uuid), 0)::float8 AS rows
      FROM (VALUES (1)) AS one LEFT JOIN integrity_checkpoint c ON c.xmin::text::bigint = c.written_by & 4294967295`,
  )
  if (!row) throw new Error('the database has no clock')
  return row
}

function readKnown(db: Db, merchantId: string): Promise<Known[]> {
  return rows(
    db,
    known,
    sql`
      SELECT i.*, v.whole_started_at AS "wholeStartedAt", v.whole_checked_at AS "wholeCheckedAt", o.because AS "wholeOnly",
        (v.whole_error IS NOT NULL OR v.changes_error IS NOT NULL) AS failed,
        ${PENDING} AS requested,
        coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
          SELECT merchant_id AS "merchantId", subject, detail, found_by AS "foundBy", to_char(found_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "foundAt"
          FROM integrity_violation WHERE merchant_id = ${merchantId}::uuid AND invariant = i.id ORDER BY found_at, subject, detail LIMIT ${OFFENDERS_MAX}) x), '[]') AS violations
      FROM (${catalogue(EVERY_PART)}) i
      LEFT JOIN integrity_verdict v ON v.invariant = i.id LEFT JOIN integrity_whole_only o ON o.invariant = i.id
      ORDER BY i.part, i.id`,
  )
}
