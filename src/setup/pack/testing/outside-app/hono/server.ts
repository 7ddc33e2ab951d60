import { serve } from '@hono/node-server'
import { engineResponse, fetchHandler, problemResponse, readKey } from '@payonce/idempotency/http'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Hono } from 'hono'
import { router } from '../router.ts'
import { createOrder, idempotent, newOrder, pay, start } from '../shop.ts'

const stop = await start()
const app = new Hono()

const orders = fetchHandler({
  idempotent,
  operation: 'orders.create',
  scope: (request) => request.headers.get('user') ?? new Response('Sign in.', { status: 401 }),
  parse: (body) => newOrder.parse(body),
  work: createOrder,
})
app.post('/orders', (c) => orders(c.req.raw))

app.all('/trpc/*', (c) => fetchRequestHandler({ endpoint: '/trpc', req: c.req.raw, router }))

app.post('/payments', async (c) => {
  const key = readKey(c.req.header('Idempotency-Key'))
  if ('problem' in key) return c.json(key.problem, 400)
  try {
    return engineResponse(await pay(c.req.header('user') ?? '', key.key, await c.req.json()))
  } catch (error) {
    const response = problemResponse(error)
    if (response) return response
    throw error
  }
})

const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`port ${port}`),
)
process.once('SIGTERM', () => {
  server.close()
  void stop()
})
