// The small zod: the package of the store has it inside.
import * as z from 'zod/mini'
import type { IdempotencyRow } from '../core/record'
import type { RowShape } from './rows'

/* The rows of the statements in record-sql.ts. */

/** `readRecord`: state, problem and answer are texts here, since `decide` refuses those that it does not know. */
export const recordRow: RowShape<IdempotencyRow> = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  fingerprint: z.nullable(z.string()),
  fingerprintVersion: z.int(),
  fields: z.nullable(z.string()),
  state: z.string() as unknown as z.ZodMiniType<IdempotencyRow['state']>,
  fence: z.int(),
  leaseOver: z.boolean(),
  subjectId: z.nullable(z.string()),
  status: z.nullable(z.int()),
  problem: z.nullable(z.string()),
  answer: z.nullable(z.string()),
  headers: z.nullable(z.string()),
  createdAt: z.date(),
  completedAt: z.nullable(z.date()),
  expiresAt: z.date(),
})

/** The record's row after a claim: `token` tells whose it is. */
export const leaseRow = z.strictObject({
  token: z.string(),
  fence: z.int(),
  createdAt: z.date(),
  expiresAt: z.date(),
})
export type LeaseRow = z.infer<typeof leaseRow>

/** The row of a claim whose answer was lost. */
export const lostClaimRow = z.extend(leaseRow, { state: z.string() })

/** The row of an outcome whose commit was not heard of. */
export const lostCommitRow = z.strictObject({ stored: z.boolean() })

/** `takeOverdue`, `takeOneInDoubt`: the new claim, and the counts of the checks before it. */
export const overdueRow = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  token: z.string(),
  fence: z.int(),
  subjectId: z.nullable(z.string()),
  tries: z.int(),
  failures: z.int(),
})

/** How many records `markOverdue` went through. */
export const passedRow = z.strictObject({ passed: z.int() })

/** A statement whose rows are only counted. */
export const anyRow = z.unknown()
