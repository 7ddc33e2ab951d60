import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'

const stepsRow = z.strictObject({ paid: z.boolean(), repeated: z.boolean() })
/** What a merchant has tried. `paid`: a payment was begun. `repeated`: one was sent again, or its button pressed again, in the last 30 days. */
export type FirstStepFacts = z.infer<typeof stepsRow>

/** Reads what a merchant has tried, for the first-run checklist: from the counts of half hours, and from attempts not counted yet. */
export async function firstStepFacts(db: Db, merchantId: string): Promise<FirstStepFacts> {
  const row = await firstRow(
    db,
    stepsRow,
    sql`
      SELECT EXISTS (SELECT FROM payment WHERE merchant_id = ${merchantId}::uuid) AS paid,
        EXISTS (
          SELECT FROM attempt_counts(${merchantId}::uuid, half_hour_of(now() - interval '30 days'), half_hour_of(now() + interval '30 minutes')) c
          WHERE is_repeat(outcome)) AS repeated`,
  )
  if (!row) throw new Error('the database returned no row')
  return row
}
