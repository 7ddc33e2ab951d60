import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { beginTotp, confirmTotp, removeTotp } from '@/access/authenticator-app'
import type { SignedIn } from '@/access/operator'
import { listPasskeys, PASSKEYS_MAX, type PasskeySite, removePasskey } from '@/access/passkeys/passkey'
import { addPasskey, beginPasskey, registrationShape } from '@/access/passkeys/registration'
import { readFactors, renewRecoveryCodes } from '@/access/second-factor'
import { logSecurityEvent } from '@/platform/security-event'
import type { Context } from '../context'
import { freshOwnProcedure, ownProcedure, router } from '../trpc'
import { maybeTime, notFound, time, words } from '../wire/json'

const passkeyOut = z.object({
  id: z.string(),
  name: z.string(),
  /** Its owner's other devices may have it too. */
  synced: z.boolean(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
})
/** Shown once, and stored only as hashes. Null: the operator has some from before. */
const added = z.object({ recoveryCodes: z.array(z.string()).nullable() })
const done = z.object({ done: z.literal(true) })
const passkeyName = words(60).refine((name) => name.length > 0, 'Enter a name.')

const WRONG_CODE =
  'This is not the code that the app shows now. Check the time of your phone, then enter the next code.'
const OVER = 'This secret is no longer the latest. Begin again.'
const WRONG_PASSKEY = 'The passkey could not be checked, or it took too long. Try again.'
const TOO_MANY = `You have this passkey already, or ${PASSKEYS_MAX} of them. Remove one first.`

/** The second factors of the signed-in operator. Nobody reaches another's. */
export const factorsRouter = router({
  list: ownProcedure
    .output(
      z.object({
        totpSince: z.string().nullable(),
        passkeys: z.array(passkeyOut),
        recoveryCodesLeft: z.int(),
        /** False: browsers allow none on this address. */
        passkeysPossible: z.boolean(),
      }),
    )
    .query(async ({ ctx: { db, operator, passkeySite } }) => {
      const [state, passkeys] = await Promise.all([readFactors(db, operator), listPasskeys(db, operator)])
      return {
        totpSince: maybeTime(state.totpSince),
        recoveryCodesLeft: state.recoveryCodesLeft,
        passkeysPossible: passkeySite !== null,
        passkeys: passkeys.map((row) => ({
          ...row,
          createdAt: time(row.createdAt),
          lastUsedAt: maybeTime(row.lastUsedAt),
        })),
      }
    }),

  /** Makes a secret for an authenticator app. It counts for nothing until `confirmTotp`. */
  beginTotp: freshOwnProcedure
    .output(z.object({ secret: z.string(), uri: z.string() }))
    .mutation(async ({ ctx: { db, factorKeys, operator, env } }) => {
      const issuer = `Payonce ${new URL(env.baseUrl).host}`
      const begun = await beginTotp(db, factorKeys, operator, issuer)
      return begun ?? refuse('You have an authenticator app already. Remove it first.')
    }),

  confirmTotp: freshOwnProcedure
    .input(
      z.strictObject({ code: z.string().regex(/^\d{3} ?\d{3}$/, 'Enter the 6 digits that the app shows.') }),
    )
    .output(added)
    .mutation(async ({ ctx, input }) => {
      const { db, factorKeys, operator, actor } = ctx
      const end = await confirmTotp(db, factorKeys, operator, input.code.replace(' ', ''), actor)
      if (end.result !== 'added') refuse(end.result === 'wrong' ? WRONG_CODE : OVER)
      reportChange(ctx)
      return { recoveryCodes: end.recoveryCodes }
    }),

  removeTotp: freshOwnProcedure.output(done).mutation(async ({ ctx }) => {
    if (!(await removeTotp(ctx.db, ctx.operator, ctx.actor))) notFound()
    reportChange(ctx)
    return { done: true }
  }),

  /** The ones before end. */
  newRecoveryCodes: freshOwnProcedure
    .output(z.object({ recoveryCodes: z.array(z.string()) }))
    .mutation(async ({ ctx }) => {
      if (!ctx.operator.hasFactor) refuse('Add an authenticator app or a passkey first.')
      const recoveryCodes = await renewRecoveryCodes(ctx.db, ctx.operator, ctx.actor)
      reportChange(ctx)
      return { recoveryCodes }
    }),

  /** Options for `navigator.credentials.create`. */
  beginPasskey: freshOwnProcedure
    .output(z.looseObject({ challenge: z.string() }))
    .mutation(async ({ ctx }) => ({ ...(await beginPasskey(ctx.db, siteOf(ctx), ctx.operator)) })),

  addPasskey: freshOwnProcedure
    .input(z.strictObject({ name: passkeyName, response: registrationShape }))
    .output(added)
    .mutation(async ({ ctx, input }) => {
      const end = await addPasskey(ctx.db, siteOf(ctx), ctx.operator, input, ctx.actor)
      if (end.result !== 'added') refuse(end.result === 'wrong' ? WRONG_PASSKEY : TOO_MANY)
      reportChange(ctx)
      return { recoveryCodes: end.recoveryCodes }
    }),

  removePasskey: freshOwnProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .output(done)
    .mutation(async ({ ctx, input: { id } }) => {
      const passkey = (await listPasskeys(ctx.db, ctx.operator)).find((row) => row.id === id)
      if (!passkey || !(await removePasskey(ctx.db, ctx.operator, passkey, ctx.actor))) notFound()
      reportChange(ctx)
      return { done: true }
    }),
})

function siteOf({ passkeySite }: Context): PasskeySite {
  return passkeySite ?? refuse('Passkeys need an address with a name and https.')
}

function reportChange(ctx: Context & { operator: SignedIn }): void {
  const { requestId, address, operator } = ctx
  logSecurityEvent(ctx, 'factor.changed', { requestId, address, operator: operator.id })
}

function refuse(detail: string): never {
  throw new ProblemError({ kind: 'validation', detail })
}
