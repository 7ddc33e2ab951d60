import { z } from 'zod'
import type { IdempotencyRow } from '../core/record'

/* The rows of the statements in record-sql.ts. */

/** `readRecord`: state, problem and answer are texts here, since `decide` refuses those that it does not know. */
export const recordRow: z.ZodType<IdempotencyRow> = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  operation: z.string(),
  fingerprint: z.string(),
  fingerprintVersion: z.int(),
  fields: z.string().nullable(),
  state: z.string() as unknown as z.ZodType<IdempotencyRow['state']>,
  fence: z.int(),
  leaseOver: z.boolean(),
  subjectId: z.string().nullable(),
  status: z.int().nullable(),
  problem: z.string().nullable(),
  answer: z.string().nullable(),
  createdAt: z.date(),
  completedAt: z.date().nullable(),
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
export const lostClaimRow = leaseRow.extend({ state: z.string() })

/** The row of an outcome whose commit was not heard of. */
export const lostCommitRow = z.strictObject({ stored: z.boolean() })

/** `takeOverdue`, `takeOneInDoubt`: the new claim, and the counts of the checks before it. */
export const overdueRow = z.strictObject({
  merchantId: z.string(),
  id: z.string(),
  token: z.string(),
  fence: z.int(),
  subjectId: z.string().nullable(),
  tries: z.int(),
  failures: z.int(),
})

/** How many records `markOverdue` went through. */
export const passedRow = z.strictObject({ passed: z.int() })

/** A statement whose rows are only counted. */
export const anyRow = z.unknown()
