import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { revokeApiKey, rotateApiKey, SCOPES } from '@/access/api-key'
import { newToken, readToken } from '@/access/token'
import { uuidv7 } from '@/lib/id'
import { createApi } from '../api'
import { buildDeps } from '../deps'
import { openTestProduct, type TestProduct } from '../testing/product'
import { quotaHeaders } from './limits'

/** Admission and its limits, through the HTTP API itself. */
let product: TestProduct
let token: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_RATE_PER_MINUTE: '5' })
})
afterAll(() => product.close())
beforeEach(async () => {
  token = await product.newApiKey()
  await product.owner.query('TRUNCATE rate_limit')
})
afterEach(() => {
  vi.restoreAllMocks()
})

const AMOUNT = { amount: 100, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const as = (bearer: string) => ({ authorization: `Bearer ${bearer}` })
const read = (bearer = token) => product.api('GET', '/api/v1/payments?limit=1', undefined, as(bearer))
const pay = (key: string, bearer = token) =>
  product.api('POST', '/api/v1/payments', AMOUNT, { ...as(bearer), 'idempotency-key': key })

describe('who may come in', () => {
  it.each<[string, string]>([
    ['no scheme', 'sk_test_x'],
    ['another scheme', 'Basic abc'],
    ['a malformed token', 'Bearer sk_test_x'],
    ['a token that we did not make', `Bearer ${newToken('test')}`],
    ['nothing', ''],
  ])('401 for %s', async (_, authorization) => {
    const reply = await product.api('GET', '/api/v1/payments', undefined, { authorization })
    expect(reply).toMatchObject({ status: 401, body: { kind: 'unauthorized' } })
    expect(reply.header('www-authenticate')).toContain('Bearer')
  })

  it('every route needs a key and its scope', async () => {
    const { paths } = (await product.api('GET', '/api/openapi.json')).body
    const calls = Object.entries(
      paths as Record<string, Record<string, { security: { apiKey: string[] }[] }>>,
    ).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => ({
        path,
        method,
        scope: security[0]?.apiKey[0],
      })),
    )
    expect(calls.length).toBeGreaterThan(10)
    for (const { path, method, scope } of calls) {
      await product.owner.query('TRUNCATE rate_limit')
      const url = path
        .replace('{operation}', 'payments.create')
        .replace('{key}', 'k')
        .replace('{id}', `pay_${'0'.repeat(32)}`)
      const body = method === 'post' ? {} : undefined
      const without = await product.newApiKey({ scopes: SCOPES.filter((one) => one !== scope) })
      const withKey = { 'idempotency-key': 'k' }
      expect(
        await product.api(method.toUpperCase(), url, body, { ...withKey, authorization: '' }),
        `${method} ${path}`,
      ).toMatchObject({
        status: 401,
      })
      expect(
        await product.api(method.toUpperCase(), url, body, { ...withKey, ...as(without) }),
        `${method} ${path}`,
      ).toMatchObject({
        status: 403,
        body: { kind: 'forbidden', requiredScope: scope },
      })
    }
  })

  it('O3 a right that was taken away ends replays, too', async () => {
    expect((await pay('replayed')).status).toBe(201)
    expect((await pay('replayed')).header('idempotent-replayed')).toBe('true')
    await product.owner.query(
      'UPDATE api_key SET revoked_at = now() WHERE id = (SELECT id FROM api_key ORDER BY created_at DESC LIMIT 1)',
    )
    expect((await pay('replayed')).status).toBe(401)
  })

  it('a replay reads its record while the API key is looked up, and only for a caller that was good before', async () => {
    const readAhead = vi.spyOn(product.deps.engine, 'readAhead')
    const reads = vi.spyOn(product.deps.store, 'read')
    const first = await pay('ahead')
    expect([first.status, readAhead.mock.calls.length]).toEqual([201, 0])
    reads.mockClear()
    expect((await pay('ahead')).text).toBe(first.text)
    expect([readAhead.mock.calls.length, reads.mock.calls.length]).toEqual([1, 1])
    // Over its limit, nothing is read for it.
    for (let i = 0; i < 5; i++) await pay('ahead')
    readAhead.mockClear()
    expect([(await pay('ahead')).status, readAhead.mock.calls.length]).toEqual([429, 0])
  })
})

describe('how often', () => {
  it('each answer states what is left; beyond it 429 with the time to come again', async () => {
    const replies = []
    for (let i = 0; i < 6; i++) replies.push(await read())
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 429])
    expect(replies[0]?.header('ratelimit-policy')).toBe('"default";q=5;w=60')
    expect(replies.map(({ header }) => /r=(\d+)/.exec(header('ratelimit') ?? '')?.[1])).toEqual([
      '4',
      '3',
      '2',
      '1',
      '0',
      '0',
    ])
    const last = replies[5]
    expect(last?.body).toMatchObject({ kind: 'rate-limited', retry: 'same-key', safeNewKey: false })
    expect(Number(last?.header('retry-after'))).toBeGreaterThan(0)
    expect(Number(last?.header('retry-after'))).toBeLessThanOrEqual(60)
  })

  it('a replay counts like any other request, and being over the limit changes nothing about the key', async () => {
    const replies = []
    for (let i = 0; i < 6; i++) replies.push(await pay('counted'))
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201, 429])
    expect(await product.count('records', `key = 'counted'`)).toBe(1)
    expect((await pay('counted', await product.newApiKey())).text).toBe(replies[0]?.text)
  })

  it('one key’s limit is not another’s', async () => {
    for (let i = 0; i < 6; i++) await read()
    expect((await read(await product.newApiKey())).status).toBe(200)
  })

  it('guessing from one address is slowed, and soon does not reach the database any more; a good key is served all the same', async () => {
    expect((await read()).status).toBe(200)
    const guesses = []
    for (let i = 0; i < 61; i++) guesses.push((await read(newToken('test'))).status)
    expect(guesses.slice(0, 60)).toEqual(Array(60).fill(401))
    expect(guesses[60]).toBe(429)
    const asked = vi.spyOn(product.deps.batchPool, 'connect')
    expect((await read(newToken('test'))).status).toBe(429)
    expect(asked).not.toHaveBeenCalled()
    expect((await read()).status).toBe(200)
  })

  it('leased in lots, a limit is that many requests, counted down one by one, with one commit a lot', async () => {
    const lots = await openTestProduct({ PAYONCE_RATE_PER_MINUTE: '60' })
    const leases = vi.spyOn(lots.deps.pool, 'query')
    const ask = () => lots.api('GET', '/api/v1/idempotency/payments.create/none')
    const left = []
    for (let i = 0; i < 62; i++) {
      const { status, header } = await ask()
      left.push([status, /r=(\d+)/.exec(header('ratelimit') ?? '')?.[1]])
    }
    const [served, refused] = [404, 429]
    expect(left).toEqual(
      Array.from({ length: 62 }, (_, i) => (i < 60 ? [served, String(59 - i)] : [refused, '0'])),
    )
    const written = leases.mock.calls.filter(([sent]) => JSON.stringify(sent).includes('rate_limit'))
    expect(written).toHaveLength(12)
    await lots.close()
  })

  it('at most 1,000 requests of one key are under way in a process; the next is asked to come again', async () => {
    const generous = await openTestProduct()
    const key = await generous.newApiKey()
    const admit = () => generous.deps.admission.admit(key, 'an address')
    const admitted = await Promise.all(Array.from({ length: 1_000 }, admit))
    await expect(admit()).rejects.toMatchObject({
      problem: { kind: 'rate-limited', retryAfterSeconds: 1 },
    })
    // Another key is served all the same.
    expect((await generous.api('GET', '/api/v1/payments?limit=1')).status).toBe(200)
    admitted[0]?.leave()
    await expect(admit()).resolves.toMatchObject({ quota: { allowed: true } })
    await generous.close()
  })

  it('O3 a key that is revoked, or whose overlap is over, ends at once in every server, also with a lot left', async () => {
    const env = { ...product.deps.env, PAYONCE_RATE_PER_MINUTE: 600 }
    const others = [buildDeps(env), buildDeps(env)]
    const apps = others.map(createApi)
    const [revoked, replaced] = [token, await product.newApiKey()]
    const ask = (bearer: string) =>
      Promise.all(
        apps.map(async (app) => {
          const request = new Request('http://localhost:3000/api/v1/payments?limit=1', {
            headers: as(bearer),
          })
          return (await app.fetch(request)).status
        }),
      )
    for (const bearer of [revoked, replaced]) expect(await ask(bearer)).toEqual([200, 200])
    const idOf = async (bearer: string) =>
      (await product.owner.query('SELECT id FROM api_key WHERE hash = $1', [readToken(bearer)?.hash])).rows[0]
        .id
    const { merchantId } = product
    await revokeApiKey(product.deps.db, { merchantId, id: await idOf(revoked), by: 'x' }, uuidv7)
    expect(await ask(revoked)).toEqual([401, 401])
    const id = await idOf(replaced)
    await rotateApiKey(product.deps.db, { merchantId, id, by: 'x' }, { overlapHours: 1 }, uuidv7)
    expect(await ask(replaced)).toEqual([200, 200])
    await product.owner.query('UPDATE api_key SET expires_at = now() WHERE id = $1', [id])
    expect(await ask(replaced)).toEqual([401, 401])
    await Promise.all(others.map((deps) => deps.close()))
  })
})

it('the headers are those of the draft', () => {
  expect(quotaHeaders({ allowed: true, limit: 600, remaining: 599, resetSeconds: 42 })).toEqual({
    'RateLimit-Policy': '"default";q=600;w=60',
    RateLimit: '"default";r=599;t=42',
  })
})
