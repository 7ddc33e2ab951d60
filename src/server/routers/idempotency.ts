import { z } from 'zod'
import { explore, SCANNED_MAX, VIEWS } from '@/idempotency/stores/explore'
import { listRecords, type RecordDetail, type RecordSummary, recordDetail } from '@/idempotency/stores/read'
import { readId, showId, uuidv7 } from '@/lib/id'
import { readPasted } from '@/lib/pasted-ids'
import { findPasted } from '@/payments/find'
import { audit, auditOf } from '@/platform/audit'
import type { Db } from '@/platform/db'
import { operatorActor } from '../actor'
import { factsOf } from '../operations'
import { answersOf } from '../request-log/read'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { attemptOut, countsOut, showAttempt, showCounts } from '../wire/attempt-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { maybeTime, notFound, paged, pageSize, time, words } from '../wire/json'
import type { OperatorCaller } from './by-operator'

export const RECORD_STATES = ['claimed', 'sending', 'unknown', 'parked', 'completed', 'tombstone'] as const

const summaryOut = countsOut.extend({
  id: z.string(),
  key: z.string(),
  operation: z.string(),
  sentBy: z.enum(['browser', 'program', 'operator', 'worker']).nullable(),
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

const exploredOut = summaryOut.extend({
  /** Requests for which the key is listed, and the last of them. */
  requests: z.number(),
  lastAt: z.string(),
  /** From the answer of the key to that request, in ms. Null: it has no answer. */
  afterMs: z.number().nullable(),
  /** That request, where the log of requests has it. */
  requestId: z.string().nullable(),
  /** JSON Pointers of the fields that differed from the first request, where its answer is in that log. */
  differs: z.array(z.string()),
})

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

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
const ATTEMPTS_SHOWN = 500

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

  /** Keys that deserve a look, of one view: see `VIEWS`. */
  explore: viewerProcedure
    .input(z.strictObject({ view: z.enum(VIEWS) }))
    .output(z.object({ items: z.array(exploredOut), nextCursor: z.null(), scanned: z.number() }))
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const found = await explore(ctx.pages, merchantId, input.view)
      const ids = found.map(({ requestId }) => requestId).filter((id) => UUID.test(id))
      const answers = await answersOf(ctx.pages, merchantId, ids)
      const items = found.map(({ record, requests, lastAt, requestId }) => ({
        ...showRecord(record),
        requests,
        lastAt: time(lastAt),
        afterMs: record.completedAt && Math.max(0, lastAt.getTime() - record.completedAt.getTime()),
        requestId: answers.has(requestId) ? requestId : null,
        differs: differsIn(answers.get(requestId) ?? null),
      }))
      return { items, nextCursor: null, scanned: SCANNED_MAX }
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: recordId }))
    .output(detailOut)
    .query(async ({ ctx, input }) => {
      const record = await recordDetail(ctx.pages, ctx.operator.merchantId, input.id)
      if (!record) return notFound()
      const { fingerprint, fingerprintVersion, leaseOver, worker, tries, parkedReason } = record
      const audited = await auditOf(ctx.pages, ctx.operator.merchantId, input.id)
      const shown = showRecord(record)
      return {
        ...shown,
        paymentId: shown.paymentId ?? (await paymentOf(ctx, shown.subjectId)),
        fingerprint,
        fingerprintVersion,
        leaseOver,
        worker,
        tries,
        parkedReason,
        answer: await shownAnswer(ctx, record),
        parkedAt: maybeTime(record.parkedAt),
        audit: audited.map((row) => ({ ...row, at: time(row.at) })),
        leaseUntil: time(record.leaseUntil),
        attempts: record.attempts.slice(0, ATTEMPTS_SHOWN).map(showAttempt),
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

/** The payment of a refund, or the newest one of an order. */
/** The answer as replays get it; of one that cannot be opened, why. */
async function shownAnswer(
  { answerKeys, operator }: Pick<OperatorCaller, 'answerKeys' | 'operator'>,
  record: RecordDetail,
) {
  const { id, status, problem, answer } = record
  if (answer === null) return null
  return (
    (await answerKeys.decrypt({ merchantId: operator.merchantId, id, status, problem }, answer)) ?? UNREADABLE
  )
}

const UNREADABLE =
  'This answer cannot be decrypted: its key was encrypted under another PAYONCE_SECRET. A repeat of the request gets record-damaged, and nothing is executed.'

async function paymentOf(ctx: { pages: Db; operator: { merchantId: string } }, subjectId: string | null) {
  const pasted = subjectId === null ? null : readPasted(subjectId)
  if (!pasted) return null
  const [found] = await findPasted(ctx.pages, ctx.operator.merchantId, pasted)
  return found?.paymentId ? showId('pay', found.paymentId) : null
}

const answerWithDifferences = z.object({ differs: z.array(z.string()) })

/** @param answer JSON of a logged request; one that was cut is none, and says nothing */
function differsIn(answer: string | null): string[] {
  try {
    return answerWithDifferences.safeParse(JSON.parse(answer ?? '')).data?.differs ?? []
  } catch {
    return []
  }
}
