import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { waitPreferred } from '@payonce/idempotency/http'
import { z } from 'zod'
import { findDelivery, listDeliveries, replaySince, resendDelivery, sendTest } from '@/webhooks/delivery'
import {
  type Change,
  createEndpoint,
  deleteEndpoint,
  findEndpoint,
  listEndpoints,
  rotateSecret,
  secretMade,
  setEndpointState,
  updateEndpoint,
} from '@/webhooks/endpoint'
import { keyActor } from '../actor'
import { setHeader } from '../answer-headers'
import type { Deps } from '../deps'
import { webhookAddresses, webhookKeys } from '../webhook-relay'
import { actIdOf } from '../wire/act-id'
import { pageOf } from '../wire/api-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { instant, notFound, uuidOf } from '../wire/json'
import {
  deliveryShape,
  deliveryWithLogShape,
  demandDone,
  demandGoodUrl,
  demandReplayable,
  endpointChangesIn,
  endpointShape,
  endpointWithSecretShape,
  newEndpointIn,
  REFUSED,
  rotationIn,
  showDelivery,
  showDeliveryWithLog,
  showEndpoint,
} from '../wire/webhook-shapes'
import type { RestContext, RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, pageQuery, problems, stored } from './routes'
import { sendPage } from './send-page'

const ENDPOINTS = '/api/v1/webhook-endpoints'
const DELIVERIES = '/api/v1/webhook-deliveries'
const ofEndpoint = idParam('whe', 'endpoint')
const ofDelivery = idParam('whd', 'delivery')
const tags = ['Webhooks']
const nothing = z.strictObject({})
const EMPTY = { plain: { summary: 'No fields', value: {} } }
const REPEAT = 'A repeat under the same key does nothing, and answers with the present state.'

const list = createRoute({
  method: 'get',
  path: ENDPOINTS,
  operationId: 'listWebhookEndpoints',
  tags,
  summary: 'List the webhook endpoints, newest first',
  ...needs('webhooks:read'),
  responses: { 200: json(z.object({ items: z.array(endpointShape) }), 'All endpoints.'), ...problems() },
})

const get = createRoute({
  method: 'get',
  path: `${ENDPOINTS}/{id}`,
  operationId: 'getWebhookEndpoint',
  tags,
  summary: 'Read a webhook endpoint',
  ...needs('webhooks:read'),
  request: { params: ofEndpoint },
  responses: { 200: json(endpointShape, 'The endpoint.'), ...problems('not-found') },
})

const create = createRoute({
  method: 'post',
  path: ENDPOINTS,
  operationId: 'createWebhookEndpoint',
  tags,
  summary: 'Create a webhook endpoint',
  description: 'Events that happen from now on are sent to it. Keep the `secret`: it verifies them.',
  ...needs('webhooks:write'),
  request: {
    headers: keyHeaders,
    body: body(newEndpointIn, {
      some: {
        summary: 'Some events',
        value: {
          url: 'https://shop.example.org/webhooks',
          eventTypes: ['payment.succeeded', 'refund.succeeded'],
        },
      },
    }),
  },
  responses: { 201: stored(endpointWithSecretShape, 'The new endpoint.'), ...problems(...KEYED) },
})

const update = createRoute({
  ...actRoute('', 'updateWebhookEndpoint', 'Change a webhook endpoint'),
  request: {
    params: ofEndpoint,
    headers: keyHeaders,
    body: body(endpointChangesIn, {
      types: { summary: 'Other events', value: { eventTypes: ['refund.failed'] } },
    }),
  },
})
const pause = createRoute(actRoute('/pause', 'pauseWebhookEndpoint', 'Pause a webhook endpoint: events wait'))
const resume = createRoute(
  actRoute('/resume', 'resumeWebhookEndpoint', 'Resume a webhook endpoint, also one that was disabled'),
)
const remove = createRoute({
  ...actRoute('/delete', 'deleteWebhookEndpoint', 'Delete a webhook endpoint'),
  responses: {
    200: stored(z.object({ id: z.string(), deleted: z.literal(true) }), 'It is deleted.'),
    ...problems('not-found', ...KEYED),
  },
})
const rotate = createRoute({
  ...actRoute('/rotate-secret', 'rotateWebhookSecret', 'Make a new secret for a webhook endpoint'),
  request: {
    params: ofEndpoint,
    headers: keyHeaders,
    body: body(rotationIn, { day: { summary: 'Both secrets sign for a day', value: { overlapHours: 24 } } }),
  },
  responses: {
    200: stored(endpointWithSecretShape, 'The endpoint with its new secret.'),
    ...problems('not-found', ...KEYED),
  },
})
const test = createRoute({
  ...actRoute('/test', 'testWebhookEndpoint', 'Send a test event to a webhook endpoint'),
  responses: { 200: stored(deliveryShape, 'The delivery of the test.'), ...problems('not-found', ...KEYED) },
})
const replay = createRoute({
  ...actRoute('/replay', 'replayWebhookEvents', 'Send again what has not arrived since then'),
  description: `Failed deliveries, and events that were not sent to it, as while it was disabled; at most 10,000 of each. What arrived is left alone. ${REPEAT}`,
  request: {
    params: ofEndpoint,
    headers: keyHeaders,
    body: body(z.strictObject({ since: instant }), {
      hour: { summary: 'Since an instant', value: { since: new Date(Date.now() - 3_600_000).toISOString() } },
    }),
  },
})

const deliveries = createRoute({
  method: 'get',
  path: `${ENDPOINTS}/{id}/deliveries`,
  operationId: 'listWebhookDeliveries',
  tags,
  summary: 'List deliveries to an endpoint, newest first',
  description: 'Kept for 30 days.',
  ...needs('webhooks:read'),
  request: {
    params: ofEndpoint,
    query: pageQuery.extend({ state: z.enum(['pending', 'delivered', 'failed']).optional() }),
  },
  responses: { 200: json(pageOf(deliveryShape), 'A page of deliveries.'), ...problems('not-found') },
})

const getDelivery = createRoute({
  method: 'get',
  path: `${DELIVERIES}/{id}`,
  operationId: 'getWebhookDelivery',
  tags,
  summary: 'Read a delivery with its attempts',
  ...needs('webhooks:read'),
  request: { params: ofDelivery },
  responses: { 200: json(deliveryWithLogShape, 'The delivery.'), ...problems('not-found') },
})

const resend = createRoute({
  method: 'post',
  path: `${DELIVERIES}/{id}/resend`,
  operationId: 'resendWebhookDelivery',
  tags,
  summary: 'Send a delivery again, under the same id',
  description: REPEAT,
  ...needs('webhooks:write'),
  request: { params: ofDelivery, headers: keyHeaders, body: body(nothing, EMPTY) },
  responses: { 200: stored(deliveryShape, 'The delivery.'), ...problems('not-found', ...KEYED) },
})

/** What the routes share that do something with one endpoint. */
function actRoute<Path extends string>(path: Path, operationId: string, summary: string) {
  return {
    method: 'post',
    path: `${ENDPOINTS}/{id}${path}`,
    operationId,
    tags,
    summary,
    description: REPEAT,
    ...needs('webhooks:write'),
    request: { params: ofEndpoint, headers: keyHeaders, body: body(nothing, EMPTY) },
    responses: { 200: stored(endpointShape, 'The endpoint.'), ...problems('not-found', ...KEYED) },
  } as const
}

export function webhookRoutes(app: OpenAPIHono<RestEnv>, deps: Deps): void {
  const { db, env } = deps
  const [keys, rules] = [webhookKeys(env), webhookAddresses(env)]

  app.openapi(list, async (c) => {
    const found = await listEndpoints(db, c.var.caller.merchantId)
    return c.json({ items: found.map(showEndpoint) }, 200)
  })
  app.openapi(get, async (c) => c.json(await shown(c, uuidOf('whe', c.req.valid('param').id)), 200))

  app.openapi(create, async (c) => {
    const fields = c.req.valid('json')
    demandGoodUrl(fields.url, rules)
    const id = actIdOf(c.var.caller.merchantId, create.operationId, c.var.key)
    const change = changeOf(c, id, create.operationId)
    answered(c, demandDone(await createEndpoint(db, change, fields, keys), REFUSED.tooMany))
    setHeader(c, 'location', `${ENDPOINTS}/${(await shown(c, id)).id}`)
    return c.json(await withSecret(c, change, id), 201)
  })
  app.openapi(update, async (c) => {
    const fields = c.req.valid('json')
    demandGoodUrl(fields.url, rules)
    const change = changed(c, update.operationId)
    answered(c, demandDone(await updateEndpoint(db, change, fields)))
    return c.json(await shown(c, change.endpointId), 200)
  })
  app.openapi(pause, async (c) => {
    const change = changed(c, pause.operationId)
    answered(c, demandDone(await setEndpointState(db, change, 'paused')))
    return c.json(await shown(c, change.endpointId), 200)
  })
  app.openapi(resume, async (c) => {
    const change = changed(c, resume.operationId)
    answered(c, demandDone(await setEndpointState(db, change, 'enabled')))
    return c.json(await shown(c, change.endpointId), 200)
  })
  app.openapi(remove, async (c) => {
    answered(c, demandDone(await deleteEndpoint(db, changed(c, remove.operationId))))
    return c.json({ id: c.req.valid('param').id, deleted: true as const }, 200)
  })
  app.openapi(rotate, async (c) => {
    const change = changed(c, rotate.operationId)
    const outcome = await rotateSecret(db, change, c.req.valid('json').overlapHours, keys)
    answered(c, demandDone(outcome, await whyNot(change, REFUSED.rotating)))
    return c.json(await withSecret(c, change, change.actId), 200)
  })
  app.openapi(test, async (c) => {
    const change = changed(c, test.operationId)
    const outcome = await sendTest(db, change, new Date())
    answered(c, demandDone(outcome, await whyNot(change, REFUSED.notEnabled)))
    return c.json(await shownDelivery(c, change.actId), 200)
  })
  app.openapi(replay, async (c) => {
    const since = demandReplayable(c.req.valid('json').since)
    const change = changed(c, replay.operationId)
    answered(c, demandDone(await replaySince(db, change, since)))
    return c.json(await shown(c, change.endpointId), 200)
  })

  app.openapi(deliveries, async (c) => {
    const { limit, cursor, state } = c.req.valid('query')
    const endpointId = uuidOf('whe', c.req.valid('param').id)
    const after = readTimeCursor(cursor)
    await shown(c, endpointId)
    const filter = { endpointId, state, after, limit: limit + 1 }
    const found = await listDeliveries(db, c.var.caller.merchantId, filter)
    return sendPage(c, found, limit, showDelivery, (row) => writeCursor(row.cursor, row.id))
  })
  app.openapi(getDelivery, async (c) => {
    const found = await findDelivery(db, c.var.caller.merchantId, uuidOf('whd', c.req.valid('param').id))
    return found ? c.json(showDeliveryWithLog(found), 200) : notFound()
  })
  app.openapi(resend, async (c) => {
    const id = uuidOf('whd', c.req.valid('param').id)
    const { endpointId } = (await findDelivery(db, c.var.caller.merchantId, id)) ?? notFound()
    answered(c, demandDone(await resendDelivery(db, changeOf(c, endpointId, resend.operationId), id)))
    return c.json(await shownDelivery(c, id), 200)
  })

  const whyNot = async (change: Change, reason: string) =>
    (await findEndpoint(db, change.merchantId, change.endpointId)) ? reason : null

  async function shown(c: RestContext, id: string) {
    return showEndpoint((await findEndpoint(db, c.var.caller.merchantId, id)) ?? notFound())
  }

  async function shownDelivery(c: RestContext, id: string) {
    return showDelivery((await findDelivery(db, c.var.caller.merchantId, id)) ?? notFound())
  }

  async function withSecret(c: RestContext, change: Change, secretId: string) {
    return { ...(await shown(c, change.endpointId)), secret: await secretMade(db, change, secretId, keys) }
  }
}

function changed(c: RestContext, operation: string): Change {
  return changeOf(c, uuidOf('whe', c.req.param('id') ?? ''), operation)
}

function changeOf(c: RestContext, endpointId: string, operation: string): Change {
  const { merchantId } = c.var.caller
  return { merchantId, endpointId, by: keyActor(c.var), actId: actIdOf(merchantId, operation, c.var.key) }
}

/** Headers that say what became of the key, as for every other POST. */
function answered(c: RestContext, before: boolean): void {
  if (before) setHeader(c, 'idempotent-replayed', 'true')
  const wait = waitPreferred(c.req.header('prefer'))
  if (wait !== null) setHeader(c, 'preference-applied', `wait=${wait}`)
}
