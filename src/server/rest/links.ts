import { createRoute, type OpenAPIHono } from '@hono/zod-openapi'
import { waitPreferred } from '@payonce/idempotency/http'
import { z } from 'zod'
import {
  createLink,
  findLink,
  type LinkChange,
  listLinks,
  setLinkPaused,
} from '@/checkout/links/payment-link'
import { keyActor } from '../actor'
import { setHeader } from '../answer-headers'
import type { Deps } from '../deps'
import { actIdOf } from '../wire/act-id'
import { pageOf } from '../wire/api-shapes'
import { readTimeCursor, writeCursor } from '../wire/cursor'
import { notFound, uuidOf } from '../wire/json'
import { demandChanged, demandCreated, linkShape, newLinkIn, showLink } from '../wire/link-shapes'
import type { RestContext, RestEnv } from './respond'
import { body, idParam, json, KEYED, keyHeaders, needs, pageQuery, problems, stored } from './routes'
import { sendPage } from './send-page'

const PATH = '/api/v1/payment-links'
const tags = ['Payment links']
const ofLink = idParam('lnk', 'link')

const create = createRoute({
  method: 'post',
  path: PATH,
  operationId: 'createPaymentLink',
  tags,
  summary: 'Create a payment link',
  description:
    'Share its `url`. Each shopper who opens it and continues gets an order of their own, and its checkout. Opening it alone makes no order. The order’s metadata has the link’s id as `paymentLink`.',
  ...needs('orders:write'),
  request: {
    headers: keyHeaders,
    body: body(newLinkIn, {
      amount: {
        summary: 'An amount, for twenty shoppers',
        value: { name: 'Spring workshop', currency: 'EUR', amount: 2400, maxUses: 20 },
      },
      items: {
        summary: 'Items',
        value: {
          name: 'Team shirts',
          currency: 'EUR',
          items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1200 }],
        },
      },
    }),
  },
  responses: { 201: stored(linkShape, 'The new link.'), ...problems(...KEYED) },
})

const list = createRoute({
  method: 'get',
  path: PATH,
  operationId: 'listPaymentLinks',
  tags,
  summary: 'List the payment links, newest first',
  ...needs('orders:read'),
  request: { query: pageQuery },
  responses: { 200: json(pageOf(linkShape), 'A page of links.'), ...problems() },
})

const get = createRoute({
  method: 'get',
  path: `${PATH}/{id}`,
  operationId: 'getPaymentLink',
  tags,
  summary: 'Read a payment link',
  ...needs('orders:read'),
  request: { params: ofLink },
  responses: { 200: json(linkShape, 'The link.'), ...problems('not-found') },
})

const pause = createRoute(
  actRoute('/pause', 'pausePaymentLink', 'Pause a payment link: it takes no new orders'),
)
const resume = createRoute(actRoute('/resume', 'resumePaymentLink', 'Resume a payment link'))

/** What the routes share that do something with one link. */
function actRoute<Path extends string>(path: Path, operationId: string, summary: string) {
  return {
    method: 'post',
    path: `${PATH}/{id}${path}`,
    operationId,
    tags,
    summary,
    description:
      'Orders that were made from it stay as they are. A repeat under the same key does nothing, and answers with the present state.',
    ...needs('orders:write'),
    request: {
      params: ofLink,
      headers: keyHeaders,
      body: body(z.strictObject({}), { plain: { summary: 'No fields', value: {} } }),
    },
    responses: { 200: stored(linkShape, 'The link.'), ...problems('not-found', ...KEYED) },
  } as const
}

export function linkRoutes(app: OpenAPIHono<RestEnv>, { db, env: { baseUrl } }: Deps): void {
  app.openapi(create, async (c) => {
    const id = actIdOf(c.var.caller.merchantId, create.operationId, c.var.key)
    const made = await createLink(db, changeOf(c, id, create.operationId), c.req.valid('json'))
    answered(c, demandCreated(made))
    const link = await shown(c, id)
    setHeader(c, 'location', `${PATH}/${link.id}`)
    return c.json(link, 201)
  })
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query')
    const found = await listLinks(db, c.var.caller.merchantId, {
      before: readTimeCursor(cursor),
      limit: limit + 1,
    })
    return sendPage(
      c,
      found,
      limit,
      (row) => showLink(row, baseUrl),
      (row) => writeCursor(row.cursor, row.id),
    )
  })
  app.openapi(get, async (c) => c.json(await shown(c, uuidOf('lnk', c.req.valid('param').id)), 200))
  app.openapi(pause, async (c) => c.json(await setPaused(c, pause.operationId, true), 200))
  app.openapi(resume, async (c) => c.json(await setPaused(c, resume.operationId, false), 200))

  async function setPaused(c: RestContext, operation: string, paused: boolean) {
    const linkId = uuidOf('lnk', c.req.param('id') ?? '')
    answered(c, demandChanged(await setLinkPaused(db, changeOf(c, linkId, operation), paused)))
    return shown(c, linkId)
  }

  async function shown(c: RestContext, id: string) {
    return showLink((await findLink(db, c.var.caller.merchantId, id)) ?? notFound(), baseUrl)
  }
}

function changeOf(c: RestContext, linkId: string, operation: string): LinkChange {
  const { merchantId } = c.var.caller
  return { merchantId, linkId, by: keyActor(c.var), actId: actIdOf(merchantId, operation, c.var.key) }
}

/** Headers that say what became of the key, as for every other POST. */
function answered(c: RestContext, before: boolean): void {
  if (before) setHeader(c, 'idempotent-replayed', 'true')
  const wait = waitPreferred(c.req.header('prefer'))
  if (wait !== null) setHeader(c, 'preference-applied', `wait=${wait}`)
}
