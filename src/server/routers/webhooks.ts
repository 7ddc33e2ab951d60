import { z } from 'zod'
import type { Operator } from '@/access/operator'
import { showId } from '@/lib/id'
import type { Acted } from '@/platform/act'
import {
  DELIVERY_STATES,
  findDelivery,
  listDeliveries,
  replaySince,
  resendDelivery,
  sendTest,
} from '@/webhooks/delivery'
import {
  type Change,
  createEndpoint,
  deleteEndpoint,
  ENDPOINTS_MAX,
  type EndpointRow,
  findEndpoint,
  listEndpoints,
  rotateSecret,
  secretMade,
  setEndpointState,
  updateEndpoint,
} from '@/webhooks/endpoint'
import { CHOSEN_TYPES, EVENTS, type EventType } from '@/webhooks/events'
import { fixedHeaders } from '@/webhooks/send'
import { operatorActor } from '../actor'
import type { Context } from '../context'
import { adminProcedure, freshAdminProcedure, router, viewerProcedure } from '../trpc'
import { webhookAddresses, webhookKeys } from '../webhook-relay'
import { actIdOf } from '../wire/act-id'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, paged, pageSize, uuidOf } from '../wire/json'
import {
  deliveryShape,
  deliveryWithLogShape,
  demandDone,
  demandGoodUrl,
  demandReplayable,
  endpointChangesIn,
  endpointShape,
  newEndpointIn,
  REFUSED,
  rotationIn,
  showDelivery,
  showDeliveryWithLog,
  showEndpoint,
} from '../wire/webhook-shapes'

const shownId = z.string().max(64)
/** A UUID that the page makes for each act, so that a double press or a retry after a lost answer is one act. */
const newId = z.uuid({ version: 'v4' })
const endpointOut = endpointShape.extend({ pending: z.int() })
const withSecretOut = z.object({ endpoint: endpointOut, secret: z.string().nullable() })
const deliveryOut = deliveryWithLogShape.extend({
  /** Null: it was deleted. */
  endpoint: endpointOut.nullable(),
  headers: z.array(z.object({ name: z.string(), value: z.string() })),
})
const ofEndpoint = { id: shownId, newId }
const act = z.strictObject(ofEndpoint)

type OperatorContext = Context & { operator: Operator }

/** The merchant's webhook endpoints and their deliveries: what the API does, for operators. Each change is in the audit. */
export const webhooksRouter = router({
  list: viewerProcedure
    .output(
      z.object({
        endpoints: z.array(endpointOut),
        max: z.int(),
        /** Events may be sent to this machine, for trying it out. */
        loopback: z.boolean(),
        types: z.array(z.object({ type: z.string(), summary: z.string() })),
      }),
    )
    .query(async ({ ctx }) => ({
      endpoints: (await listEndpoints(ctx.pages, ctx.operator.merchantId)).map(show),
      max: ENDPOINTS_MAX,
      loopback: webhookAddresses(ctx.env).loopback,
      types: CHOSEN_TYPES.map((type) => ({ type, summary: EVENTS[type as EventType].summary })),
    })),

  get: viewerProcedure
    .input(z.strictObject({ id: shownId }))
    .output(endpointOut)
    .query(({ ctx, input }) => shown(ctx, uuidOf('whe', input.id))),

  create: freshAdminProcedure
    .input(newEndpointIn.extend({ newId }))
    .output(withSecretOut)
    .mutation(async ({ ctx, input: { newId: id, ...fields } }) => {
      demandGoodUrl(fields.url, webhookAddresses(ctx.env))
      const actId = actIdFor(ctx, 'create', id)
      const change = changeOf(ctx, actId, actId)
      demandDone(await createEndpoint(ctx.db, change, fields, webhookKeys(ctx.env)), REFUSED.tooMany)
      return withSecret(ctx, change)
    }),

  /** Fresh, as `create`: it says where a merchant's events go. */
  update: freshAdminProcedure
    .input(z.strictObject({ ...ofEndpoint, changes: endpointChangesIn }))
    .output(endpointOut)
    .mutation(async ({ ctx, input: { changes, ...input } }) => {
      demandGoodUrl(changes.url, webhookAddresses(ctx.env))
      return changed(ctx, input, (change) => updateEndpoint(ctx.db, change, changes))
    }),

  pause: adminProcedure
    .input(act)
    .output(endpointOut)
    .mutation(({ ctx, input }) =>
      changed(ctx, input, (change) => setEndpointState(ctx.db, change, 'paused')),
    ),

  resume: adminProcedure
    .input(act)
    .output(endpointOut)
    .mutation(({ ctx, input }) =>
      changed(ctx, input, (change) => setEndpointState(ctx.db, change, 'enabled')),
    ),

  remove: adminProcedure
    .input(act)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      demandDone(await deleteEndpoint(ctx.db, ownChange(ctx, input)))
      return { id: input.id }
    }),

  rotateSecret: freshAdminProcedure
    .input(rotationIn.extend(ofEndpoint))
    .output(withSecretOut)
    .mutation(async ({ ctx, input }) => {
      const change = ownChange(ctx, input)
      const outcome = await rotateSecret(ctx.db, change, input.overlapHours, webhookKeys(ctx.env))
      demandDone(outcome, await whyNot(ctx, change, REFUSED.rotating))
      return withSecret(ctx, change)
    }),

  sendTest: adminProcedure
    .input(act)
    .output(deliveryShape)
    .mutation(async ({ ctx, input }) => {
      const change = ownChange(ctx, input)
      const outcome = await sendTest(ctx.db, change, new Date())
      demandDone(outcome, await whyNot(ctx, change, REFUSED.notEnabled))
      return shownDelivery(ctx, change.actId)
    }),

  replay: adminProcedure
    .input(z.strictObject({ ...ofEndpoint, since: instant }))
    .output(endpointOut)
    .mutation(({ ctx, input }) => {
      const since = demandReplayable(input.since)
      return changed(ctx, input, (change) => replaySince(ctx.db, change, since))
    }),

  deliveries: viewerProcedure
    .input(
      z.strictObject({
        id: shownId,
        state: z.enum(DELIVERY_STATES).optional(),
        cursor: z.string().max(500).optional(),
        limit: pageSize,
      }),
    )
    .output(z.object({ items: z.array(deliveryShape), nextCursor: z.string().nullable() }))
    .query(async ({ ctx, input: { id, state, cursor, limit } }) => {
      const endpointId = uuidOf('whe', id)
      const after = readTimeCursor(cursor)
      await shown(ctx, endpointId)
      const filter = { endpointId, state, after, limit: limit + 1 }
      const found = await listDeliveries(ctx.pages, ctx.operator.merchantId, filter)
      return paged(found, limit, showDelivery, (row) => writeCursor(row.cursor, row.id))
    }),

  delivery: viewerProcedure
    .input(z.strictObject({ id: shownId }))
    .output(deliveryOut)
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const row = (await findDelivery(ctx.pages, merchantId, uuidOf('whd', input.id))) ?? notFound()
      const endpoint = await findEndpoint(ctx.pages, merchantId, row.endpointId)
      const headers = { ...fixedHeaders(row.body), 'webhook-id': showId('evt', row.eventId) }
      return {
        ...showDeliveryWithLog(row),
        endpoint: endpoint && show(endpoint),
        headers: Object.entries(headers).map(([name, value]) => ({ name, value: String(value) })),
      }
    }),

  resend: adminProcedure
    .input(act)
    .output(deliveryShape)
    .mutation(async ({ ctx, input }) => {
      const id = uuidOf('whd', input.id)
      const { merchantId } = ctx.operator
      const { endpointId } = (await findDelivery(ctx.db, merchantId, id)) ?? notFound()
      const change = changeOf(ctx, endpointId, actIdFor(ctx, input.id, input.newId))
      demandDone(await resendDelivery(ctx.db, change, id))
      return shownDelivery(ctx, id)
    }),
})

interface Act {
  id: string
  newId: string
}

async function changed(
  ctx: OperatorContext,
  input: Act,
  what: (change: Change) => Promise<Acted>,
): Promise<z.infer<typeof endpointOut>> {
  const change = ownChange(ctx, input)
  demandDone(await what(change))
  return shown(ctx, change.endpointId)
}

function ownChange(ctx: OperatorContext, input: Act): Change {
  return changeOf(ctx, uuidOf('whe', input.id), actIdFor(ctx, input.id, input.newId))
}

/**
 * The id of an act, from which nobody gets back to the page's own: the ids of endpoints and audit entries are seen by many, and whoever repeats
 * an act within a day is shown its secret. Only the same operator can.
 */
function actIdFor({ operator: { id, merchantId } }: OperatorContext, what: string, fromPage: string): string {
  return actIdOf(merchantId, `operator ${id} ${what}`, fromPage)
}

function changeOf(ctx: OperatorContext, endpointId: string, actId: string): Change {
  return { merchantId: ctx.operator.merchantId, endpointId, by: operatorActor(ctx), actId }
}

async function whyNot({ db }: Context, { merchantId, endpointId }: Change, reason: string) {
  return (await findEndpoint(db, merchantId, endpointId)) ? reason : null
}

async function withSecret(ctx: OperatorContext, change: Change): Promise<z.infer<typeof withSecretOut>> {
  const secret = await secretMade(ctx.db, change, change.actId, webhookKeys(ctx.env))
  return { endpoint: await shown(ctx, change.endpointId), secret }
}

async function shown({ db, operator }: OperatorContext, id: string): Promise<z.infer<typeof endpointOut>> {
  return show((await findEndpoint(db, operator.merchantId, id)) ?? notFound())
}

async function shownDelivery({ db, operator }: OperatorContext, id: string) {
  return showDelivery((await findDelivery(db, operator.merchantId, id)) ?? notFound())
}

function show(row: EndpointRow): z.infer<typeof endpointOut> {
  return { ...showEndpoint(row), pending: Number(row.pending) }
}
