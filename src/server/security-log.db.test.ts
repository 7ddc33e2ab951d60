import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createOperator } from '@/access/operator'
import { openLog } from '@/platform/log'
import { openMetrics } from '@/platform/telemetry'
import { createApi } from './api'
import { openTestProduct, type TestProduct } from './testing/product'

const PAN = '4242424242424242'
const PASSWORD = 'a long password of hers'
const METRICS_TOKEN = 'only-prometheus-knows-this'

let product: TestProduct
let app: ReturnType<typeof createApi>
let written: string[] = []
const token = () => product.newApiKey({ scopes: ['payments:read'] })

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_METRICS_TOKEN: METRICS_TOKEN })
  const log = openLog('info', 'payonce-web', { write: (line: string) => void written.push(line) })
  app = createApi({ ...product.deps, log, metrics: openMetrics() })
  const person = {
    email: 'mia@shop.example',
    password: PASSWORD,
    name: 'Mia',
    merchantId: product.merchantId,
  }
  await createOperator(product.deps.auth, person)
}, 60_000)
afterAll(() => product?.close())
beforeEach(() => {
  written = []
})

const events = () => written.map((line) => JSON.parse(line)).filter(({ event }) => event)

async function send(
  path: string,
  init: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const { body, ...rest } = init
  const request = new Request(`http://localhost:3000${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    ...rest,
    headers: {
      host: 'localhost:3000',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...rest.headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return app.fetch(request, { incoming: { socket: { remoteAddress: '203.0.113.9' } } })
}

describe('each event of security has a line in the log', () => {
  it('an API key that is none', async () => {
    const answer = await send('/api/v1/payments', { headers: { authorization: 'Bearer sk_test_wrong' } })
    expect(answer.status).toBe(401)
    expect(events()).toMatchObject([
      {
        event: 'access.refused',
        level: 40,
        path: '/api/v1/payments',
        method: 'GET',
        status: 401,
        address: '203.0.113.9',
        requestId: answer.headers.get('request-id'),
      },
    ])
  })

  it('a scope that the key lacks', async () => {
    await send('/api/v1/payments', {
      headers: { authorization: `Bearer ${await token()}`, 'idempotency-key': 'no-right' },
      body: { amount: 1, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    })
    expect(events()).toMatchObject([{ event: 'permission.refused', status: 403 }])
  })

  it('a call that is refused in a streamed answer, whose status is 200', async () => {
    for (const headers of [{ 'trpc-accept': 'application/jsonl' }, { accept: 'application/jsonl' }]) {
      written = []
      const answer = await send('/api/trpc/operator.current?batch=1&input=%7B%7D', { headers })
      expect(answer.status).toBe(200)
      expect(await answer.text()).toContain('Sign in first.')
      await vi.waitFor(() =>
        expect(events()).toMatchObject([{ event: 'access.refused', address: '203.0.113.9' }]),
      )
    }
  })

  it('a key that was used with another payload, and not the key', async () => {
    const all = await product.newApiKey()
    for (const amount of [100, 200])
      await send('/api/v1/payments', {
        headers: { authorization: `Bearer ${all}`, 'idempotency-key': 'canary-key-17' },
        body: { amount, currency: 'EUR', paymentMethod: 'pm_card_visa' },
      })
    expect(events()).toMatchObject([{ event: 'key.conflict', status: 422 }])
    expect(written.join('')).not.toContain('canary-key-17')
  })

  it('a card number, over REST and tRPC, and not the number', async () => {
    await send('/api/v1/orders', {
      headers: { authorization: `Bearer ${await product.newApiKey()}`, 'idempotency-key': 'o' },
      body: { currency: 'EUR', items: [{ name: PAN, quantity: 1, unitAmount: 1 }] },
    })
    await send('/api/trpc/checkout.pay', { body: { orderId: PAN } })
    expect(events()).toMatchObject([
      { event: 'card-number.refused', path: '/api/v1/orders' },
      { event: 'card-number.refused', path: '/api/trpc/checkout.pay' },
    ])
    expect(written.join('')).not.toContain(PAN)
  })

  it('a page of another site', async () => {
    const headers = { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' }
    await send('/api/trpc/checkout.pay', { headers, body: {} })
    expect(events().map(({ event }) => event)).toEqual(['origin.refused'])
  })

  it('a procedure without a session', async () => {
    await send('/api/trpc/payments.overview')
    expect(events()).toMatchObject([{ event: 'access.refused', path: '/api/trpc/payments.overview' }])
  })

  it('a sign-in, a wrong password and a sign-out, without address or password', async () => {
    const signIn = (password: string) =>
      send('/api/auth/sign-in/email', {
        headers: { origin: 'http://localhost:3000' },
        body: { email: 'mia@shop.example', password },
      })
    await signIn('not her password')
    const cookie = (await signIn(PASSWORD)).headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ')
    await send('/api/auth/sign-out', { headers: { origin: 'http://localhost:3000', cookie }, body: {} })
    expect(events().map(({ event, level }) => [event, level])).toEqual([
      ['sign-in.failed', 40],
      ['sign-in.succeeded', 30],
      ['sign-out', 30],
    ])
    expect(written.join('')).not.toMatch(/mia@|password of hers|session_token=[^[]/)
  })

  it('too many declined cards for one order are a limit like any other, from a page and from a program', async () => {
    const orderId = await product.newOrder()
    const tries = (key: string) =>
      send('/api/v1/payments', {
        headers: { authorization: `Bearer ${secret}`, 'idempotency-key': key },
        body: { orderId, paymentMethod: 'pm_card_declined' },
      })
    const secret = await product.newApiKey({ scopes: ['payments:write'] })
    for (let n = 0; n < 10; n += 1) await tries(`declined-${n}`)
    written = []
    expect((await tries('one-too-many')).status).toBe(429)
    const input = { key: 'page', orderId, version: 1, paymentMethod: 'pm_card_declined' }
    expect((await send('/api/trpc/checkout.pay', { body: input })).status).toBe(429)
    expect(events()).toMatchObject([
      { event: 'limit.reached', path: '/api/v1/payments', status: 429 },
      { event: 'limit.reached', path: '/api/trpc/checkout.pay', status: 429 },
    ])
  })

  it('a form that is refused in words is a limit that was reached', async () => {
    const place = async () =>
      app.fetch(
        new Request('http://localhost:3000/api/shop/orders', {
          method: 'POST',
          headers: { host: 'localhost:3000', origin: 'http://localhost:3000' },
          body: new URLSearchParams({ sku: 'none' }),
        }),
        { incoming: { socket: { remoteAddress: '203.0.113.9' } } },
      )
    vi.spyOn(product.deps.shopperLimits, 'orderWait').mockReturnValueOnce(30)
    const answer = await place()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([429, expect.stringMatching(/^text/)])
    expect(events()).toMatchObject([{ event: 'limit.reached' }])
  })

  it('a limit, and nothing for a request that succeeds', async () => {
    for (let tries = 0; tries < 11; tries += 1)
      await send('/api/auth/sign-in/email', { body: { email: 'x@y.example', password: 'a wrong password' } })
    expect(events().some(({ event }) => event === 'limit.reached')).toBe(true)
    written = []
    expect((await send('/api/health')).status).toBe(200)
    expect(
      (await send('/api/v1/payments', { headers: { authorization: `Bearer ${await token()}` } })).status,
    ).toBe(200)
    expect(written).toEqual([])
  })
})

describe('what is open to everybody', () => {
  it('health and readiness say their status and no more', async () => {
    expect(await (await send('/api/health')).json()).toEqual({ status: 'ok' })
    expect(await (await send('/api/ready')).json()).toEqual({ status: 'ready' })
  })

  it('the metrics are for the bearer of their token', async () => {
    const refused = await send('/api/metrics')
    expect(refused.status).toBe(401)
    expect(await refused.text()).not.toContain('payonce_')
    const headers = { authorization: `Bearer ${METRICS_TOKEN}` }
    const allowed = await send('/api/metrics', { headers })
    expect(allowed.status).toBe(200)
    expect(await allowed.text()).toContain('payonce_security_events_total')
  })

  it('without a token the metrics do not exist for others', async () => {
    const open = createApi({
      ...product.deps,
      metrics: openMetrics(),
      env: { ...product.deps.env, PAYONCE_METRICS_TOKEN: undefined },
    })
    const ask = (remoteAddress: string) =>
      open.fetch(new Request('http://localhost/api/metrics', { headers: { host: 'localhost' } }), {
        incoming: { socket: { remoteAddress } },
      } as never)
    expect((await ask('203.0.113.9')).status).toBe(404)
    expect((await ask('127.0.0.1')).status).toBe(200)
  })
})
