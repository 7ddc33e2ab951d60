import { ProblemError } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { actorNames } from '@/access/actor-names'
import { merchantName } from '@/access/merchant'
import type { Operator } from '@/access/operator'
import type { Acted } from '@/platform/act'
import { newLogo } from '@/settings/logo'
import { cleanPng } from '@/settings/png'
import { changeLogo, changeSettings, readSettings, type SettingsChange } from '@/settings/settings'
import { operatorActor } from '../actor'
import type { Context } from '../context'
import { freshAdminProcedure, router, viewerProcedure } from '../trpc'
import { actIdOf } from '../wire/act-id'
import { demandNotReused, demandUnchanged } from '../wire/acted'
import { logoIn, settingsIn, settingsOut, showSettings } from '../wire/settings-shapes'

type OperatorContext = Context & { operator: Operator }

/** `newId`: a UUID of the page, so that a repeat is one change. `version`: what the page has shown. */
const ofVersion = { newId: z.uuid({ version: 'v4' }), version: z.int().min(0).max(2_000_000_000) }

/** How the merchant shows itself to shoppers, and its time zone. */
export const settingsRouter = router({
  get: viewerProcedure.output(settingsOut).query(({ ctx }) => shown(ctx)),

  update: freshAdminProcedure
    .input(z.strictObject({ ...ofVersion, changes: settingsIn }))
    .output(settingsOut)
    .mutation(async ({ ctx, input }) => {
      const fields = Object.fromEntries(
        Object.entries(input.changes).filter(([, value]) => value !== undefined),
      )
      return after(ctx, await changeSettings(ctx.db, changeOf(ctx, 'update', input), fields))
    }),

  /** The picture is decoded and written anew: what is served is none of the bytes that were sent. */
  setLogo: freshAdminProcedure
    .input(z.strictObject({ ...ofVersion, png: logoIn }))
    .output(settingsOut)
    .mutation(async ({ ctx, input }) => {
      const clean = input.png === null ? null : cleanPng(Buffer.from(input.png, 'base64'))
      if (typeof clean === 'string')
        throw new ProblemError({
          kind: 'validation',
          detail: clean,
          facts: { errors: [{ pointer: '/png', detail: clean }] },
        })
      return after(ctx, await changeLogo(ctx.db, changeOf(ctx, 'logo', input), clean && newLogo(clean)))
    }),
})

function changeOf(
  ctx: OperatorContext,
  operation: string,
  { newId, version }: { newId: string; version: number },
): SettingsChange {
  const { merchantId, id } = ctx.operator
  const actId = actIdOf(merchantId, `settings.${operation} by ${id}`, newId)
  return { merchantId, version, by: operatorActor(ctx), actId }
}

async function after(ctx: OperatorContext, outcome: Acted): Promise<z.infer<typeof settingsOut>> {
  demandNotReused(outcome)
  const now = await shown(ctx)
  if (outcome === 'refused') demandUnchanged({ who: now.changedBy, at: now.changedAt })
  return now
}

async function shown({ db, operator }: OperatorContext): Promise<z.infer<typeof settingsOut>> {
  const { merchantId } = operator
  const [row, name] = await Promise.all([readSettings(db, merchantId), merchantName(db, merchantId)])
  const names = await actorNames(db, merchantId, [row.actor])
  return showSettings(row, {
    merchantName: name,
    changedBy: names.get(row.actor ?? '') ?? null,
    mayChange: operator.role === 'admin',
  })
}
