import { initTRPC, TRPCError } from '@trpc/server'
import { PROBLEMS, type Problem, ProblemError, type ProblemKind, showProblem } from '@/idempotency/problems'
import { isOverloaded, OVERLOADED } from './admission/load-shedding'
import type { Sender } from './admission/shopper-limits'
import { problemOfValue } from './check-text'
import type { Context } from './context'
import { INTERNAL_PROBLEM, problemOf, REFUSED_VALUE } from './problem-of'

const t = initTRPC.context<Context>().create({
  isDev: false,
  errorFormatter: ({ shape, error }) => {
    const problem = error.cause instanceof ProblemError ? error.cause.problem : fromTrpcError(error)
    const { path } = shape.data
    return {
      code: shape.code,
      message: problem.detail,
      data: {
        code: shape.data.code,
        httpStatus: shape.data.httpStatus,
        ...(path === undefined ? {} : { path }),
        idempotency: showProblem(problem),
      },
    }
  },
})

export const router = t.router
export const createCallerFactory = t.createCallerFactory

/**
 * The outermost middleware: whatever a procedure throws becomes a row of the problem table, with the status of
 * that row.
 */
const problems = t.middleware(async ({ next, ctx, path }) => {
  const result = await next()
  if (result.ok) return result
  const problem = fromTrpcError(result.error)
  if (problem.kind === 'internal')
    ctx.log.error({ err: result.error, path, requestId: ctx.requestId }, 'a procedure failed')
  if (problem === REFUSED_VALUE)
    ctx.log.warn({ path, requestId: ctx.requestId }, 'the database refused a value of a request')
  throw new TRPCError({
    code: PROBLEMS[problem.kind].trpc,
    message: problem.detail,
    cause: new ProblemError(problem),
  })
})

/** Refuses a card number, and text that cannot be stored, in any field of any procedure. */
const goodText = t.middleware(async ({ next, getRawInput }) => {
  const problem = problemOfValue(await getRawInput())
  if (problem) throw new ProblemError(problem)
  return next()
})

/** Sheds calls while the database has more waiting than it can answer; a payment is sent again by its page, with its key. */
const notOverloaded = t.middleware(({ ctx, next }) => {
  if (isOverloaded(ctx.pool)) throw new ProblemError(OVERLOADED)
  return next()
})

export const publicProcedure = t.procedure.use(problems).use(notOverloaded).use(goodText)

/** A call of the shop's pages, which anybody may send: each call of a batch counts. */
export const shopperProcedure = publicProcedure.use(({ ctx, next }) => {
  ctx.shopperLimits.call(senderOf(ctx))
  return next()
})

/** A guest who has just got their cookie is not counted as one: who drops it would get a new count each time. */
export function senderOf({ address, shopper, setCookie }: Context): Sender {
  return { address, guest: setCookie === null ? shopper : null }
}

export const operatorProcedure = publicProcedure.use(async ({ ctx, next }) => {
  const operator = await ctx.operatorOrNull()
  if (!operator) throw new ProblemError({ kind: 'unauthorized', detail: 'Sign in first.' })
  return next({ ctx: { ...ctx, operator } })
})

/** Errors of tRPC itself, of validation and of the database, as rows of the problem table. */
export function fromTrpcError(error: TRPCError): Problem {
  const known = problemOf(error.cause)
  if (known) return known
  const kind = KINDS[error.code] ?? 'internal'
  return kind === 'internal' ? INTERNAL_PROBLEM : { kind, detail: error.message }
}

const KINDS: Partial<Record<TRPCError['code'], ProblemKind>> = {
  BAD_REQUEST: 'validation',
  PARSE_ERROR: 'validation',
  UNAUTHORIZED: 'unauthorized',
  FORBIDDEN: 'forbidden',
  NOT_FOUND: 'not-found',
}
