import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { acceptInvitation, findInvitation, type OpenInvitation } from '@/access/invitation'
import { ROLES } from '@/access/operator'
import { passwordProblem } from '@/access/password'
import { publicProcedure, router } from '../trpc'
import { time, words } from '../wire/json'

const code = z.string().max(100)

/** Accepting an invitation. Who has the link is the invited person. */
export const invitationRouter = router({
  get: publicProcedure
    .input(z.strictObject({ code }))
    .output(
      z.object({
        merchant: z.string(),
        email: z.string(),
        role: z.enum(ROLES),
        expiresAt: z.string(),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { merchant, email, role, expiresAt } = (await findInvitation(ctx.db, input.code)) ?? over()
      return { merchant, email, role, expiresAt: time(expiresAt) }
    }),

  accept: publicProcedure
    .input(
      z.strictObject({
        code,
        name: words(100).refine((name) => name.length > 0, 'Enter your name.'),
        password: z.string().max(256),
      }),
    )
    .output(z.object({ email: z.string() }))
    .mutation(async ({ ctx, input: { name, password, code: shown } }) => {
      const invitation: OpenInvitation = (await findInvitation(ctx.db, shown)) ?? over()
      const wrong = passwordProblem(password, [invitation.email, name, invitation.merchant])
      if (wrong)
        throw new ProblemError({
          kind: 'validation',
          detail: wrong,
          facts: { errors: [{ pointer: '/password', detail: wrong }] },
        })
      const { address, requestId } = ctx
      const result = await acceptInvitation(ctx, invitation, { name, password }, { address, requestId })
      if (result === 'over') over()
      if (result === 'known')
        throw new ProblemError({
          kind: 'validation',
          detail: 'An operator with this email exists already. Sign in, or ask for another invitation.',
        })
      return { email: invitation.email }
    }),
})

function over(): never {
  const detail = 'This invitation was used, revoked or is older than 72 hours. Ask for a new one.'
  throw new ProblemError({ kind: 'not-found', detail })
}
