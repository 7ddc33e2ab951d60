import { serve } from '@hono/node-server'
import { engineResponse, fetchHandler, problemResponse, readKey } from '@payonce/idempotency/http'
import { createIdempotent, openEngine } from '@payonce/idempotency/prisma'
import { problemShape, withProblems } from '@payonce/idempotency/trpc'
import { PrismaPg } from '@prisma/adapter-pg'
import { initTRPC } from '@trpc/server'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { Hono } from 'hono'
import { z } from 'zod'
import { PrismaClient } from './generated/client.ts'
import { payThrough } from './pay.ts'

const { DATABASE_URL = '', BANK = '', DIE } = process.env
const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: DATABASE_URL, max: 5 }) })
const secret = 'a secret of the outside app'
const idempotent = createIdempotent({ prisma, secret, waitMs: 20_000, maxWaitMs: 20_000 })
await idempotent.ready()
const { engine, store } = await openEngine({ prisma, secret, leaseMs: 1_000 })
const pay = payThrough(prisma, BANK)
const newOrder = z.strictObject({ amount: z.int().positive() })

/** The first way over HTTP. */
const createOrder = fetchHandler({
  idempotent,
  operation: 'orders.create',
  scope: (request) => request.headers.get('user') ?? new Response('Sign in.', { status: 401 }),
  parse: (body) => newOrder.parse(body),
  work: async ({ tx, input, id, refuse }) => {
    if (input.amount > 1_000) return refuse({ status: 409, code: 'too-dear', detail: 'At most 1000.' })
    const order = await tx.order.create({ data: { id, ...input } })
    if (DIE === 'before the commit') process.kill(process.pid, 'SIGKILL')
    return order
  },
})

/** The first way in a tRPC mutation. */
const t = initTRPC.create({ errorFormatter: ({ shape, error }) => problemShape(shape, error) })
const router = t.router({
  order: t.procedure
    .use(({ next }) => withProblems(next()))
    .input(newOrder.extend({ key: z.string() }))
    .mutation(async ({ input: { key, ...input } }) => {
      const { result, replayed } = await idempotent(
        { operation: 'orders.create', scope: 'trpc', key, input },
        async ({ tx, id }) => tx.order.create({ data: { id, amount: input.amount } }),
      )
      return { ...result, replayed }
    }),
})
export type OutsideRouter = typeof router

const app = new Hono()
app.post('/orders', (c) => createOrder(c.req.raw))
app.all('/trpc/*', (c) => fetchRequestHandler({ endpoint: '/trpc', req: c.req.raw, router }))
/** The second way. */
app.post('/payments', async (c) => {
  const key = readKey(c.req.header('Idempotency-Key'))
  if ('problem' in key) return c.json(key.problem, 400)
  const scope = { merchantId: '00000000-0000-0000-0000-000000000000', actor: c.req.header('user') ?? '' }
  const request = { scope, ...key, input: newOrder.parse(await c.req.json()), waitMs: 10_000 }
  try {
    return engineResponse(
      await engine.run(pay, { ...request, source: 'api', requestId: crypto.randomUUID() }),
    )
  } catch (error) {
    const response = problemResponse(error)
    if (response) return response
    throw error
  }
})
const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
  console.log(`port ${port}`),
)
const settle = () => engine.recover(pay, 10, 'resolver').then(() => store.markOverdue(100))
const resolver = setInterval(() => settle().catch(console.error), 100)
process.once('SIGTERM', () => {
  clearInterval(resolver)
  server.close()
  engine.close()
  void engine.idle().then(() => prisma.$disconnect())
})
