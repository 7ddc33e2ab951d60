import { z } from 'zod'
import { attemptsOf, findRecord, listRecords, type RecordSummary } from '@/idempotency/stores/read'
import { readId, showId, uuidv7 } from '@/lib/id'
import { audit, auditOf } from '@/platform/audit'
import { operatorActor } from '../actor'
import { factsOf } from '../operations'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { attemptOut, countsOut, showAttempt, showCounts } from '../wire/attempt-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { maybeTime, notFound, paged, pageSize, time, words } from '../wire/json'

export const RECORD_STATES = ['claimed', 'sending', 'unknown', 'parked', 'completed', 'tombstone'] as const

const summaryOut = countsOut.extend({
  id: z.string(),
  key: z.string(),
  operation: z.string(),
  sentBy: z.enum(['browser', 'program', 'operator']).nullable(),
  scope: z.string(),
  state: z.string(),
  fence: z.number(),
  status: z.number().nullable(),
  problem: z.string().nullable(),
  /** The resource that it works on: a payment, an order, a refund. */
  subjectId: z.string().nullable(),
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
  tries: z.number(),
  parkedAt: z.string().nullable(),
  parkedReason: z.string().nullable(),
  answer: z.string().nullable(),
  audit: z.array(
    z.object({ id: z.string(), actor: z.string(), action: z.string(), detail: z.string(), at: z.string() }),
  ),
  attempts: z.array(attemptOut),
})

/** A record's id is a hash as text. We made it, so any other text is refused before the database is asked. */
const recordId = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/)

/** The first attempts of a record on its page. 500: more than a person reads. */
const ATTEMPTS_MAX = 500

export const idempotencyRouter = router({
  list: viewerProcedure
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
      const rows = await listRecords(ctx.pages, ctx.operator.merchantId, {
        state: input.state ?? null,
        subjectId,
        search: subjectId ? null : input.search || null,
        after: readTimeCursor(input.cursor, /^[A-Za-z0-9_-]{1,128}$/),
        limit: input.limit + 1,
      })
      return paged(rows, input.limit, showRecord, (row) => writeCursor(row.cursor, row.id))
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: recordId }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const record = await findRecord(ctx.pages, ctx.operator.merchantId, input.id)
      if (!record) return notFound()
      const { fingerprint, fingerprintVersion, leaseOver, worker, tries, parkedReason, answer } = record
      const attempts = await attemptsOf(ctx.pages, ctx.operator.merchantId, [input.id], ATTEMPTS_MAX)
      const audited = await auditOf(ctx.pages, ctx.operator.merchantId, input.id)
      return {
        ...showRecord(record),
        fingerprint,
        fingerprintVersion,
        leaseOver,
        worker,
        tries,
        parkedReason,
        answer,
        parkedAt: maybeTime(record.parkedAt),
        audit: audited.map((row) => ({ ...row, at: time(row.at) })),
        leaseUntil: time(record.leaseUntil),
        attempts: attempts.map(showAttempt),
      }
    }),

  /** Unparks a record, so that the resolver asks the bank again. It asks only; it never charges. */
  askAgain: supportProcedure
    .input(z.strictObject({ id: recordId }))
    .output(z.object({ asked: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const trace = audit({
        merchantId,
        id: uuidv7(),
        by: operatorActor(ctx),
        action: 'record.asked-again',
        subject: input.id,
        detail: 'unparked: the resolver asks the bank again',
      })
      return { asked: await ctx.store.unpark(merchantId, input.id, [trace]) }
    }),
})

function showRecord(row: RecordSummary): z.infer<typeof summaryOut> {
  const { id, key, operation, scope, state, fence, status, problem } = row
  const facts = factsOf(operation)
  return {
    ...showCounts(row),
    id,
    key,
    operation,
    scope,
    state,
    fence,
    status,
    problem,
    sentBy: facts?.sentBy ?? null,
    subjectId: row.subjectId && facts && showId(facts.subject, row.subjectId),
    paymentId: row.subjectId && facts?.subject === 'pay' ? showId('pay', row.subjectId) : null,
    createdAt: time(row.createdAt),
    completedAt: maybeTime(row.completedAt),
    expiresAt: time(row.expiresAt),
    lastSeenAt: maybeTime(row.lastSeenAt),
  }
}
