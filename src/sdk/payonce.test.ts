import { inspect } from 'node:util'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { Payonce } from './payonce'
import { API_KEY, caught, clientOf, inTurn, PAID, serve } from './testing'

afterEach(() => vi.unstubAllGlobals())

describe('the endpoints', () => {
  const item = { name: 'Tea', quantity: 1, unitAmount: 900 }
  const endpoints: [string, string, (client: Payonce) => Promise<unknown>][] = [
    ['POST', '/api/v1/orders', (client) => client.orders.create({ currency: 'EUR', items: [item] })],
    ['GET', '/api/v1/orders/ord_1', (client) => client.orders.get('ord_1')],
    [
      'POST',
      '/api/v1/payment-links',
      (client) => client.paymentLinks.create({ name: 'Tea', currency: 'EUR', amount: 900 }),
    ],
    ['GET', '/api/v1/payment-links/lnk_1', (client) => client.paymentLinks.get('lnk_1')],
    ['GET', '/api/v1/payment-links?limit=2', (client) => client.paymentLinks.list({ limit: 2 })],
    ['POST', '/api/v1/payment-links/lnk_1/pause', (client) => client.paymentLinks.pause('lnk_1')],
    ['POST', '/api/v1/payment-links/lnk_1/resume', (client) => client.paymentLinks.resume('lnk_1')],
    [
      'POST',
      '/api/v1/payments',
      (client) => client.payments.create({ orderId: 'ord_1', paymentMethod: 'pm_card_visa' }),
    ],
    ['GET', '/api/v1/payments/pay_1', (client) => client.payments.get('pay_1')],
    [
      'GET',
      '/api/v1/payments?limit=5&status=succeeded',
      (client) => client.payments.list({ limit: 5, status: 'succeeded' }),
    ],
    ['POST', '/api/v1/payments/pay_1/capture', (client) => client.payments.capture('pay_1')],
    ['POST', '/api/v1/payments/pay_1/void', (client) => client.payments.void('pay_1')],
    ['POST', '/api/v1/payments/pay_1/refunds', (client) => client.refunds.create('pay_1', { amount: 100 })],
    ['GET', '/api/v1/payments/pay_1/refunds', (client) => client.refunds.list('pay_1')],
    [
      'POST',
      '/api/v1/dry-run/orders',
      (client) => client.dryRun.createOrder({ currency: 'EUR', items: [item] }),
    ],
    [
      'POST',
      '/api/v1/dry-run/orders/ord_1',
      (client) => client.dryRun.changeOrder('ord_1', { items: [item] }),
    ],
    ['POST', '/api/v1/dry-run/orders/ord_1/cancel', (client) => client.dryRun.cancelOrder('ord_1')],
    [
      'POST',
      '/api/v1/dry-run/payments',
      (client) => client.dryRun.createPayment({ orderId: 'ord_1', paymentMethod: 'pm_card_visa' }),
    ],
    ['POST', '/api/v1/dry-run/payments/pay_1/capture', (client) => client.dryRun.capturePayment('pay_1')],
    ['POST', '/api/v1/dry-run/payments/pay_1/void', (client) => client.dryRun.voidPayment('pay_1')],
    ['POST', '/api/v1/dry-run/payments/pay_1/refunds', (client) => client.dryRun.createRefund('pay_1')],
    [
      'GET',
      '/api/v1/idempotency/payments.create/a%2Fb%20c',
      (client) => client.idempotency.get('payments.create', 'a/b c'),
    ],
    [
      'GET',
      '/api/v1/ledger/accounts?asOf=2026-11-24T00%3A00%3A00Z',
      (client) => client.ledger.accounts({ asOf: '2026-11-24T00:00:00Z' }),
    ],
    ['GET', '/api/v1/ledger/accounts/acc_1', (client) => client.ledger.account('acc_1')],
    ['GET', '/api/v1/ledger/transactions?limit=2', (client) => client.ledger.transactions({ limit: 2 })],
  ]
  test.each(endpoints)('%s %s', async (method, path, call) => {
    const { url, seen } = await serve(inTurn(PAID))
    await call(clientOf(url))
    expect(seen).toMatchObject([{ method, url: path, headers: { authorization: `Bearer ${API_KEY}` } }])
  })

  test('a dry run sends a key only if it is given, and a request in doubt is its answer', async () => {
    const problem = {
      type: '/problems/outcome-unknown',
      kind: 'outcome-unknown',
      title: 'Unknown',
      detail: 'Not known yet.',
      status: 409,
      retry: 'poll',
      safeNewKey: false,
    }
    const { url, seen } = await serve(() => ({ status: 409, body: problem }))
    const { dryRun } = clientOf(url)
    expect(await caught(dryRun.voidPayment('pay_1'))).toMatchObject({ kind: 'outcome-unknown', requests: 1 })
    await caught(dryRun.voidPayment('pay_1', { idempotencyKey: 'a key' }))
    expect(seen.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined, '"a key"'])
    expect(seen.map(({ body }) => body)).toEqual(['{}', '{}'])
  })

  test('an id cannot lead to another path', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    await clientOf(url).payments.get('../orders/ord_1?x#y')
    expect(seen[0]?.url).toBe('/api/v1/payments/..%2Forders%2Ford_1%3Fx%23y')
    expect(() => clientOf(url).payments.get('..')).toThrow(TypeError)
    expect(() => clientOf(url).payments.get('')).toThrow(TypeError)
  })

  test('a base address may have a path, and a slash at its end', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    await clientOf(`${url}/shop/`).payments.get('pay_1')
    expect(seen[0]?.url).toBe('/shop/api/v1/payments/pay_1')
  })
})

describe('lists', () => {
  test('are read page by page, to the end', async () => {
    const { url, seen } = await serve(({ url: asked }) => ({
      status: 200,
      body: asked.includes('cursor=next')
        ? { items: [{ id: 'pay_3' }], nextCursor: null }
        : { items: [{ id: 'pay_1' }, { id: 'pay_2' }], nextCursor: 'next' },
    }))
    const ids: string[] = []
    for await (const { items } of clientOf(url).payments.pages({ limit: 2 }))
      ids.push(...items.map(({ id }) => id))
    expect(ids).toEqual(['pay_1', 'pay_2', 'pay_3'])
    expect(seen.map((one) => one.url)).toEqual([
      '/api/v1/payments?limit=2',
      '/api/v1/payments?limit=2&cursor=next',
    ])
  })

  test('read no page that is not used', async () => {
    const { url, seen } = await serve(inTurn({ status: 200, body: { items: [], nextCursor: 'more' } }))
    for await (const _ of clientOf(url).ledger.transactionPages()) break
    expect(seen).toHaveLength(1)
  })
})

describe('the options', () => {
  const good = { apiKey: API_KEY, baseUrl: 'https://pay.example' }
  test.each([
    [undefined, /new Payonce\(\{ apiKey/],
    [{ baseUrl: good.baseUrl }, /apiKey is missing.*environment variable/],
    [{ ...good, apiKey: 'sk test' }, /printable ASCII/],
    [{ ...good, baseURL: good.baseUrl }, /no option baseURL\. .*baseUrl/],
    [{ ...good, baseUrl: undefined }, /a URL like https/],
    [{ ...good, fetch: 'node-fetch' }, /fetch must be a function/],
    [{ ...good, maxRetries: -1 }, /maxRetries must be a number of at least 0/],
    [{ ...good, timeoutMs: Number.NaN }, /timeoutMs must be a number of at least 1/],
    [{ ...good, backoff: { baseMs: 9, capMs: 1 } }, /backoff must be \{ baseMs, capMs \}/],
  ])('are checked when the client is built: %j', (options, message) => {
    expect(() => new Payonce(options as typeof good)).toThrow(TypeError)
    expect(() => new Payonce(options as typeof good)).toThrow(message)
  })
})

describe('the API key', () => {
  test.each([
    'http://pay.example',
    'http://localhost.evil.example',
    'ftp://127.0.0.1',
    'https://user:pw@pay.example',
    'nothing',
  ])('is not sent over %s', (baseUrl) => {
    expect(() => new Payonce({ apiKey: API_KEY, baseUrl })).toThrow(TypeError)
  })

  test.each(['https://pay.example', 'http://localhost:3000', 'http://127.0.0.1:3000', 'http://[::1]:3000'])(
    'may go to %s',
    (baseUrl) => {
      expect(new Payonce({ apiKey: API_KEY, baseUrl })).toBeInstanceOf(Payonce)
    },
  )

  test('is refused in a browser’s window, unless it is allowed', () => {
    vi.stubGlobal('window', { document: {} })
    const options = { apiKey: API_KEY, baseUrl: 'https://pay.example' }
    expect(() => new Payonce(options)).toThrow(/everyone who opens the page can read it/)
    expect(() => new Payonce(options)).not.toThrow(API_KEY)
    expect(new Payonce({ ...options, dangerouslyAllowBrowser: true })).toBeInstanceOf(Payonce)
  })

  test('is not in a client that is logged or serialised', () => {
    const client = clientOf('https://pay.example')
    expect(inspect(client, { depth: 9, showHidden: true })).not.toContain('sk_test')
    expect(JSON.stringify(client)).not.toContain('sk_test')
  })

  test('is not in the error that refuses it', () => {
    const apiKey = `${API_KEY}\n`
    const error = (() => {
      try {
        return new Payonce({ apiKey, baseUrl: 'https://pay.example' })
      } catch (thrown) {
        return thrown
      }
    })()
    expect(error).toBeInstanceOf(TypeError)
    expect(inspect(error)).not.toContain(API_KEY)
  })

  test('is not in an error, even if the server or the network repeats it', async () => {
    const echo = {
      kind: 'validation',
      title: 'Wrong',
      detail: `You sent ${API_KEY}`,
      retry: 'no',
      safeNewKey: true,
      echoed: { authorization: API_KEY },
    }
    const { url } = await serve(inTurn({ status: 400, body: echo }))
    const refused = await caught(clientOf(url).payments.get('pay_1'))
    expect(inspect(refused, { depth: 9 })).not.toContain(API_KEY)
    const broken = () =>
      Promise.reject(new TypeError(`bad header Bearer ${API_KEY}`, { cause: new Error(API_KEY) }))
    const failed = await caught(clientOf(url, { fetch: broken, maxRetries: 0 }).payments.get('pay_1'))
    expect(inspect(failed, { depth: 9 })).toContain('bad header')
    expect(inspect(failed, { depth: 9 })).not.toContain(API_KEY)
  })
})

test('a limit that is no number is refused', () => {
  for (const limit of [{ timeoutMs: Number.NaN }, { timeoutMs: 0 }, { maxRetries: -1 }, { sendTimeoutMs: 0 }])
    expect(() => new Payonce({ apiKey: API_KEY, baseUrl: 'https://pay.example', ...limit })).toThrow(
      TypeError,
    )
})
