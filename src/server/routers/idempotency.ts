import { z } from 'zod'
import { attemptsOf, findRecord, listRecords, type RecordSummary } from '@/idempotency/stores/read'
import { readId, showId } from '@/lib/id'
import { operatorProcedure, router } from '../trpc'
import { attempt, attemptOut, counts, countsOut, maybeTime, notFound, paged, pageSize, readTimeCursor, time, words, writeCursor } from './wire'

export const RECORD_STATES = ['claimed', 'sending', 'unknown', 'completed', 'tombstone'] as const

const summaryOut = countsOut.extend({
  id: z.string(),
  key: z.string(),
  operation: z.string(),
  scope: z.string(),
  state: z.string(),
  fence: z.number(),
  status: z.number().nullable(),
  problem: z.string().nullable(),
  paymentId: z.string().nullable(),
  createdAt: z.string(),
  completedAt: z.string().nullable(),
  expiresAt: z.string(),
  lastSeenAt: z.string().nullable(),
})

const detailOut = summaryOut.extend({
  fingerprint: z.string(),
  fingerprintVersion: z.number(),
  leaseUntil: z.string(),
  leaseOver: z.boolean(),
  worker: z.string(),
  answer: z.string().nullable(),
  attempts: z.array(attemptOut),
})

/** A record's id is a hash in text form; it comes from us, so anything else is refused before the database is asked. */
const recordId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)

export const idempotencyRouter = router({
  list: operatorProcedure
    .input(
      z.strictObject({
        state: z.enum(RECORD_STATES).optional(),
        search: words(255).optional(),
        cursor: z.string().max(400).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(summaryOut), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input }) => {
      const subjectId = input.search ? readId('pay', input.search) : null
      const rows = await listRecords(ctx.db, ctx.operator.merchantId, {
        state: input.state ?? null,
        subjectId,
        search: subjectId ? null : input.search || null,
        after: readTimeCursor(input.cursor, /^[A-Za-z0-9_-]{1,128}$/),
        limit: input.limit + 1,
      })
      return paged(rows, input.limit, showRecord, (row) => writeCursor(row.cursor, row.id))
    }),

  get: operatorProcedure
    .input(z.strictObject({ id: recordId }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const record = await findRecord(ctx.db, ctx.operator.merchantId, input.id)
      if (!record) return notFound()
      const { fingerprint, fingerprintVersion, leaseOver, worker, answer } = record
      const attempts = await attemptsOf(ctx.db, ctx.operator.merchantId, [input.id], 500)
      return {
        ...showRecord(record),
        ...{ fingerprint, fingerprintVersion, leaseOver, worker, answer },
        leaseUntil: time(record.leaseUntil),
        attempts: attempts.map(attempt),
      }
    }),
})

function showRecord(row: RecordSummary): z.infer<typeof summaryOut> {
  const { id, key, operation, scope, state, fence, status, problem } = row
  return {
    ...{ id, key, operation, scope, state, fence, status, problem },
    ...counts(row),
    paymentId: row.subjectId && showId('pay', row.subjectId),
    createdAt: time(row.createdAt),
    completedAt: maybeTime(row.completedAt),
    expiresAt: time(row.expiresAt),
    lastSeenAt: maybeTime(row.lastSeenAt),
  }
}
