import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { invite, listInvitations, renewInvitation, revokeInvitation } from '@/access/invitation'
import { type Operator, ROLES } from '@/access/operator'
import { resetFactors } from '@/access/second-factor'
import { listSessions } from '@/access/session'
import {
  endSessionsOf,
  findMember,
  listOperators,
  removeOperator,
  setRole,
  type TeamChange,
} from '@/access/team'
import { lastActOn } from '@/platform/audit'
import { logSecurityEvent } from '@/platform/security-event'
import type { Context } from '../context'
import { adminProcedure, freshAdminProcedure, router } from '../trpc'
import { demandUnchanged } from '../wire/acted'
import { maybeTime, notFound, time } from '../wire/json'
import { sessionOut, showSession } from '../wire/session-shapes'

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

  /** For a link that was lost: the one before ends, and the new one is shown once. */
  renewInvitation: freshAdminProcedure
    .input(z.strictObject({ id: z.uuid() }))
    .output(z.object({ id: z.string(), email: z.string(), link: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { merchantId, email: own } = ctx.operator
      const made = (await renewInvitation(ctx.db, { merchantId, id: input.id }, ctx.actor, own)) ?? notFound()
      return { id: made.id, email: made.email, link: `${ctx.env.baseUrl}/invitation/${made.code}` }
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
    .input(
      z.strictObject({
        id: operatorId,
        role: z.enum(ROLES),
        /** The role that was shown: another one meanwhile is a refusal. */
        from: z.enum(ROLES).optional(),
      }),
    )
    .output(done)
    .mutation(async ({ ctx, input: { id, role, from } }) => {
      const { merchantId } = ctx.operator
      return outcome(ctx, id, await setRole(ctx.db, { merchantId, id, from }, role, ctx.actor))
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
      return outcome(ctx, id, await removeOperator(ctx.db, { merchantId, id }, ctx.actor))
    }),

  sessions: adminProcedure
    .input(z.strictObject({ id: operatorId }))
    .output(z.object({ sessions: z.array(sessionOut) }))
    .query(async ({ ctx: { db, operator }, input }) => {
      if (!(await findMember(db, { merchantId: operator.merchantId, id: input.id }))) notFound()
      const sessions = await listSessions(db, input.id)
      return { sessions: sessions.map((session) => showSession(session, operator.sessionId)) }
    }),

  /** Signs another operator out: of all sessions, or of one. Not fresh: it must be possible at once. */
  endSessions: adminProcedure
    .input(z.strictObject({ id: operatorId, session: z.string().min(1).max(64).optional() }))
    .output(z.object({ ended: z.int() }))
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      return { ended: (await endSessionsOf(ctx.db, { merchantId, ...input }, ctx.actor)) ?? notFound() }
    }),
})

async function outcome(
  { db, operator }: Context & { operator: Operator },
  id: string,
  change: TeamChange,
): Promise<{ done: true }> {
  if (change === 'done') return { done: true }
  if (change === 'unknown') notFound()
  if (change === 'changed') {
    const { merchantId } = operator
    const last = await lastActOn(db, merchantId, id, ['operator.role-changed'])
    const names = await actorNames(db, merchantId, [last?.actor ?? null])
    demandUnchanged({ who: names.get(last?.actor ?? '') ?? null, at: maybeTime(last?.at ?? null) })
  }
  const detail = 'This is the last admin. Make another operator admin first.'
  throw new ProblemError({ kind: 'validation', detail })
}
