import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, sql } from '@/platform/db'

/**
 * The sample shop: a merchant with made-up payments, which the sandbox's first start writes (`prisma/sample.ts`). Every operator of the
 * installation may look at it, as a viewer; nobody can change it, and one press removes it for all.
 */

/** Subquery: its merchant id; null where there is none, or where it was removed. The only place that decides who is shown it. */
export const SAMPLE_ID = sql`(SELECT id FROM merchant WHERE mode = 'sample' AND sample_removed_at IS NULL LIMIT 1)`

/** Whether there is one to look at. */
export async function hasSample(db: Db): Promise<boolean> {
  const row = await firstRow(
    db,
    z.strictObject({ there: z.boolean() }),
    sql`SELECT ${SAMPLE_ID} IS NOT NULL AS there`,
  )
  return row?.there ?? false
}

/** From now on this session looks at the sample shop. @returns false when there is none */
export async function enterSample(db: Db, sessionId: string): Promise<boolean> {
  const entered = await db.$executeRaw(
    sql`UPDATE operator_session SET sample_since = now() WHERE id = ${sessionId} AND ${SAMPLE_ID} IS NOT NULL`,
  )
  return entered === 1
}

/** This session looks at its operator's own shop again. */
export async function leaveSample(db: Db, sessionId: string): Promise<void> {
  await db.$executeRaw(sql`UPDATE operator_session SET sample_since = NULL WHERE id = ${sessionId}`)
}

/**
 * Removes the sample shop: nobody is shown it any more, and the sandbox's next start deletes its rows. The entry in the audit log is in the same
 * commit, in the log of who removed it.
 * @returns false when there was none, or it was removed before
 */
export async function removeSample(
  db: Db,
  { merchantId, by }: { merchantId: string; by: Actor },
  newId: () => string,
): Promise<boolean> {
  const removed = {
    name: 'sample',
    rows: 1,
    sql: sql`UPDATE merchant SET sample_removed_at = now() WHERE id = ${SAMPLE_ID} RETURNING 1`,
  }
  const entry = { merchantId, id: newId(), by, action: 'sample.removed', subject: 'sample', detail: '' }
  return (await commit(db, [removed, audit(entry)])).committed
}
