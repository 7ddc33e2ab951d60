import type { AnyOperation } from '@payonce/idempotency'
import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import type { SqlForm } from '@payonce/idempotency/sql'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { firstMerchant, modeOf } from '@/access/merchant'
import { mayActAs, type SignedIn } from '@/access/operator'
import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { storable } from '@/lib/text'
import { surplusOf } from '@/payments/reconciler/bank-count'
import { listRefunds } from '@/payments/refund-store'
import { confirmResolution } from '@/payments/resolutions/confirm'
import { ENDINGS } from '@/payments/resolutions/endings'
import {
  findCase,
  type ParkedCase,
  RESOLUTION_KINDS,
  type ResolutionKind,
  straysOf,
} from '@/payments/resolutions/parked-case'
import {
  endResolution,
  findResolution,
  openResolutions,
  proposeResolution,
  type ResolutionRow,
  resolutionsOf,
} from '@/payments/resolutions/resolution'
import type { Db } from '@/platform/db'
import { modeServed } from '@/platform/env'
import type { Context } from '../context'
import { refuseOtherMode } from '../one-mode'
import { adminProcedure, freshAdminProcedure, router, viewerProcedure } from '../trpc'
import { actorViewFor } from '../wire/actor-shapes'
import { notFound, uuidOf } from '../wire/json'
import { caseOut, resolutionOut, showCase, showResolution } from '../wire/resolution-shapes'

const paymentId = z.string().max(64)
const resolutionId = z.strictObject({ id: z.uuid() })
const done = z.object({ done: z.literal(true) })
/** References of banks: `ch_…`, or whatever another bank calls them. */
const reference = storable.trim().regex(/^[^\s\p{Cc}]{1,255}$/u)

type Caller = Context & { operator: SignedIn; actor: Actor }

/** How two admins end what is parked: one proposes an end of what was shown, another confirms it. */
export const resolutionsRouter = router({
  /** What is parked of a payment, its refunds and its charges, and how it was or may be ended. */
  ofPayment: viewerProcedure
    .input(z.strictObject({ payment: paymentId }))
    .output(
      z.object({ cases: z.array(caseOut), resolutions: z.array(resolutionOut), mayPropose: z.boolean() }),
    )
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const id = uuidOf('pay', input.payment)
      const resolutions = await resolutionsOf(ctx.pages, merchantId, id)
      const cases = await casesOfPayment(ctx.pages, merchantId, id)
      return {
        cases: cases.map(showCase),
        resolutions: await show(ctx, resolutions),
        mayPropose: mayPropose(ctx),
      }
    }),

  /** Proposals that wait for another admin. */
  waiting: viewerProcedure
    .output(z.object({ resolutions: z.array(resolutionOut) }))
    .query(async ({ ctx }) => ({
      resolutions: await show(ctx, await openResolutions(ctx.pages, ctx.operator.merchantId)),
    })),

  /** Charges at the bank under keys that we do not know. */
  strays: viewerProcedure
    .output(z.object({ cases: z.array(caseOut), mayPropose: z.boolean() }))
    .query(async ({ ctx }) => {
      const owner = await ownerOf(ctx)
      const strays = await straysOf(ctx.pages, owner)
      const cases = await Promise.all(
        strays.map(({ ref }) => findCase(ctx.pages, { ...owner, kind: 'stray', subject: ref })),
      )
      return { cases: cases.filter((found) => found !== null).map(showCase), mayPropose: mayPropose(ctx) }
    }),

  /** @param newId made by the page when its dialog opens, so that a double press or a retry makes one proposal */
  propose: freshAdminProcedure
    .input(
      z.strictObject({
        kind: z.enum(RESOLUTION_KINDS),
        subject: storable.max(255),
        ending: z.enum(ENDINGS),
        bankRef: reference.nullable(),
        /** Of a stray charge: the payment with which it is given back; null: order and payment are lost. */
        payment: paymentId.nullable(),
        evidence: storable.trim().min(1).max(500),
        shown: z.string().max(64),
        newId: z.uuid(),
      }),
    )
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      const { kind, payment, newId: id, ...proposed } = input
      const owner = await ownerOf(ctx)
      const subject = readSubject(kind, input.subject)
      if (
        !(await findCase(ctx.db, { ...owner, kind, subject })) &&
        !(await findResolution(ctx.db, owner.merchantId, id))
      )
        notFound()
      const of = payment === null ? null : uuidOf('pay', payment)
      orThrow(
        await proposeResolution(
          ctx.db,
          {
            ...proposed,
            ...owner,
            id,
            kind,
            subject,
            paymentId: of,
            remembersForMs: ctx.gateway.remembersForMs,
          },
          ctx.actor,
          uuidv7,
        ),
      )
      return { id }
    }),

  /** Two who confirm at once are one decision. */
  confirm: freshAdminProcedure
    .input(resolutionId)
    .output(done)
    .mutation(async ({ ctx, input }) => {
      const { merchantId, ownsInstallation } = await ownerOf(ctx)
      const mode = (await modeOf(ctx.db, merchantId)) ?? notFound()
      refuseOtherMode(mode, ctx.gateway.mode, { subject: 'payment', done: 'ended' })
      const operationOf = (name: string) => operationNamed(ctx, name)
      const { remembersForMs } = ctx.gateway
      const { db, answerKeys: cipher } = ctx
      const deps = { db, newId: uuidv7, cipher, operationOf, ownsInstallation, remembersForMs }
      orThrow(await confirmResolution(deps, { merchantId, id: input.id }, ctx.actor))
      return { done: true as const }
    }),

  /** What moves nothing needs no confirmation. */
  reject: adminProcedure
    .input(resolutionId)
    .output(done)
    .mutation(({ ctx, input }) => end(ctx, input.id, 'rejected')),

  withdraw: adminProcedure
    .input(resolutionId)
    .output(done)
    .mutation(({ ctx, input }) => end(ctx, input.id, 'withdrawn')),
})

function mayPropose({ operator }: Caller): boolean {
  return mayActAs(operator.role, 'admin')
}

async function end(ctx: Caller, id: string, to: 'rejected' | 'withdrawn'): Promise<{ done: true }> {
  const { merchantId } = ctx.operator
  orThrow(await endResolution(ctx.db, { merchantId, id }, to, ctx.actor, uuidv7))
  return { done: true }
}

async function show(ctx: Caller, rows: ResolutionRow[]): Promise<z.infer<typeof resolutionOut>[]> {
  const { merchantId, role } = ctx.operator
  const actors = rows.flatMap((row) => [row.actor, row.decidedActor])
  const view = actorViewFor(role, await actorNames(ctx.pages, merchantId, actors))
  return rows.map((row) => showResolution(row, { reader: ctx.actor.name, role, view }))
}

/** A payment itself, its refunds and its charges beyond it, as far as they are parked. */
async function casesOfPayment(db: Db, merchantId: string, id: string): Promise<ParkedCase[]> {
  const refunds = await listRefunds(db, merchantId, { paymentId: id, after: null, limit: 50 })
  const surplus = await surplusOf(db, merchantId, id)
  const wanted: [ResolutionKind, string][] = [
    ['payment', id],
    ...refunds
      .filter(({ parked }) => parked)
      .map((refund): [ResolutionKind, string] => ['refund', refund.id]),
    ...surplus
      .filter(({ status }) => status === 'parked')
      .map(({ gatewayRef }): [ResolutionKind, string] => ['surplus', gatewayRef]),
  ]
  const cases = await Promise.all(
    wanted.map(([kind, subject]) => findCase(db, { merchantId, kind, subject, ownsInstallation: false })),
  )
  return cases.filter((found) => found !== null)
}

/** Of the installation's account at the bank, charges that no payment explains are the first merchant's, as its movements are. */
async function ownerOf({ db, env, operator: { merchantId } }: Caller) {
  return { merchantId, ownsInstallation: (await firstMerchant(db, modeServed(env))) === merchantId }
}

function operationNamed({ operations }: Caller, name: string): AnyOperation<SqlForm> | null {
  return Object.values(operations).find((operation) => operation.name === name) ?? null
}

function readSubject(kind: ResolutionKind, shown: string): string {
  if (kind === 'payment') return uuidOf('pay', shown)
  return kind === 'refund' ? uuidOf('ref', shown) : shown
}

function orThrow(problem: Problem | null): void {
  if (problem) throw new ProblemError(problem)
}
