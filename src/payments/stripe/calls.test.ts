import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type Stripe from 'stripe'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '@/setup/process/port'
import { type CallsHost, StripeCalls } from './calls'

/** What counts as an answer of Stripe. The server here says whatever it is told to; it never is Stripe. */
type Say = (response: http.ServerResponse, nth: number) => void

let server: http.Server
let port: number
let say: Say
let asked: http.IncomingHttpHeaders[]

beforeAll(async () => {
  server = http.createServer((request, response) => {
    request.resume()
    asked.push(request.headers)
    say(response, asked.length)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  asked = []
})

const INTENT = { id: 'pi_1', object: 'payment_intent', status: 'requires_payment_method' }
const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Say =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
const refusing = (status: number, error: object) =>
  json({ error: { type: 'invalid_request_error', ...error } }, status)

const ask = async (timeoutMs = 2_000, at = port, host?: CallsHost) => {
  const address = { host: '127.0.0.1', port: at, protocol: 'http' } as const
  const calls = new StripeCalls({ secretKey: 'sk_test_secret', address, perSecond: 1_000 }, host)
  return calls.ask<Stripe.PaymentIntent>(
    {
      endpoint: 'create',
      idempotencyKey: 'k1:create',
      isAnswer: ({ object, id }) => object === 'payment_intent' && id === 'pi_1',
      send: (stripe, options) => stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, options),
    },
    calls.deadline(timeoutMs),
  )
}

describe('positive control', () => {
  it('a whole answer of the object that was asked for is one, sent once, with our key and our API version', async () => {
    say = json(INTENT)
    expect(await ask()).toMatchObject({ kind: 'answered', value: { id: 'pi_1' }, replayed: false })
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({
      'idempotency-key': 'k1:create',
      'stripe-version': '2026-10-28.endive',
      authorization: 'Bearer sk_test_secret',
    })
    expect(asked[0]).not.toHaveProperty('x-stripe-client-telemetry')
  })

  it('an answer that was given before says so', async () => {
    say = json(INTENT, 200, { 'idempotent-replayed': 'true' })
    expect(await ask()).toMatchObject({ kind: 'answered', replayed: true })
  })
})

describe('doubt, after one request', () => {
  it.each<[string, Say]>([
    ['500 with JSON that is no error', json({ message: 'oops' }, 500)],
    ['500 with the right object', json(INTENT, 500)],
    ['502 with an empty object', json({}, 502)],
    ['502 with HTML', (response) => response.writeHead(502).end('<html>')],
    ['200 with HTML', (response) => response.writeHead(200).end('<html>')],
    ['200 with nothing', (response) => response.writeHead(200).end()],
    ['200 with null', json(null)],
    ['200 with another object', json({ ...INTENT, object: 'charge' })],
    ['200 with another id', json({ ...INTENT, id: 'pi_2' })],
    ['201', json(INTENT, 201)],
    ['a redirect to ourselves', json({}, 307, { location: '/v1/payment_intents' })],
    ['500 of Stripe', json({ error: { type: 'api_error' } }, 500)],
    ['401', refusing(401, { message: 'Invalid API Key provided: sk_test_secret' })],
    ['403', refusing(403, {})],
    ['another request under the key', json({ error: { type: 'idempotency_error' } }, 400)],
    ['a refusal that is not Stripe’s', json({ error: 'nginx' }, 404)],
    ['a connection that breaks', (response) => void response.destroy()],
    [
      'an answer that breaks off, whole JSON so far',
      (response) => {
        response.writeHead(200, { 'content-length': '1000' }).write(JSON.stringify(INTENT))
        setTimeout(() => response.destroy(), 20)
      },
    ],
    [
      'an answer that goes on without an end',
      (response) => {
        const more = () => {
          while (!response.destroyed && response.write(' '.repeat(1024 * 1024)));
          if (!response.destroyed) response.once('drain', more)
        }
        response.writeHead(200)
        more()
      },
    ],
    [
      'another protocol',
      ({ socket }) =>
        void socket?.end('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: other\r\n\r\n'),
    ],
  ])('%s', async (_, answer) => {
    say = answer
    const call = await ask()
    expect(call).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) })
    expect(JSON.stringify(call)).not.toContain('sk_test_secret')
    expect(asked).toHaveLength(1)
  })

  it('a connection that was kept, and breaks when it is used again: one request', async () => {
    const address = { host: '127.0.0.1', port, protocol: 'http' } as const
    const calls = new StripeCalls({ secretKey: 'sk_test_secret', address, perSecond: 1_000 })
    const once = () =>
      calls.ask<Stripe.PaymentIntent>(
        {
          endpoint: 'create',
          isAnswer: () => true,
          send: (stripe, options) => stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, options),
        },
        calls.deadline(2_000),
      )
    const used = new Set<unknown>()
    say = (response, nth) => {
      used.add(response.socket)
      if (nth === 1) json(INTENT)(response, nth)
      else response.socket?.resetAndDestroy()
    }
    expect([await once(), await once()]).toMatchObject([{ kind: 'answered' }, { kind: 'unknown' }])
    expect([asked.length, used.size]).toEqual([2, 1])
  })

  it('nobody listens', async () => {
    expect(await ask(2_000, await freePort())).toMatchObject({ kind: 'unknown' })
  })

  it('an answer that trickles ends with the deadline, although bytes keep coming', async () => {
    say = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' })
      const timer = setInterval(() => response.write(' '), 50)
      response.on('close', () => clearInterval(timer))
    }
    const before = performance.now()
    expect(await ask(400)).toMatchObject({ kind: 'unknown' })
    expect(performance.now() - before).toBeLessThan(2_000)
    expect(asked).toHaveLength(1)
  })
})

describe('a refusal is an answer of its own', () => {
  it('with status, code and parameter, and never Stripe’s text', async () => {
    say = refusing(400, { code: 'amount_too_small', param: 'amount', message: 'sk_test_secret' })
    expect(await ask()).toEqual({ kind: 'refused', status: 400, code: 'amount_too_small', param: 'amount' })
    say = json({ error: { type: 'card_error', code: 'card_declined' } }, 402)
    expect(await ask()).toMatchObject({ kind: 'refused', status: 402 })
  })
})

describe('what Stripe did not begin', () => {
  it.each([
    [429, 'rate_limit'],
    [429, 'lock_timeout'],
    [409, 'idempotency_key_in_use'],
  ])('%d %s is sent again with the same key, until it is answered', async (status, code) => {
    say = (response, nth) => (nth < 3 ? refusing(status, { code }) : json(INTENT))(response, nth)
    expect(await ask()).toMatchObject({ kind: 'answered' })
    expect(asked.map((headers) => headers['idempotency-key'])).toEqual(Array(3).fill('k1:create'))
  })

  it('is doubt at the deadline, with its reason', async () => {
    say = refusing(429, { code: 'rate_limit' })
    let now = 0
    const pause = async (ms: number) => {
      now += ms
    }
    expect(await ask(5_000, port, { fetch, now: () => now, pause })).toEqual({
      kind: 'unknown',
      reason: 'not sent: Stripe answered 429 rate_limit',
    })
    // After 0, 100, 300, 700, 1,500, 3,100 and 4,700 ms.
    expect(asked).toHaveLength(7)
  })

  it('nor do we, when its endpoint has had as many requests as it takes', async () => {
    say = json(INTENT)
    const address = { host: '127.0.0.1', port, protocol: 'http' } as const
    const host = { fetch, now: () => 0, pause: async () => {} }
    const calls = new StripeCalls({ secretKey: 'rk_test_1', address, perSecond: 1 }, host)
    const one = (endpoint: 'create' | 'cancel') =>
      calls.ask<Stripe.PaymentIntent>(
        {
          endpoint,
          isAnswer: () => true,
          send: (stripe, options) => stripe.paymentIntents.create({ amount: 1, currency: 'eur' }, options),
        },
        calls.deadline(999),
      )
    const answers = await Promise.all([one('create'), one('create'), one('create'), one('cancel')])
    expect(answers.map(({ kind }) => kind)).toEqual(['answered', 'unknown', 'unknown', 'answered'])
    expect(asked).toHaveLength(2)
  })
})

it.each(['sk_live_1', 'rk_live_1', 'pk_test_1', ''])(
  '%s is not sent to another address than Stripe’s',
  (secretKey) => {
    const address = { host: '127.0.0.1', port: 1, protocol: 'http' } as const
    expect(() => new StripeCalls({ secretKey, address })).toThrow('only test keys')
  },
)
