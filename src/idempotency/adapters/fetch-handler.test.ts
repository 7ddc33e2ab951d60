import { expect, it } from 'vitest'
import { StoreUnavailable } from '../core/store'
import { ProblemError } from '../problems'
import type { Idempotent } from '../stores/transaction/idempotent'
import type { UserClient } from '../stores/transaction/settings'
import { RequestRefused } from '../stores/transaction/stored-result'
import { fetchHandler } from './fetch-handler'

const AT = new Date(0)
const refusal = { status: 409, code: 'out-of-stock', detail: 'None is left.' }

/** What the handler does with each outcome; that `idempotent` comes to it is shown with a real database. */
function handler(outcome: () => unknown, more: object = {}) {
  const calls: unknown[] = []
  const idempotent = async (request: unknown) => {
    calls.push(request)
    return outcome()
  }
  const handle = fetchHandler({
    idempotent: idempotent as unknown as Idempotent<UserClient>,
    operation: 'orders.create',
    scope: (request) => request.headers.get('user') ?? new Response(null, { status: 401 }),
    parse(body) {
      if ((body as { amount?: unknown }).amount === 5) return body as { amount: number }
      throw Object.assign(new Error('zod'), { issues: [{ path: ['a/b', 0], message: 'must be 5' }] })
    },
    work: async () => null,
    ...more,
  })
  const send = async (headers: Record<string, string>, body: string) => {
    const response = await handle(new Request('http://shop.test/', { method: 'POST', headers, body }))
    return { status: response.status, headers: response.headers, text: await response.text() }
  }
  return { calls, send }
}

const headers = { user: 'u', 'Content-Type': 'application/json', 'Idempotency-Key': 'abc123' }
const result = {
  body: '{"n":1.0}',
  status: 201,
  headers: { ETag: '"7"' },
  replayed: true,
  firstExecutedAt: AT,
  expiresAt: AT,
}

it('sends the stored text as it is, and says in headers that it is a replay', async () => {
  const { calls, send } = handler(() => result)
  const { status, headers: sent, text } = await send(headers, '{"amount":5}')
  expect({ status, text }).toEqual({ status: 201, text: '{"n":1.0}' })
  expect([sent.get('Idempotent-Replayed'), sent.get('ETag')]).toEqual(['true', '"7"'])
  expect(calls).toEqual([
    { operation: 'orders.create', key: 'abc123', scope: 'u', input: { amount: 5 }, status: 201 },
  ])
})

it.each([
  ['nobody is signed in', { user: '' }, '{"amount":5}', 401, undefined],
  ['no key', { 'Idempotency-Key': '' }, '{"amount":5}', 400, 'key-missing'],
  ['a list of keys', { 'Idempotency-Key': 'a, b' }, '{"amount":5}', 400, 'key-invalid'],
  ['no JSON', {}, '{', 400, 'validation'],
  ['another type', { 'Content-Type': 'text/plain' }, '{"amount":5}', 415, 'unsupported-media'],
  ['too much', {}, `{"amount":5,"x":"${'x'.repeat(2_000)}"}`, 413, 'too-large'],
])('refuses %s before anything is asked', async (_, changed, body, status, kind) => {
  const { calls, send } = handler(() => result, { bodyMax: 1_000 })
  const merged = Object.fromEntries(Object.entries({ ...headers, ...changed }).filter(([, value]) => value))
  const answer = await send(merged as Record<string, string>, body)
  expect(answer.status).toBe(status)
  if (kind) expect(JSON.parse(answer.text)).toMatchObject({ kind, type: `urn:payonce:problem:${kind}` })
  expect(calls).toEqual([])
})

it('has a policy of its own', async () => {
  const { calls, send } = handler(() => result, { retentionDays: 365, waitMs: 0 })
  await send(headers, '{"amount":5}')
  expect(calls).toMatchObject([{ operation: 'orders.create', retentionDays: 365, waitMs: 0 }])
})

it('names each field that the schema refuses', async () => {
  const { text } = await handler(() => result).send(headers, '{"amount":6}')
  expect(JSON.parse(text)).toMatchObject({ errors: [{ pointer: '/a~1b/0', detail: 'must be 5' }] })
})

it('answers each error of the key, sends a refusal as it is stored, and throws on what it does not know', async () => {
  const fail = (error: Error) => handler(() => Promise.reject(error)).send(headers, '{"amount":5}')
  const busy = await fail(new ProblemError({ kind: 'in-progress', detail: 'Wait.', retryAfterSeconds: 3 }))
  expect([busy.status, busy.headers.get('Retry-After')]).toEqual([409, '3'])
  expect((await fail(new StoreUnavailable('down'))).status).toBe(503)
  const refused = await fail(new RequestRefused(refusal, '{"code":"out-of-stock"}', true))
  expect([refused.status, refused.text]).toEqual([409, '{"code":"out-of-stock"}'])
  expect(refused.headers.get('Idempotent-Replayed')).toBe('true')
  await expect(fail(new RangeError('a bug'))).rejects.toThrow(RangeError)
})

it('is not built with an option missing or out of bounds', () => {
  expect(() => handler(() => result, { scope: undefined })).toThrow(/`scope` is missing. Write/)
  expect(() => handler(() => result, { bodyMax: 0 })).toThrow(/`bodyMax`/)
  expect(() => handler(() => result, { status: 400 })).toThrow(/`status`.*200 to 299/)
  expect(() => handler(() => result, { retentionDays: 0 })).toThrow(/fetchHandler: `retentionDays` is 0/)
  expect(() => handler(() => result, { operation: 'create order' })).toThrow(/orders\.create/)
  expect(() => handler(() => result, { problemBase: 5 })).toThrow(/`problemBase`.*https/)
  expect(() => handler(() => result, { maxBody: 5 })).toThrow(/no option `maxBody`.*`bodyMax`/)
  expect(() => fetchHandler(undefined as never)).toThrow(/takes one object/)
})
