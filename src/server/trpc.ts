import {
  PROBLEMS,
  type Problem,
  ProblemError,
  type ProblemKind,
  showProblem,
} from '@payonce/idempotency/problems'
import { initTRPC, TRPCError } from '@trpc/server'
import { asReader, mayActAs, ROLES, type Role, type SignedIn } from '@/access/operator'
import { isFresh } from '@/access/session'
import type { Db } from '@/platform/db'
import { operatorActor } from './actor'
import { UNKNOWN_ADDRESS } from './admission/address'
import { isOverloaded, OVERLOADED } from './admission/load-shedding'
import type { Sender } from './admission/shopper-limits'
import { problemOfValue } from './check-text'
import { type Context, contextFor } from './context'
import type { Deps } from './deps'
import { FACTOR_NEEDED, mustAddFactor } from './factor-rule'
import { INTERNAL_PROBLEM, problemOf, REFUSED_VALUE } from './problem-of'

/** Who may call a procedure. `stepUp`: only after a sign-in or a confirmation in the last 5 minutes. */
export interface Policy {
  policy: 'public' | Role
  stepUp?: boolean
  /** Also for an admin of a live installation who has no second factor yet: what they need to add one. */
  withoutFactor?: boolean
  /** In the operator's own shop even while they look at the sample shop: the way back. */
  inOwnShop?: boolean
}

const t = initTRPC
  .context<Context>()
  .meta<Policy>()
  .create({
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

/** Refuses a procedure without a known policy: what nobody has decided is open to nobody. */
const decided = t.middleware(({ meta, next }) => {
  if (meta?.policy === 'public' || ROLES.some((role) => role === meta?.policy)) return next()
  throw new ProblemError({ kind: 'forbidden', detail: 'Nobody may call this.' })
})

const procedure = t.procedure.use(problems).use(notOverloaded).use(decided).use(goodText)

/** Calls a procedure with this policy, for the test that shows what happens without one. */
export function procedureWithoutPolicy(meta: Policy | undefined) {
  const forgotten = (meta ? procedure.meta(meta) : procedure).query(() => 'open')
  return (deps: Deps, headers: Headers) =>
    t
      .createCallerFactory(t.router({ forgotten }))(contextFor(deps, headers, UNKNOWN_ADDRESS))
      .forgotten()
}

/** For everybody, signed in or not: the shopper's pages. */
export const publicProcedure = procedure.meta({ policy: 'public' })

/** A call of the shop's pages, which anybody may send: each call of a batch counts. */
export const shopperProcedure = publicProcedure.use(({ ctx, next }) => {
  ctx.shopperLimits.call(senderOf(ctx))
  return next()
})

/** A guest who has just got their cookie is not counted as one: who drops it would get a new count each time. */
export function senderOf({ address, shopper, setCookie }: Context): Sender {
  return { address, guest: setCookie === null ? shopper : null }
}

/** For operators with the role of the procedure's policy, of their own merchant; in the sample shop for reading alone. */
const operatorProcedure = procedure.use(async ({ ctx, meta, type, next }) => {
  const own = await ctx.operatorOrNull()
  if (!own) throw new ProblemError({ kind: 'unauthorized', detail: 'Sign in first.' })
  const operator = meta?.inOwnShop ? own : asReader(own)
  const needed = meta?.policy
  const may = needed && needed !== 'public' && mayActAs(operator.role, needed)
  if (own.sample !== null && !meta?.inOwnShop && (!may || type !== 'query')) throw new ProblemError(READ_ONLY)
  if (!may) {
    const detail = `Your role is ${operator.role}; this needs the role ${needed}. Ask an admin of your company.`
    throw new ProblemError({ kind: 'forbidden', detail })
  }
  if (!meta?.withoutFactor && mustAddFactor(ctx.env, operator)) throw new ProblemError(FACTOR_NEEDED)
  if (meta?.stepUp) await demandFresh({ ...ctx, operator })
  const actor = operatorActor({ ...ctx, operator })
  return next({ ctx: { ...ctx, operator, actor } })
})

const READ_ONLY: Problem = {
  kind: 'forbidden',
  detail:
    'This is the sample shop: its payments are made up, and nothing can be changed here. Nothing was done. Go back to your shop first.',
}

/** @throws ProblemError `step-up-required`, unless the operator signed in or confirmed in the last 5 minutes */
export async function demandFresh({ db, operator }: { db: Db; operator: SignedIn }): Promise<void> {
  if (await isFresh(db, operator)) return
  const detail = 'Confirm that it is you. Nothing was done yet.'
  throw new ProblemError({ kind: 'step-up-required', detail })
}

/** Reads, and an operator's own account. */
export const viewerProcedure = operatorProcedure.meta({ policy: 'viewer' })
/** The operator's own sign-in, with what an admin needs to add a second factor. */
export const ownProcedure = operatorProcedure.meta({ policy: 'viewer', withoutFactor: true })
/** What leads into the sample shop and out of it. */
export const sampleProcedure = operatorProcedure.meta({ policy: 'viewer', inOwnShop: true })
/** Removes the sample shop for everybody. */
export const removeSampleProcedure = operatorProcedure.meta({ policy: 'admin', inOwnShop: true })
/** Changes the factors by which the operator signs in. */
export const freshOwnProcedure = operatorProcedure.meta({
  policy: 'viewer',
  stepUp: true,
  withoutFactor: true,
})
/** Serves shoppers. */
export const supportProcedure = operatorProcedure.meta({ policy: 'support' })
/** Ends keys and invitations: what must be possible at once. */
export const adminProcedure = operatorProcedure.meta({ policy: 'admin' })
/** Makes keys and changes who may do what. */
export const freshAdminProcedure = operatorProcedure.meta({ policy: 'admin', stepUp: true })

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
  METHOD_NOT_SUPPORTED: 'method-not-allowed',
  PAYLOAD_TOO_LARGE: 'too-large',
}
