import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { takeCode } from '@/access/authenticator-app'
import { merchantName } from '@/access/merchant'
import { ROLES, type SignedIn } from '@/access/operator'
import {
  type Assertion,
  assertionShape,
  passkeyConfirmOptions,
  takePasskeyConfirm,
} from '@/access/passkeys/assertion'
import { passwordProblem } from '@/access/password'
import { type Factor, readFactors } from '@/access/second-factor'
import { recordSecurityEvent, type SecurityAction } from '@/access/security-event'
import {
  endSession,
  endSessions,
  listSessions,
  setPassword,
  verifyPassword,
  verifySession,
} from '@/access/session'
import type { Actor } from '@/lib/actor'
import type { Context } from '../context'
import { demandFresh, ownProcedure, router } from '../trpc'
import { notFound } from '../wire/json'
import { sessionOut, showSession } from '../wire/session-shapes'

/** Longer than any password that is accepted; a bound on the work of hashing it. */
const typedPassword = z.string().min(1).max(256)
const done = z.object({ done: z.literal(true) })

/** The signed-in operator's own account. Nobody reaches another's. */
export const accountRouter = router({
  get: ownProcedure
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
      const sessions = (await listSessions(db, id)).map((session) => showSession(session, sessionId))
      return { name, email, role, sessions }
    }),

  /** With what the operator confirms that it is still them. `passkey`: options for `navigator.credentials.get`. */
  confirmOptions: ownProcedure
    .output(z.object({ password: z.boolean(), code: z.boolean(), passkey: z.looseObject({}).nullable() }))
    .mutation(async ({ ctx: { db, operator, passkeySite } }) => {
      const { totpSince, passkeys, recoveryCodesLeft } = await readFactors(db, operator)
      const passkey =
        passkeySite && passkeys > 0 ? await passkeyConfirmOptions(db, passkeySite, operator) : null
      const code = operator.hasFactor && (totpSince !== null || recoveryCodesLeft > 0)
      return { password: !operator.hasFactor, code, passkey: passkey && { ...passkey } }
    }),

  /**
   * Confirms that it is still the operator, for the next 5 minutes: with the second factor where there is one, else with the password. The fifth
   * wrong try in a row ends the session.
   */
  confirm: ownProcedure
    .input(
      z.union([
        z.strictObject({ password: typedPassword }),
        z.strictObject({ code: z.string().min(1).max(40) }),
        z.strictObject({ passkey: assertionShape }),
      ]),
    )
    .output(done)
    .mutation(async ({ ctx, input }) => {
      if ('password' in input) {
        const detail = 'You have a second factor: confirm with it, not with the password.'
        if (ctx.operator.hasFactor) throw new ProblemError({ kind: 'forbidden', detail })
        await demandPassword(ctx, input.password)
        await record(ctx, 'step-up', 'password')
        return { done: true }
      }
      let factor: Factor | null = null
      const found = await verifySession(ctx.db, ctx.operator, async () => {
        factor = await takeFactor(ctx, input)
        return factor !== null
      })
      if (found !== 'right') await refuse(ctx, found, 'code' in input ? 'code' : 'passkey')
      await record(ctx, 'step-up', factor ?? '')
      return { done: true }
    }),

  changePassword: ownProcedure
    .input(z.strictObject({ current: typedPassword, next: typedPassword }))
    .output(done)
    .mutation(async ({ ctx, input: { current, next } }) => {
      const { operator } = ctx
      // The password alone does not change the password of who has a second factor.
      if (operator.hasFactor) await demandFresh(ctx)
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

  endSession: ownProcedure
    .input(z.strictObject({ id: z.string().max(64) }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      if (!(await endSession(ctx.db, ctx.operator.id, input.id))) notFound()
      await record(ctx, 'sessions.ended', '1 session')
      return { done: true }
    }),

  /** Ends every session but the one that asks. */
  endOtherSessions: ownProcedure.output(z.object({ ended: z.int() })).mutation(async ({ ctx }) => {
    const ended = await endSessions(ctx.db, ctx.operator.id, ctx.operator.sessionId)
    await record(ctx, 'sessions.ended', `all ${ended} other sessions`)
    return { ended }
  }),

  /** Signs out everywhere, here too. */
  endAllSessions: ownProcedure.output(done).mutation(async ({ ctx }) => {
    const ended = await endSessions(ctx.db, ctx.operator.id)
    await record(ctx, 'sessions.ended', `all ${ended} sessions`)
    return { done: true }
  }),
})

type OperatorContext = Context & { operator: SignedIn; actor: Actor }

/** @throws ProblemError `forbidden` for a wrong password, `unauthorized` when that ended the session */
async function demandPassword(ctx: OperatorContext, password: string): Promise<void> {
  const found = await verifyPassword(ctx, ctx.operator, password)
  if (found !== 'right') await refuse(ctx, found, 'password')
}

/** By which factor the operator has confirmed; null: by none. */
async function takeFactor(
  { db, operator, factorKeys, passkeySite }: OperatorContext,
  given: { code: string } | { passkey: Assertion },
): Promise<Factor | null> {
  if (!operator.hasFactor) return null
  if ('code' in given) return takeCode(db, factorKeys, operator, given.code)
  if (!passkeySite) return null
  return (await takePasskeyConfirm(db, passkeySite, operator, given.passkey)) ? 'passkey' : null
}

async function refuse(ctx: OperatorContext, found: 'wrong' | 'ended', what: string): Promise<never> {
  await record(ctx, 'step-up.failed', found === 'ended' ? 'session ended' : '')
  if (found === 'wrong') throw new ProblemError({ kind: 'forbidden', detail: `The ${what} is wrong.` })
  const detail = `Too many wrong tries: you are signed out. Sign in again.`
  throw new ProblemError({ kind: 'unauthorized', detail })
}

function record(ctx: OperatorContext, action: SecurityAction, detail = ''): Promise<void> {
  const { merchantId, id: subject } = ctx.operator
  return recordSecurityEvent(ctx.db, ctx.actor, { merchantId, action, subject, detail })
}
