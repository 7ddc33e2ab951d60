import { z } from 'zod'
import { mayActAs } from '@/access/operator'
import { useOfKeys } from '../request-log/key-use'
import { findRequest, listRequests, lostRequests, STATUS_CLASSES } from '../request-log/read'
import { router, viewerProcedure } from '../trpc'
import { instant, maybeTime, notFound, pageSize, uuidOf, words } from '../wire/json'
import {
  requestDetailOut,
  requestOut,
  showRequest,
  showRequestDetail,
  showUse,
  useOut,
} from '../wire/request-shapes'

/** Days that the counts of API keys are about. A week: it has all days on which a merchant sells. */
const USE_DAYS = 7

const uuid = z.string().regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)

const METHODS = ['GET', 'POST'] as const

/** The log of requests of a merchant's programs, and what each of their API keys does with idempotency keys. */
export const requestsRouter = router({
  list: viewerProcedure
    .input(
      z.strictObject({
        apiKey: z.string().max(64).optional(),
        status: z.enum(STATUS_CLASSES).optional(),
        problem: z
          .string()
          .regex(/^[a-z-]{1,40}$/)
          .optional(),
        method: z.enum(METHODS).optional(),
        path: words(200).optional(),
        key: words(255).optional(),
        requestId: words(64).optional(),
        newKeys: z.boolean().optional(),
        from: instant.optional(),
        until: instant.optional(),
        cursor: uuid.optional(),
        limit: pageSize,
      }),
    )
    .output(
      z.object({
        items: z.array(requestOut),
        nextCursor: z.string().nullable(),
        /** The page has looked through as many requests as it may, and there may be more beyond `nextCursor`. */
        searchedPart: z.boolean(),
        /** Days for which requests are kept; 0: the log is switched off. */
        keptDays: z.number(),
        lost: z.object({ count: z.number(), lastAt: z.string().nullable() }),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const { from, until, limit, apiKey, requestId } = input
      const keptDays = ctx.env.PAYONCE_REQUEST_LOG_DAYS
      const lost = await lostRequests(ctx.pages, merchantId, keptDays)
      const frame = { keptDays, lost: { count: lost.count, lastAt: maybeTime(lost.lastAt) } }
      // An id that no request can have.
      if (requestId && !uuid.safeParse(requestId).success)
        return { ...frame, items: [], nextCursor: null, searchedPart: false }
      const { found, resume } = await listRequests(ctx.pages, merchantId, {
        apiKeyId: apiKey ? uuidOf('key', apiKey) : undefined,
        statusClass: input.status,
        problem: input.problem,
        method: input.method,
        path: input.path || undefined,
        idempotencyKey: input.key || undefined,
        requestId: requestId || undefined,
        newKeys: input.newKeys,
        from: from ? new Date(from) : undefined,
        until: until ? new Date(until) : undefined,
        before: input.cursor,
        limit: limit + 1,
      })
      const shown = found.slice(0, limit)
      const next = found.length > limit ? (shown.at(-1)?.id ?? null) : resume
      return { ...frame, items: shown.map(showRequest), nextCursor: next, searchedPart: resume !== null }
    }),

  get: viewerProcedure
    .input(z.strictObject({ id: uuid }))
    .output(requestDetailOut)
    .query(async ({ ctx, input }) => {
      const found = await findRequest(ctx.pages, ctx.operator.merchantId, input.id)
      const { address, ...shown } = showRequestDetail(found ?? notFound(), ctx.env.baseUrl)
      // As everywhere: where somebody sits is for those who help them.
      return { ...shown, address: mayActAs(ctx.operator.role, 'support') ? address : null }
    }),

  /** What the requests of each API key came to. */
  use: viewerProcedure
    .output(z.object({ days: z.number(), keptDays: z.number(), keys: z.array(useOut) }))
    .query(async ({ ctx }) => {
      const found = await useOfKeys(ctx.pages, ctx.operator.merchantId, USE_DAYS)
      return { days: USE_DAYS, keptDays: ctx.env.PAYONCE_REQUEST_LOG_DAYS, keys: found.map(showUse) }
    }),
})
