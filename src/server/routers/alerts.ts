import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import type { Operator } from '@/access/operator'
import { acknowledge } from '@/alerts/acknowledge'
import { ALERT_KINDS, factsOfKind } from '@/alerts/kinds'
import { ALERT_STATES, type AlertRow, countAlerts, findAlert, listAlerts } from '@/alerts/read'
import { chooseMailedKinds, mailedKinds } from '@/alerts/rules'

import { listMails } from '@/mail/queue'
import { countBroken } from '@/platform/integrity-verdict'
import { mailOf } from '@/platform/mail-checks'
import { operatorActor } from '../actor'
import { WORKER_DEAD_MS } from '../alerting'
import type { Context } from '../context'
import { readSilence } from '../jobs/health'
import { router, supportProcedure, viewerProcedure } from '../trpc'
import { actorViewFor } from '../wire/actor-shapes'
import { alertKind, alertOut, kindOut, showAlert } from '../wire/alert-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { maybeTime, notFound, paged, pageSize, time, uuidOf, words } from '../wire/json'

type OperatorContext = Context & { operator: Operator }

const barOut = z.object({
  /** Invariants that are broken, by the last checks; acknowledged or not. */
  broken: z.int(),
  /** Those of them that somebody has acknowledged. */
  brokenAcknowledged: z.int(),
  /** Other open alerts about money. */
  money: z.int(),
  /** All open alerts, and those that somebody has acknowledged. */
  open: z.int(),
  acknowledged: z.int(),
  /** The end of the last turn of any job, if no worker runs; null: one does, or none ever has. */
  workerDeadSince: z.string().nullable(),
  /** The last look for alerts, if nobody looks any more. */
  unwatchedSince: z.string().nullable(),
})

const mailOut = z.object({
  id: z.string(),
  recipient: z.string(),
  subject: z.string(),
  body: z.string(),
  state: z.enum(['pending', 'sent', 'failed', 'kept']),
  error: z.string().nullable(),
  createdAt: z.string(),
})

const rulesOut = z.object({
  kinds: z.array(kindOut.extend({ mailed: z.boolean() })),
  /** `server`: by the mail server. `mailbox`: a sandbox without one keeps them for a page. `nowhere`: live mode without one. */
  mails: z.enum(['server', 'mailbox', 'nowhere']),
})

/** Mails of the page of a sandbox. */
const MAILS_MAX = 50

export const alertsRouter = router({
  /** For the bar above every page. It does not depend on the job that raises alerts. */
  bar: viewerProcedure.output(barOut).query(async ({ ctx }) => {
    const { merchantId } = ctx.operator
    const [counts, broken, silent] = await Promise.all([
      countAlerts(ctx.pages, merchantId),
      countBroken(ctx.pages, merchantId),
      readSilence(ctx.pages, WORKER_DEAD_MS),
    ])
    return {
      broken,
      brokenAcknowledged: counts.brokenAcknowledged,
      money: counts.money,
      open: counts.open,
      acknowledged: counts.acknowledged,
      workerDeadSince: maybeTime(silent.worker),
      unwatchedSince: maybeTime(silent.alerts),
    }
  }),

  list: viewerProcedure
    .input(
      z.strictObject({
        state: z.enum(ALERT_STATES).default('open'),
        kind: alertKind.optional(),
        cursor: z.string().max(500).optional(),
        limit: pageSize,
      }),
    )
    .output(
      z.object({
        items: z.array(alertOut),
        nextCursor: z.string().nullable(),
        kinds: z.array(kindOut),
      }),
    )
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const found = await listAlerts(ctx.pages, merchantId, {
        state: input.state,
        kind: input.kind ?? null,
        after: readTimeCursor(input.cursor),
        limit: input.limit + 1,
      })
      const show = await shower(ctx, found)
      return {
        ...paged(found, input.limit, show, (row) => writeCursor(row.cursor, row.id)),
        kinds: KINDS_OUT,
      }
    }),

  /** Takes an alert on. Again, or by somebody else a moment later, it changes nothing and says who did. */
  acknowledge: supportProcedure
    .input(z.strictObject({ id: z.string().max(64), note: words(500).default('') }))
    .output(alertOut)
    .mutation(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const id = uuidOf('alr', input.id)
      const before = (await findAlert(ctx.db, merchantId, id)) ?? notFound()
      const about = `${factsOfKind(before.kind).title}: ${before.subject}`
      await acknowledge(ctx.db, { merchantId, id, by: operatorActor(ctx), note: input.note, about })
      const after = (await findAlert(ctx.db, merchantId, id)) ?? notFound()
      return (await shower(ctx, [after]))(after)
    }),

  /** Of which alerts the operator who is signed in gets a mail. */
  mailRules: viewerProcedure.output(rulesOut).query(({ ctx }) => rulesFor(ctx)),

  chooseMails: viewerProcedure
    .input(z.strictObject({ kinds: z.array(alertKind).max(ALERT_KINDS.length) }))
    .output(rulesOut)
    .mutation(async ({ ctx, input }) => {
      const { merchantId, id } = ctx.operator
      await chooseMailedKinds(ctx.db, { merchantId, operatorId: id, by: ctx.actor }, input.kinds)
      return rulesFor(ctx)
    }),

  /** The mails of a sandbox, the newest first; none in live mode. They have nothing that an operator may not see. */
  mailbox: viewerProcedure.output(z.object({ mails: z.array(mailOut) })).query(async ({ ctx }) => {
    if (ctx.env.PAYONCE_MODE !== 'sandbox') return { mails: [] }
    const mails = await listMails(ctx.pages, ctx.operator.merchantId, MAILS_MAX)
    return { mails: mails.map((mail) => ({ ...mail, createdAt: time(mail.createdAt) })) }
  }),
})

const KINDS_OUT = ALERT_KINDS.map((kind) => {
  const { title, money } = factsOfKind(kind)
  return { kind, title, money }
})

async function shower({ pages, operator }: OperatorContext, alerts: readonly AlertRow[]) {
  const names = await actorNames(
    pages,
    operator.merchantId,
    alerts.map(({ acknowledgedBy }) => acknowledgedBy),
  )
  const view = actorViewFor(operator.role, names)
  return (row: AlertRow) => showAlert(row, (actor) => view({ actor, address: null, requestId: null }))
}

async function rulesFor({ db, env, operator }: OperatorContext): Promise<z.infer<typeof rulesOut>> {
  const chosen = await mailedKinds(db, operator.merchantId, operator.id)
  const mails = mailOf(env) ? 'server' : env.PAYONCE_MODE === 'sandbox' ? 'mailbox' : 'nowhere'
  return { kinds: KINDS_OUT.map((kind) => ({ ...kind, mailed: chosen.includes(kind.kind) })), mails }
}
