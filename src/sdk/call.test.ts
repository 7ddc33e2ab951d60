import { getEventListeners } from 'node:events'
import { describe, expect, test, vi } from 'vitest'
import type { Attempt } from './call'
import {
  AlreadyPaid,
  ConnectionFailed,
  Declined,
  Forbidden,
  InvalidRequest,
  KeyReused,
  OutcomeUnknown,
  PayonceError,
  RateLimited,
  Unauthorized,
} from './errors'
import type { NewPayment } from './resources'
import { BUSY, caught, clientOf, DOWN, inTurn, PAID, problem, type Reply, serve, UNKNOWN } from './testing'

const PAYMENT: NewPayment = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

describe('the key', () => {
  test('is minted before the first request, sent as a quoted String, and is on the result', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const payment = await clientOf(url).payments.create(PAYMENT)
    expect(payment).toMatchObject({ id: 'pay_1', amount: 2400 })
    expect(payment.idempotency.key).toMatch(UUID)
    expect(seen[0]?.headers['idempotency-key']).toBe(`"${payment.idempotency.key}"`)
  })

  test('and the bytes of the body are the same in every request of a call, whatever the caller does to its object', async () => {
    const { url, seen } = await serve(
      inTurn('cut', DOWN, BUSY, UNKNOWN, { status: 502, body: '<html>' }, PAID),
    )
    const body = { ...PAYMENT, metadata: { cart: '7' } }
    const call = clientOf(url).payments.create(body)
    body.metadata.cart = 'changed'
    const { idempotency } = await call
    expect(idempotency.requests).toBe(6)
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([`"${idempotency.key}"`]),
    )
    expect(new Set(seen.map((one) => one.body))).toEqual(
      new Set([JSON.stringify({ ...PAYMENT, metadata: { cart: '7' } })]),
    )
  })

  test('is another one for another call', async () => {
    const { url } = await serve(inTurn(PAID))
    const client = clientOf(url)
    const [one, two] = await Promise.all([client.payments.create(PAYMENT), client.payments.create(PAYMENT)])
    expect(one.idempotency.key).not.toBe(two.idempotency.key)
  })

  test('of an intent is the same in every process, whatever the contents, and another one for another resource', async () => {
    const { url, seen } = await serve(inTurn(PAID, PAID, PAID, PAID))
    const keys = []
    for (const [amount, intentId] of [
      [2400, 'task_7'],
      [2500, 'task_7'],
      [2400, 'task_8'],
    ] as const) {
      const { idempotency } = await clientOf(url).payments.create({ ...PAYMENT, amount }, { intentId })
      keys.push(idempotency.key)
    }
    const { idempotency } = await clientOf(url).refunds.create('pay_1', {}, { intentId: 'task_7' })
    // Fixed: a key that changed with a version of the SDK would let an intent be done twice.
    expect(keys[0]).toBe('intent-CGFO7yk9tBG8U1T1h2eZoGjUN1kCzT3xf5-3W2stbPQ')
    expect([keys[1] === keys[0], new Set([...keys, idempotency.key]).size]).toEqual([true, 3])
    expect(seen[0]?.headers['idempotency-key']).toBe(`"${keys[0]}"`)
  })

  test('of the contents is the same for equal contents, in any order of members, and is taken only where it was asked for', async () => {
    const { url } = await serve(inTurn(PAID))
    const keyOf = async (payment: object) => {
      const made = await clientOf(url).payments.create(payment as NewPayment, { dangerouslyDeriveKey: true })
      return made.idempotency.key
    }
    const key = await keyOf({ ...PAYMENT, metadata: { a: '1', b: '2' } })
    expect(key).toMatch(/^contents-[\w-]{43}$/)
    expect(await keyOf({ metadata: { b: '2', a: '1' }, description: undefined, ...PAYMENT })).toBe(key)
    expect(await keyOf({ ...PAYMENT, metadata: { a: '1', b: '3' } })).not.toBe(key)
    expect(
      await keyOf({
        ...PAYMENT,
        metadata: [
          ['a', '1'],
          ['b', '2'],
        ],
      }),
    ).not.toBe(key)
  })

  test('of an intent may have been sent before: a refusal of this call does not free it', async () => {
    const { url } = await serve(inTurn(problem('unauthorized', 401, 'after-fixing', true)))
    const call = (options: object) => caught(clientOf(url).payments.create(PAYMENT, options))
    expect(await call({ intentId: 'task_7' })).toMatchObject({ safeNewKey: false })
    expect(await call({ dangerouslyDeriveKey: true })).toMatchObject({ safeNewKey: false })
    expect(await call({})).toMatchObject({ safeNewKey: true })
  })

  test.each([
    [{ intentId: '' }, /intentId names what is wanted once/],
    [{ intentId: ' ' }, /intentId names/],
    [{ intentId: 'x'.repeat(1_001) }, /1 to 1000 characters/],
    [{ intentId: 7 }, /intentId names/],
    [{ intentId: 'task_7', idempotencyKey: 'mine' }, /idempotencyKey or intentId, not both/],
    [{ intentId: 'task_7', dangerouslyDeriveKey: true }, /not both/],
    [{ dangerouslyDeriveKey: 'yes' }, /is true, or left out/],
  ])('is not made of %j: nothing is sent', async (options, message) => {
    const { url, seen } = await serve(inTurn(PAID))
    const error = await caught(clientOf(url).payments.create(PAYMENT, options as object))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toMatch(message)
    expect(seen).toEqual([])
  })

  test('may be the program’s own, with its quotes and backslashes escaped', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const payment = await clientOf(url).payments.create(PAYMENT, { idempotencyKey: 'cart "7" \\ 1' })
    expect(payment.idempotency.key).toBe('cart "7" \\ 1')
    expect(seen[0]?.headers['idempotency-key']).toBe('"cart \\"7\\" \\\\ 1"')
  })

  test.each(['', 'x'.repeat(256), 'a\nb', 'schlüssel'])(
    'that no server accepts is refused before anything is sent: %j',
    async (idempotencyKey) => {
      const { url, seen } = await serve(inTurn(PAID))
      await expect(clientOf(url).payments.create(PAYMENT, { idempotencyKey })).rejects.toBeInstanceOf(
        TypeError,
      )
      expect(seen).toHaveLength(0)
    },
  )

  test('is given to the program, and stored, before it is sent', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const kept: string[] = []
    const beforeSend = async (key: string) => {
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(seen).toHaveLength(0)
      kept.push(key)
    }
    const payment = await clientOf(url).payments.create(PAYMENT, { beforeSend })
    expect(kept).toEqual([payment.idempotency.key])
  })

  test('that could not be stored is never sent', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const beforeSend = () => Promise.reject(new Error('disk full'))
    await expect(clientOf(url).payments.create(PAYMENT, { beforeSend })).rejects.toThrow('disk full')
    expect(seen).toHaveLength(0)
  })
})

describe('retries', () => {
  const passing: [string, Reply][] = [
    ['a cut connection', 'cut'],
    ['409 in-progress', BUSY],
    ['429', problem('rate-limited', 429, 'same-key', false)],
    ['500', problem('internal', 500, 'same-key', false)],
    ['503', DOWN],
    ['502 from a proxy', { status: 502, body: '<html>Bad gateway</html>' }],
    ['a good status with half a body', { status: 200, body: '{"id":"pay_' }],
    ['an unknown outcome', UNKNOWN],
  ]
  test.each(passing)('after %s the same request is sent again', async (_, reply) => {
    const { url, seen } = await serve(inTurn(reply, PAID))
    expect(await clientOf(url).payments.create(PAYMENT)).toMatchObject({
      id: 'pay_1',
      idempotency: { requests: 2 },
    })
    expect(seen).toHaveLength(2)
  })

  test('after a request that took too long the same one is sent again', async () => {
    const { url, seen } = await serve(inTurn('hang', PAID))
    expect(await clientOf(url, { sendTimeoutMs: 60 }).payments.create(PAYMENT)).toMatchObject({ id: 'pay_1' })
    expect(seen).toHaveLength(2)
  })

  const final: [string, Reply][] = [
    ['402', problem('payment-declined', 402, 'no', true)],
    ['500 that must not be repeated', problem('record-damaged', 500, 'no', false)],
    ['502 not charged', problem('not-charged', 502, 'no', true)],
    ['404 from a proxy', { status: 404, body: 'nothing here' }],
    ['a redirect, which is not followed', { status: 307, headers: { location: '/elsewhere' } }],
  ]
  test.each(final)('after %s nothing is sent again', async (_, reply) => {
    const { url, seen } = await serve(inTurn(reply))
    await expect(clientOf(url).payments.create(PAYMENT)).rejects.toBeInstanceOf(PayonceError)
    expect(seen).toHaveLength(1)
  })

  test('Retry-After is the least pause: in seconds, as a date, or in the problem itself', async () => {
    const date = () => new Date(Date.now() + 2_000).toUTCString()
    const replies: Reply[] = [
      { status: 503, body: 'down', headers: { 'retry-after': '1' } },
      { status: 503, body: 'down', headers: { 'retry-after': date() } },
      problem('unavailable', 503, 'same-key', false, { retryAfterSeconds: 1 }),
    ]
    const pauses = replies.map(async (reply) => {
      const { url } = await serve(inTurn(reply, PAID))
      const attempts: Attempt[] = []
      await clientOf(url, { timeoutMs: 8_000 }).payments.create(PAYMENT, {
        onAttempt: (attempt) => attempts.push(attempt),
      })
      return attempts[0]?.pauseMs ?? 0
    })
    const [seconds = 0, at = 0, inProblem = 0] = await Promise.all(pauses)
    expect(seconds).toBeGreaterThanOrEqual(1_000)
    expect(seconds).toBeLessThanOrEqual(1_010)
    // An HTTP date knows whole seconds only.
    expect(at).toBeGreaterThan(700)
    expect(inProblem).toBeGreaterThanOrEqual(1_000)
  })

  test('a pause that would end after the budget is not begun', async () => {
    const { url } = await serve(
      inTurn(problem('unavailable', 503, 'same-key', false, { retryAfterSeconds: 60 })),
    )
    const began = Date.now()
    const error = await caught<PayonceError>(clientOf(url).payments.create(PAYMENT))
    expect(error).toMatchObject({
      kind: 'unavailable',
      status: 503,
      retry: 'same-key',
      safeNewKey: false,
      requests: 1,
    })
    expect(Date.now() - began).toBeLessThan(1_000)
  })

  test('maxRetries ends them', async () => {
    const { url, seen } = await serve(inTurn(DOWN))
    await caught(clientOf(url, { maxRetries: 2 }).payments.create(PAYMENT))
    expect(seen).toHaveLength(3)
  })

  test('onAttempt is called for each one, with the pause that follows', async () => {
    const { url } = await serve(inTurn('cut', DOWN, PAID))
    const attempts: Attempt[] = []
    const { idempotency } = await clientOf(url).payments.create(PAYMENT, {
      onAttempt: (attempt) => attempts.push(attempt),
    })
    expect(attempts).toMatchObject([
      { number: 1, key: idempotency.key, status: null, kind: null },
      { number: 2, key: idempotency.key, status: 503, kind: 'unavailable' },
      { number: 3, key: idempotency.key, status: 201, kind: null, pauseMs: null },
    ])
    expect(attempts[0]?.pauseMs).toBeLessThanOrEqual(10)
  })

  test('a read is sent again too', async () => {
    const { url, seen } = await serve(inTurn('cut', DOWN, { status: 200, body: { id: 'pay_1' } }))
    expect(await clientOf(url).payments.get('pay_1')).toEqual({ id: 'pay_1' })
    expect(seen[0]).toMatchObject({ method: 'GET', url: '/api/v1/payments/pay_1', body: '' })
    expect(seen[0]?.headers['idempotency-key']).toBeUndefined()
  })
})

describe('an unknown outcome', () => {
  test('is asked about with the same key until the time is over, and then thrown with the key', async () => {
    const { url, seen } = await serve(inTurn(UNKNOWN))
    const error = await caught<OutcomeUnknown>(
      clientOf(url, { timeoutMs: 250, maxRetries: 1 }).payments.create(PAYMENT),
    )
    expect(error).toBeInstanceOf(OutcomeUnknown)
    expect(error).toMatchObject({
      retry: 'poll',
      safeNewKey: false,
      statusUrl: '/api/v1/idempotency/payments.create/k',
    })
    expect(error.key).toMatch(UUID)
    expect(seen.length).toBeGreaterThan(3)
    expect(new Set(seen.map(({ headers }) => headers['idempotency-key']))).toEqual(
      new Set([`"${error.key}"`]),
    )
  })

  test('stays unknown when the connection is lost after it', async () => {
    const { url } = await serve(inTurn(UNKNOWN, 'cut'))
    expect(await caught(clientOf(url, { maxRetries: 2 }).payments.create(PAYMENT))).toBeInstanceOf(
      OutcomeUnknown,
    )
  })
})

describe('results', () => {
  test('name a replay, its first execution and when it expires', async () => {
    const headers = {
      'idempotent-replayed': 'true',
      'idempotency-first-executed': '2026-11-24T10:00:00Z',
      'idempotency-key-expires': '2026-12-24T10:00:00Z',
    }
    const { url } = await serve(inTurn({ status: 201, body: { id: 'pay_1' }, headers }))
    expect((await clientOf(url).payments.create(PAYMENT)).idempotency).toMatchObject({
      replayed: true,
      firstExecutedAt: '2026-11-24T10:00:00Z',
      expiresAt: '2026-12-24T10:00:00Z',
      requests: 1,
    })
  })

  test('a payment that needs its customer is a value', async () => {
    const body = {
      id: 'pay_1',
      status: 'requires_action',
      nextAction: { type: 'redirect', url: 'https://bank.example/3ds' },
    }
    const { url } = await serve(inTurn({ status: 202, body }))
    expect(await clientOf(url).payments.create(PAYMENT)).toMatchObject(body)
  })

  test('waitSeconds asks the server to wait, up to its limit', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    await clientOf(url).payments.create(PAYMENT, { waitSeconds: 12 })
    await clientOf(url).payments.create(PAYMENT, { waitSeconds: 99 })
    expect(seen.map(({ headers }) => headers.prefer)).toEqual(['wait=12', 'wait=30'])
  })
})

describe('errors', () => {
  const kinds: [new (...args: never[]) => PayonceError, Reply, object][] = [
    [
      Declined,
      problem('payment-declined', 402, 'no', true, { declineCode: 'insufficient_funds' }),
      { declineCode: 'insufficient_funds', safeNewKey: true },
    ],
    [Declined, problem('refund-declined', 402, 'no', true), { safeNewKey: true }],
    [
      AlreadyPaid,
      problem('already-paid', 409, 'no', false, { payment: 'pay_9', paymentUrl: '/p' }),
      { payment: 'pay_9', paymentUrl: '/p', safeNewKey: false },
    ],
    [KeyReused, problem('key-reused', 422, 'no', true, { differs: ['/amount'] }), { differs: ['/amount'] }],
    [
      InvalidRequest,
      problem('validation', 400, 'after-fixing', true, { errors: [{ pointer: '/amount', detail: 'x' }] }),
      { errors: [{ pointer: '/amount', detail: 'x' }] },
    ],
    [
      RateLimited,
      problem('rate-limited', 429, 'same-key', false, { retryAfterSeconds: 9 }),
      { retryAfterSeconds: 9, safeNewKey: false },
    ],
    [Unauthorized, problem('unauthorized', 401, 'after-fixing', true), { status: 401 }],
    [
      Forbidden,
      problem('forbidden', 403, 'no', true, { requiredScope: 'payments:write' }),
      { requiredScope: 'payments:write' },
    ],
  ]
  test.each(kinds)(
    '%o is a class to branch on, with all facts of the problem',
    async (Class, reply, facts) => {
      const { url } = await serve(inTurn(reply))
      const error = await caught<PayonceError>(clientOf(url).payments.create(PAYMENT))
      expect(error).toBeInstanceOf(Class)
      expect(error).toBeInstanceOf(PayonceError)
      expect(error).toBeInstanceOf(Error)
      expect(error).toMatchObject({ name: Class.name, requestId: 'req_1', detail: 'Words.', ...facts })
      expect(error.problem).toEqual((reply as { body: object }).body)
      expect(error.key).toMatch(UUID)
    },
  )

  test('a kind that this version does not know is a PayonceError with its kind', async () => {
    const { url } = await serve(inTurn(problem('constructor', 418, 'no', true)))
    const error = await caught<PayonceError>(clientOf(url).payments.create(PAYMENT))
    expect(error.constructor).toBe(PayonceError)
    expect(error.kind).toBe('constructor')
  })

  test('no answer to the end: it may have been charged, and a new key is not safe', async () => {
    const { url } = await serve(inTurn('cut'))
    const error = await caught<ConnectionFailed>(clientOf(url, { maxRetries: 2 }).payments.create(PAYMENT))
    expect(error).toBeInstanceOf(ConnectionFailed)
    expect(error).toMatchObject({
      kind: 'connection-failed',
      status: null,
      retry: 'same-key',
      safeNewKey: false,
      requests: 3,
      problem: null,
    })
    expect(error.message).toContain('ask with the same key')
  })

  test('a refusal before the key is read does not free a key that may have been sent before; a decline does', async () => {
    const refused = await serve(inTurn('cut', problem('unauthorized', 401, 'after-fixing', true)))
    expect(await caught(clientOf(refused.url).payments.create(PAYMENT))).toMatchObject({
      kind: 'unauthorized',
      safeNewKey: false,
    })
    const declined = await serve(inTurn('cut', problem('payment-declined', 402, 'no', true)))
    expect(await caught(clientOf(declined.url).payments.create(PAYMENT))).toMatchObject({
      kind: 'payment-declined',
      safeNewKey: true,
    })
    const unavailable = await serve(inTurn(DOWN, problem('unauthorized', 401, 'after-fixing', true)))
    expect(await caught(clientOf(unavailable.url).payments.create(PAYMENT))).toMatchObject({
      kind: 'unauthorized',
      safeNewKey: true,
    })
  })

  test('nor does it free a key that the program kept: it may have been sent before a crash', async () => {
    const { url } = await serve(inTurn(problem('validation', 400, 'after-fixing', true)))
    expect(await caught(clientOf(url).payments.create(PAYMENT, { idempotencyKey: 'kept' }))).toMatchObject({
      safeNewKey: false,
      key: 'kept',
    })
  })
})

describe('abort', () => {
  test.each(['while the server is silent', 'in a pause'])(
    'ends the call at once with the signal’s reason, %s',
    async (when) => {
      const { url, seen } = await serve(inTurn(when === 'in a pause' ? DOWN : 'hang'))
      const abort = new AbortController()
      const reason = new Error('the customer left')
      const call = caught(
        clientOf(url, { backoff: { baseMs: 1e7, capMs: 1e7 }, timeoutMs: 1e8 }).payments.create(PAYMENT, {
          signal: abort.signal,
        }),
      )
      await vi.waitFor(() => expect(seen).toHaveLength(1))
      await new Promise((resolve) => setTimeout(resolve, 20))
      const at = Date.now()
      abort.abort(reason)
      expect(await call).toBe(reason)
      expect(Date.now() - at).toBeLessThan(200)
    },
  )

  test('before the call sends nothing, and asks for no key to be kept', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const beforeSend = vi.fn()
    await expect(
      clientOf(url).payments.create(PAYMENT, { signal: AbortSignal.abort('no'), beforeSend }),
    ).rejects.toBe('no')
    expect(beforeSend).not.toHaveBeenCalled()
    expect(seen).toHaveLength(0)
  })

  test('while the key is stored sends nothing', async () => {
    const { url, seen } = await serve(inTurn(PAID))
    const abort = new AbortController()
    await expect(
      clientOf(url).payments.create(PAYMENT, { signal: abort.signal, beforeSend: () => abort.abort('left') }),
    ).rejects.toBe('left')
    expect(seen).toHaveLength(0)
  })

  test('leaves nothing on a signal that lives long', async () => {
    const { url } = await serve(inTurn('cut', DOWN, PAID))
    const { signal } = new AbortController()
    await clientOf(url).payments.create(PAYMENT, { signal })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
