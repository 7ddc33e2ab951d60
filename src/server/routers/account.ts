import { z } from 'zod'
import { merchantName } from '@/access/merchant'
import { ROLES, type SignedIn } from '@/access/operator'
import { passwordProblem } from '@/access/password'
import { recordSecurityEvent, type SecurityAction } from '@/access/security-event'
import { endSession, endSessions, listSessions, setPassword, verifyPassword } from '@/access/session'
import { ProblemError } from '@/idempotency/problems'
import type { Actor } from '@/lib/actor'
import type { Context } from '../context'
import { router, viewerProcedure } from '../trpc'
import { notFound, time } from '../wire/json'

const sessionOut = z.object({
  id: z.string(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  current: z.boolean(),
  signedInAt: z.string(),
  /** To the quarter of an hour. */
  lastUsedAt: z.string(),
  expiresAt: z.string(),
})

/** Longer than any password that is accepted; a bound on the work of hashing it. */
const typedPassword = z.string().min(1).max(256)
const done = z.object({ done: z.literal(true) })

/** The signed-in operator's own account. Nobody reaches another's. */
export const accountRouter = router({
  get: viewerProcedure
    .output(
      z.object({
        name: z.string(),
        email: z.string(),
        role: z.enum(ROLES),
        sessions: z.array(sessionOut),
      }),
    )
    .query(async ({ ctx: { db, operator } }) => {
      const { id, name, email, role, sessionId } = operator
      const sessions = (await listSessions(db, id)).map((session) => ({
        ...session,
        current: session.id === sessionId,
        signedInAt: time(session.signedInAt),
        lastUsedAt: time(session.lastUsedAt),
        expiresAt: time(session.expiresAt),
      }))
      return { name, email, role, sessions }
    }),

  /** Confirms that it is still the operator, for the next 5 minutes. The fifth wrong password in a row ends the session. */
  confirm: viewerProcedure
    .input(z.strictObject({ password: typedPassword }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      await demandPassword(ctx, input.password)
      await record(ctx, 'step-up')
      return { done: true }
    }),

  changePassword: viewerProcedure
    .input(z.strictObject({ current: typedPassword, next: typedPassword }))
    .output(done)
    .mutation(async ({ ctx, input: { current, next } }) => {
      const { operator } = ctx
      await demandPassword(ctx, current)
      const about = [operator.email, operator.name, await merchantName(ctx.db, operator.merchantId)]
      const wrong = next === current ? 'This is your present password.' : passwordProblem(next, about)
      if (wrong)
        throw new ProblemError({
          kind: 'validation',
          detail: wrong,
          facts: { errors: [{ pointer: '/next', detail: wrong }] },
        })
      await setPassword(ctx, operator, next)
      await record(ctx, 'password.changed')
      return { done: true }
    }),

  endSession: viewerProcedure
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      if (!(await endSession(ctx.db, ctx.operator.id, input.id))) notFound()
      await record(ctx, 'sessions.ended', '1 session')
      return { done: true }
    }),

  /** Signs out everywhere, here too. */
  endAllSessions: viewerProcedure.output(done).mutation(async ({ ctx }) => {
    const ended = await endSessions(ctx.db, ctx.operator.id)
    await record(ctx, 'sessions.ended', `all ${ended} sessions`)
    return { done: true }
  }),
})

type OperatorContext = Context & { operator: SignedIn; actor: Actor }

/** @throws ProblemError `forbidden` for a wrong password, `unauthorized` when that ended the session */
async function demandPassword(ctx: OperatorContext, password: string): Promise<void> {
  const found = await verifyPassword(ctx, ctx.operator, password)
  if (found === 'right') return
  await record(ctx, 'step-up.failed', found === 'ended' ? 'session ended' : '')
  if (found === 'wrong') throw new ProblemError({ kind: 'forbidden', detail: 'The password is wrong.' })
  const detail = 'Too many wrong passwords: you are signed out. Sign in again.'
  throw new ProblemError({ kind: 'unauthorized', detail })
}

function record(ctx: OperatorContext, action: SecurityAction, detail = ''): Promise<void> {
  const { merchantId, id: subject } = ctx.operator
  return recordSecurityEvent(ctx.db, ctx.actor, { merchantId, action, subject, detail })
}
