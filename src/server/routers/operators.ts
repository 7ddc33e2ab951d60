import { z } from 'zod'
import { invite, listInvitations, revokeInvitation } from '@/access/invitation'
import { ROLES } from '@/access/operator'
import { resetFactors } from '@/access/second-factor'
import { listOperators, removeOperator, setRole, type TeamChange } from '@/access/team'
import { ProblemError } from '@/idempotency/problems'
import { logSecurityEvent } from '@/platform/security-event'
import { adminProcedure, freshAdminProcedure, router } from '../trpc'
import { maybeTime, notFound, time } from '../wire/json'

const operatorOut = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  you: z.boolean(),
  createdAt: z.string(),
  lastUsedAt: z.string().nullable(),
  hasFactor: z.boolean(),
})
const invitationOut = z.object({
  id: z.string(),
  email: z.string(),
  role: z.enum(ROLES),
  invitedBy: z.string(),
  expiresAt: z.string(),
})
const operatorId = z.string().min(1).max(64)
const done = z.object({ done: z.literal(true) })

/** The people of a merchant. Each change is in the audit log, and ends the sessions of whom it concerns. */
export const operatorsRouter = router({
  list: adminProcedure
    .output(z.object({ operators: z.array(operatorOut), invitations: z.array(invitationOut) }))
    .query(async ({ ctx: { db, operator } }) => {
      const [operators, invitations] = await Promise.all([
        listOperators(db, operator.merchantId),
        listInvitations(db, operator.merchantId),
      ])
      return {
        operators: operators.map((row) => ({
          ...row,
          you: row.id === operator.id,
          createdAt: time(row.createdAt),
          lastUsedAt: maybeTime(row.lastUsedAt),
        })),
        invitations: invitations.map((row) => ({ ...row, expiresAt: time(row.expiresAt) })),
      }
    }),

  /** The link is shown once, for the admin to send. */
  invite: freshAdminProcedure
    .input(z.strictObject({ email: z.email().max(254), role: z.enum(ROLES) }))
    .output(z.object({ id: z.string(), link: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { merchantId, email } = ctx.operator
      const { id, code } = await invite(ctx.db, { merchantId, ...input }, ctx.actor, email)
      return { id, link: `${ctx.env.baseUrl}/invitation/${code}` }
    }),

  revokeInvitation: adminProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      if (!(await revokeInvitation(ctx.db, merchantId, input.id, ctx.actor))) notFound()
      return { done: true }
    }),

  setRole: freshAdminProcedure
    .input(z.strictObject({ id: operatorId, role: z.enum(ROLES) }))
    .output(done)
    .mutation(async ({ ctx, input: { id, role } }) => {
      const { merchantId } = ctx.operator
      return outcome(await setRole(ctx.db, { merchantId, id }, role, ctx.actor))
    }),

  /** For an operator who has lost their second factor. Signs them out everywhere; they sign in with the password and add a new one. */
  resetFactors: freshAdminProcedure
    .input(z.strictObject({ id: operatorId }))
    .output(done)
    .mutation(async ({ ctx, input: { id } }) => {
      const { merchantId, id: own } = ctx.operator
      const detail = 'Remove your own second factors on your account page.'
      if (id === own) throw new ProblemError({ kind: 'validation', detail })
      if (!(await resetFactors(ctx.db, { merchantId, id }, ctx.actor))) notFound()
      logSecurityEvent(ctx, 'factor.changed', { requestId: ctx.requestId, address: ctx.address })
      return { done: true }
    }),

  remove: freshAdminProcedure
    .input(z.strictObject({ id: operatorId }))
    .output(done)
    .mutation(async ({ ctx, input: { id } }) => {
      const { merchantId } = ctx.operator
      return outcome(await removeOperator(ctx.db, { merchantId, id }, ctx.actor))
    }),
})

function outcome(change: TeamChange): { done: true } {
  if (change === 'done') return { done: true }
  if (change === 'unknown') notFound()
  const detail = 'This is the last admin. Make another operator admin first.'
  throw new ProblemError({ kind: 'validation', detail })
}
