import { createRoute } from '@hono/zod-openapi'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { ApiScope } from '@/access/api-key'
import { problemOf } from '../problem-of'
import { openRoutes } from './open-routes'
import { sendProblem } from './respond'
import { body, needs } from './routes'

const shape = z.strictObject({ amount: z.int() })
const responses = { 200: { description: 'Done.' } }
const route = createRoute({
  method: 'post',
  path: '/things/{id}',
  ...needs('payments:write'),
  request: {
    params: z.object({ id: z.string().max(3) }),
    query: z.object({ sort: z.enum(['up', 'down']).optional() }),
    body: body(shape, {}),
  },
  responses,
})

/** The route behind a step that has found the caller and read the body, as `checkRequest` does. */
function open(scopes: readonly ApiScope[], sent: unknown) {
  const routes = openRoutes()
  routes.use(async (c, next) => {
    c.set('caller', { merchantId: 'm', keyId: 'k', scopes })
    c.set('body', sent)
    await next()
  })
  const got: unknown[] = []
  routes.openapi(route, (c) => {
    got.push(c.req.valid('param').id, c.req.valid('query').sort, c.req.valid('json').amount)
    return c.body(null, 200)
  })
  const app = new Hono().route('/', routes).onError((error, c) => {
    const problem = problemOf(error)
    if (!problem) throw error
    return sendProblem(c, problem)
  })
  return async (path: string) => {
    const answer = await app.request(path, { method: 'POST' })
    return { status: answer.status, body: await answer.text(), got }
  }
}

test('a handler gets what the schemas of its route say', async () => {
  const reply = await open(['payments:write'], { amount: 5 })('/things/a?sort=up')
  expect(reply).toMatchObject({ status: 200, got: ['a', 'up', 5] })
})

test.each<[string, readonly ApiScope[], unknown, string, number, string]>([
  ['without the scope, whatever else is wrong', ['payments:read'], {}, '/things/long', 403, 'payments:write'],
  ['with a wrong parameter', ['payments:write'], { amount: 5 }, '/things/long', 400, '"/id"'],
  ['with a wrong query', ['payments:write'], { amount: 5 }, '/things/a?sort=x', 400, '"/sort"'],
  [
    'with a query that is sent twice',
    ['payments:write'],
    { amount: 5 },
    '/things/a?sort=up&sort=up',
    400,
    '"/sort"',
  ],
  ['with a wrong body', ['payments:write'], { amount: 'x' }, '/things/a', 400, '"/amount"'],
  ['with a member too many', ['payments:write'], { amount: 5, more: 1 }, '/things/a', 400, 'more'],
  ['without a body', ['payments:write'], undefined, '/things/a', 400, 'problems/validation'],
])('a request %s does not reach it', async (_, scopes, sent, path, status, part) => {
  const reply = await open(scopes, sent)(path)
  expect([reply.status, reply.got]).toEqual([status, []])
  expect(reply.body).toContain(part)
})

test('a route that nobody would guard is refused at the start', () => {
  const routes = openRoutes()
  const plain = { method: 'get', path: '/open', responses } as const
  expect(() => routes.openapi(createRoute(plain), (c) => c.body(null, 200))).toThrow('has no scope')
  const put = createRoute({
    ...plain,
    ...needs('payments:write'),
    method: 'put',
    request: { body: body(shape, {}) },
  })
  expect(() => routes.openapi(put, (c) => c.body(null, 200))).toThrow('only the body of a POST is read')
})
