import { randomUUID } from 'node:crypto'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { keyLink, problemOf } from '@payonce/idempotency/trpc-client'
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, retryLink, type TRPCLink } from '@trpc/client'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { AppRouter } from './root'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Clients that batch and repeat calls, over a real socket: the key and the word about a replay belong to each
 * call, not to the request, and a payment is a request of its own.
 */
interface Sent {
  inputs: Record<string, { key: string; orderId: string }>
  headers: http.IncomingHttpHeaders
}

let product: TestProduct
let server: http.Server
let cookie: string
/** The requests that the server received, in order. */
let sent: Sent[]
/** The number of next requests that reach the server and whose answers are lost. */
let lose = 0

beforeAll(async () => {
  product = await openTestProduct()
  cookie = await product.cookie()
  const answer = getRequestListener(product.fetch)
  server = http.createServer(async (request, response) => {
    if (lose > 0) {
      lose--
      // The work is done, and the line is cut instead of the answer.
      response.write = () => Boolean(response.destroy())
      response.end = () => response.destroy()
    }
    await answer(request, response)
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await product.close()
})
beforeEach(() => {
  sent = []
})
afterEach(() => {
  lose = 0
})

const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/trpc`

/** Sees what goes out, as the network would. */
const seenBy: typeof fetch = async (input, init) => {
  const body = String(init?.body)
  sent.push({
    inputs: JSON.parse(body) as Sent['inputs'],
    headers: Object.fromEntries(new Headers(init?.headers)),
  })
  return fetch(input, init)
}

type Last = typeof httpBatchLink | typeof httpBatchStreamLink

/** The links of an app: ours first, then its own, which retries and batches calls. @param maxItems calls in one request */
function client(last: Last, maxItems = 1) {
  const again = retryLink<AppRouter>({
    retry: ({ error, attempts }) => attempts < 4 && problemOf(error) === null,
  })
  const links = [
    keyLink<AppRouter>(),
    again,
    last({ url: url(), headers: { cookie }, fetch: seenBy as never, maxItems }),
  ] as TRPCLink<AppRouter>[]
  return createTRPCClient<AppRouter>({ links })
}

type Client = ReturnType<typeof client>

/** @returns what came back, and every key that was put away before it was sent */
async function payAll(api: Client, calls: { key: string; orderId: string }[]) {
  const stored: string[] = []
  const answers = await Promise.all(
    calls.map(({ key, orderId }) =>
      api.checkout.pay.mutate(
        { orderId, version: 1, paymentMethod: 'pm_card_visa' },
        { context: { keyed: { key, store: () => stored.push(key) } } },
      ),
    ),
  )
  return { answers, stored }
}

const newCalls = async (count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, at) => ({
      // A UUID: the digits of a random number can be those of a card, and are refused then.
      key: `key-${at}-${randomUUID()}`,
      orderId: await product.newOrder(),
    })),
  )

const uuid = (shown: string) => shown.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')

async function expectOneChargeEach(calls: { key: string; orderId: string }[]): Promise<void> {
  for (const { key, orderId } of calls) {
    const of = `order_id = '${uuid(orderId)}'`
    const charges = await product.count(
      'charges',
      `idempotency_key IN (SELECT gateway_key FROM payment WHERE ${of})`,
    )
    const captures = await product.count('captures', `payment_id IN (SELECT id FROM payment WHERE ${of})`)
    const records = await product.count('records', `key = '${key}'`)
    expect([orderId, charges, captures, records]).toEqual([orderId, 1, 1, 1])
  }
}

const keysOf = ({ inputs }: Sent) => Object.values(inputs).map(({ key }) => key)

describe.each([
  ['httpBatchLink', httpBatchLink],
  ['F79 httpBatchStreamLink, which has no headers left when a result comes', httpBatchStreamLink],
] as const)('%s', (_name, last) => {
  it('F77 five payments, and two answers lost: five keys, the same over every try, in no header', async () => {
    const calls = await newCalls(5)
    lose = 2
    const { answers, stored } = await payAll(client(last), calls)
    const keys = calls.map(({ key }) => key)
    expect(sent).toHaveLength(7)
    expect(new Set(sent.flatMap(keysOf))).toEqual(new Set(keys))
    for (const request of sent) {
      expect(keysOf(request)).toHaveLength(1)
      expect(JSON.stringify(request.headers)).not.toMatch(/key-\d/)
    }
    // Stored before each send, also when another link sends again.
    expect(new Set(stored)).toEqual(new Set(keys))
    expect(answers.map(({ payment }) => payment.status)).toEqual(Array(5).fill('succeeded'))
    const executed = answers.filter(({ idempotency }) => idempotency.outcome === 'executed')
    expect(executed).toHaveLength(3)
    await expectOneChargeEach(calls)
  })

  it('F78 F79 a repeat and a new payment at once: each result says of itself how it came to be', async () => {
    const [old, fresh] = await newCalls(2)
    if (!old || !fresh) throw new Error('There are two calls.')
    const first = await payAll(client(last), [old])
    const { answers } = await payAll(client(last), [old, fresh])
    expect(sent).toHaveLength(3)
    expect(answers.map(({ idempotency }) => idempotency.outcome)).toEqual(['replayed', 'executed'])
    expect({ ...answers[0], idempotency: null }).toEqual({ ...first.answers[0], idempotency: null })
    await expectOneChargeEach([old, fresh])
  })

  it('F78 one call fails, and the other keeps its result', async () => {
    const [good, paid] = await newCalls(2)
    if (!good || !paid) throw new Error('There are two calls.')
    await payAll(client(last), [paid])
    sent = []
    const api = client(last)
    const pay = (key: string, orderId: string) =>
      api.checkout.pay.mutate(
        { orderId, version: 1, paymentMethod: 'pm_card_visa' },
        { context: { keyed: { key, store() {} } } },
      )
    const [ok, refused] = await Promise.allSettled([
      pay(good.key, good.orderId),
      pay(`another-${paid.key}`, paid.orderId),
    ])
    expect(sent).toHaveLength(2)
    expect(ok).toMatchObject({ status: 'fulfilled', value: { idempotency: { outcome: 'executed' } } })
    expect(refused.status).toBe('rejected')
    expect(problemOf((refused as PromiseRejectedResult).reason)).toMatchObject({
      kind: 'already-paid',
      safeNewKey: false,
    })
    await expectOneChargeEach([good, paid])
  })

  it('C16 a batch with the same payment twice is refused before anything; sent alone, it is one charge', async () => {
    const [call] = await newCalls(1)
    if (!call) throw new Error('There is a call.')
    const refused = await payAll(client(last, 5), [call, call]).catch(problemOf)
    expect(refused).toMatchObject({ kind: 'validation', safeNewKey: true })
    expect(sent).toHaveLength(1)
    expect(await product.count('records', `key = '${call.key}'`)).toBe(0)
    const { answers } = await payAll(client(last), [call, call])
    const outcomes = answers.map(({ idempotency }) => idempotency.outcome).sort()
    expect(outcomes[0]).toBe('executed')
    expect(['joined', 'replayed']).toContain(outcomes[1])
    expect({ ...answers[0], idempotency: null }).toEqual({ ...answers[1], idempotency: null })
    await expectOneChargeEach([call])
  })

  it('a payment beside other calls is refused, and none of them is executed', async () => {
    const [call] = await newCalls(1)
    if (!call) throw new Error('There is a call.')
    const api = client(last, 5)
    const results = await Promise.allSettled([
      payAll(api, [call]),
      api.checkout.held.mutate({ orderId: call.orderId, key: call.key, presses: 3 }),
    ])
    expect(sent).toHaveLength(1)
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    for (const { reason } of results as PromiseRejectedResult[]) {
      expect(problemOf(reason)?.detail).toBe(
        'Send checkout.pay alone, not in a batch. None of the calls was executed.',
      )
      expect(reason.data.httpStatus).toBe(400)
    }
    expect(await product.count('records', `key = '${call.key}'`)).toBe(0)
    expect((await payAll(client(last), [call])).answers[0]?.payment.status).toBe('succeeded')
  })
})

it.each([
  [5, 200],
  [6, 400],
  [100, 400],
])('a batch of %i reads is answered %i', async (count, status) => {
  const orderId = await product.newOrder()
  const path = Array(count).fill('checkout.order').join(',')
  const input = Object.fromEntries(Array.from({ length: count }, (_, n) => [n, { orderId }]))
  const answer = await product.call(
    `/api/trpc/${path}?batch=1&input=${encodeURIComponent(JSON.stringify(input))}`,
  )
  expect(answer.status).toBe(status)
})
