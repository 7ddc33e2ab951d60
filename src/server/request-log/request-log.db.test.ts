import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hashOf } from '@/access/token'
import { showId, uuidv7 } from '@/lib/id'
import { sql } from '@/platform/db'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { apiReply, openTestProduct, type TestProduct } from '../testing/product'
import { forgetRequests } from './forget'

let product: TestProduct
let operator: TestOperator
let token: string
let n = 0

beforeAll(async () => {
  product = await openTestProduct()
  operator = await newOperator(product, 'viewer')
  token = await product.newApiKey()
})
afterAll(() => product.close())

const PAYMENT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const JSON_TYPE = { 'content-type': 'application/json' }

async function send(
  method: string,
  path: string,
  {
    body,
    key,
    as = token,
    headers = {},
  }: { body?: unknown; key?: string; as?: string; headers?: Record<string, string> } = {},
) {
  const content = typeof body === 'string' ? body : JSON.stringify(body)
  const all = {
    authorization: `Bearer ${as}`,
    ...(body === undefined ? {} : { ...JSON_TYPE, 'content-length': String(Buffer.byteLength(content)) }),
    ...(key ? { 'idempotency-key': key } : {}),
    ...headers,
  }
  return apiReply(
    await product.call(path, { method, headers: all, ...(body === undefined ? {} : { body: content }) }),
  )
}
const pay = (key: string, body: object = PAYMENT, as = token) =>
  send('POST', '/api/v1/payments', { body, key, as })
const newKey = () => `key-${++n}`

async function ask(path: string, input: object = {}, by = operator) {
  await product.deps.requestLog?.flush()
  return callProcedure(product, { path, type: 'query', input, cookie: await by.cookie() })
}
const list = async (input: object = {}, by = operator) => (await ask('requests.list', input, by)).data
const rowOf = async (id: string) =>
  (await product.owner.query('SELECT * FROM api_request WHERE id = $1', [id])).rows[0]
const requestIdOf = (reply: { header(name: string): string | null }) => reply.header('request-id') as string

describe('the log of requests', () => {
  it('has each request with what it came to, under the id that its answer carried', async () => {
    const key = newKey()
    const first = await pay(key)
    const again = await pay(key)
    const other = await pay(key, { ...PAYMENT, amount: 2500 })
    const read = await send('GET', `/api/v1/payments/${first.body.id}`)
    const { items } = await list({ limit: 4 })
    expect(
      items.map((row: Record<string, unknown>) => [row.id, row.method, row.status, row.outcome, row.problem]),
    ).toEqual([
      [requestIdOf(read), 'GET', 200, null, null],
      [requestIdOf(other), 'POST', 422, 'rejected', 'key-reused'],
      [requestIdOf(again), 'POST', 201, 'replayed', null],
      [requestIdOf(first), 'POST', 201, 'executed', null],
    ])
    const { data } = await ask('requests.get', { id: requestIdOf(other) })
    expect(data).toMatchObject({ idempotencyKey: key, operation: 'payments.create', requestBytes: 63 })
    expect(JSON.parse(data.requestBody)).toEqual({ ...PAYMENT, amount: 2500 })
    expect(JSON.parse(data.answerBody)).toMatchObject({ kind: 'key-reused', differs: ['/amount'] })
    expect((await ask('idempotency.get', { id: data.recordId })).data.key).toBe(key)
  })

  it('has what was refused before the engine: 400, 401 of a key that has ended, 404, 405, 413, 415', async () => {
    const ended = await product.newApiKey()
    await product.owner.query('UPDATE api_key SET revoked_at = now() WHERE hash = $1', [hashOf(ended)])
    const long = `{"description":"${'x'.repeat(70_000)}"}`
    const key = newKey()
    await send('POST', '/api/v1/payments', { body: '{"amount":', key })
    await send('POST', '/api/v1/payments', { body: PAYMENT })
    await send('GET', '/api/v1/payments', { as: ended })
    await send('GET', '/api/v1/nothing')
    await send('PUT', '/api/v1/payments', {})
    await send('POST', '/api/v1/payments', { body: long, key })
    await send('POST', '/api/v1/payments', { body: PAYMENT, key, headers: { 'content-type': 'text/plain' } })
    const { items } = await list({ limit: 7 })
    const statuses = items.map(({ status }: { status: number }) => status)
    // Ids of one millisecond are in no order.
    expect(statuses.toSorted()).toEqual([400, 400, 401, 404, 405, 413, 415])
  })

  it('keeps nothing of a request without an API key of ours', async () => {
    const before = Number((await product.owner.query('SELECT count(*) FROM api_request')).rows[0].count)
    await product.call('/api/v1/payments', {})
    await send('GET', '/api/v1/payments', { as: 'sk_test_nonsense' })
    await product.deps.requestLog?.flush()
    expect(Number((await product.owner.query('SELECT count(*) FROM api_request')).rows[0].count)).toBe(before)
  })

  it('shows a merchant their own requests alone', async () => {
    const other = await product.otherMerchant()
    const theirs = await newOperator(product, 'admin', other.merchantId)
    const reply = await pay(newKey(), PAYMENT, other.token)
    const id = requestIdOf(reply)
    expect((await list({}, theirs)).items).toHaveLength(1)
    expect((await list({ requestId: id })).items).toEqual([])
    expect((await ask('requests.get', { id })).kind).toBe('not-found')
    expect((await ask('requests.get', { id }, theirs)).data.id).toBe(id)
    const own = await product.owner.query('SELECT id FROM api_key WHERE hash = $1', [hashOf(token)])
    expect((await list({ apiKey: showId('key', own.rows[0].id) }, theirs)).items).toEqual([])
    expect((await ask('requests.use', {}, theirs)).data.keys).toHaveLength(1)
  })

  it('is filtered by each of its filters, and paged', async () => {
    const as = await product.newApiKey()
    const { rows } = await product.owner.query('SELECT id FROM api_key WHERE hash = $1', [hashOf(as)])
    const apiKey = showId('key', rows[0].id)
    const key = newKey()
    await pay(key, PAYMENT, as)
    const at = new Date().toISOString()
    await pay(newKey(), { ...PAYMENT, amount: -1 }, as)
    const last = await send('GET', `/api/v1/orders/${await product.newOrder()}`, { as })
    const count = async (input: object) => (await list({ apiKey, ...input })).items.length
    expect(await count({})).toBe(3)
    expect(await count({ status: 'succeeded' })).toBe(2)
    expect(await count({ status: 'refused' })).toBe(1)
    expect(await count({ status: 'failed' })).toBe(0)
    expect(await count({ problem: 'validation' })).toBe(1)
    expect(await count({ method: 'POST' })).toBe(2)
    expect(await count({ path: '/api/v1/ord' })).toBe(1)
    expect(await count({ key })).toBe(1)
    expect(await count({ requestId: requestIdOf(last) })).toBe(1)
    expect(await count({ requestId: 'no id' })).toBe(0)
    expect(await count({ until: at })).toBe(1)
    expect(await count({ from: at })).toBe(2)
    const first = await list({ apiKey, limit: 2 })
    const second = await list({ apiKey, limit: 2, cursor: first.nextCursor })
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
      (await list({ apiKey })).items.map(({ id }: { id: string }) => id),
    )
    expect(second.nextCursor).toBe(null)
  })
})

describe('what is kept', () => {
  it('has no secret, no card number and nothing about a person, in any column', async () => {
    const email = 'ann.smith@example.com'
    const order = await send('POST', '/api/v1/orders', {
      key: newKey(),
      body: {
        currency: 'EUR',
        items: [{ name: 'A gift for Ann Smith', quantity: 1, unitAmount: 1200 }],
        customerEmail: email,
        reference: `R-1 for ${email}`,
        metadata: { phone: '+44 20 7946 0958', id: 'Ann Smith' },
      },
      headers: { cookie: 'session=topsecret', 'user-agent': `agent ${email}`, 'x-secret': 'topsecret' },
    })
    expect(order.status).toBe(201)
    const refused = await send('POST', '/api/v1/payments', {
      key: newKey(),
      body: { ...PAYMENT, description: 'my card is 4242 4242 4242 4242 exp 12/30' },
    })
    expect(refused.body.kind).toBe('card-number')
    const found = await send('GET', `/api/v1/payments?email=${encodeURIComponent(email)}&limit=1`)
    const card = await send('GET', '/api/v1/payments/4242424242424242')
    const hidden = await send('GET', '/api/v1/payments/%34242424242424242')
    const endpoint = await send('POST', '/api/v1/webhook-endpoints', {
      key: newKey(),
      body: { url: 'https://hooks.example.com/ann?token=topsecret', eventTypes: ['payment.succeeded'] },
    })
    expect(endpoint.body.secret).toMatch(/^whsec_/)
    await product.deps.requestLog?.flush()
    for (const reply of [order, refused, found, card, hidden, endpoint]) {
      const text = JSON.stringify(await rowOf(requestIdOf(reply)))
      expect(text).toContain('api_key_id')
      for (const secret of [
        token,
        token.slice(8, -4),
        email,
        'ann.smith',
        'Ann',
        '7946',
        'topsecret',
        '4242 4',
        '42424',
        'whsec_',
        endpoint.body.secret,
      ])
        expect(text).not.toContain(secret)
    }
    expect((await rowOf(requestIdOf(refused))).request_body).toBe(null)
  })

  it('is bounded: a long body is cut or left out, and a long answer too', async () => {
    const unitAmounts = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`unknown-${at}`, 1200]))
    const items = Array.from({ length: 40 }, () => ({ name: 'x'.repeat(100), ...unitAmounts }))
    const reply = await send('POST', '/api/v1/orders', { key: newKey(), body: { currency: 'EUR', items } })
    expect(reply.status).toBe(400)
    await product.deps.requestLog?.flush()
    const row = await rowOf(requestIdOf(reply))
    for (const body of [row.request_body, row.answer_body])
      expect(body?.length ?? 0).toBeLessThanOrEqual(4_096)
    expect(row.request_body).toMatch(/…$/)
    expect(row.request_bytes).toBeGreaterThan(5_000)
  })
})

describe('under pressure', () => {
  it('leaves out what is beyond its budget, and says how many', async () => {
    const other = await product.otherMerchant()
    const theirs = await newOperator(product, 'admin', other.merchantId)
    await Promise.all(Array.from({ length: 300 }, () => send('GET', '/api/v1/nothing', { as: other.token })))
    await product.deps.requestLog?.flush()
    const { lost } = await list({}, theirs)
    const { rows } = await product.owner.query(
      'SELECT count(*)::int AS kept FROM api_request WHERE merchant_id = $1',
      [other.merchantId],
    )
    expect(rows[0].kept + lost.count).toBe(300)
    expect(lost.count).toBeGreaterThan(0)
    expect((await list({})).lost.count).toBe(0)
  })

  it('fails without a request that fails: a log that cannot be written loses rows, and no answer', async () => {
    await product.owner.query('ALTER TABLE api_request ADD CONSTRAINT broken CHECK (false) NOT VALID')
    try {
      expect((await pay(newKey())).status).toBe(201)
      await product.deps.requestLog?.flush()
    } finally {
      await product.owner.query('ALTER TABLE api_request DROP CONSTRAINT broken')
    }
    expect((await list({})).lost.count).toBe(1)
  })
})

describe('new keys for one intent', () => {
  const newKeysOf = async (as: string) => {
    const { rows } = await product.owner.query('SELECT id FROM api_key WHERE hash = $1', [hashOf(as)])
    const { keys } = (await ask('requests.use')).data
    return keys.find(({ apiKeyId }: { apiKeyId: string }) => apiKeyId === showId('key', rows[0].id))?.newKeys
  }

  it('counts a second key for the same order, once, also in one batch, and names the other request', async () => {
    const as = await product.newApiKey()
    const orderId = await product.newOrder()
    const [one, two] = [newKey(), newKey()]
    const body = { orderId, paymentMethod: 'pm_card_visa' }
    const first = await pay(one, body, as)
    await pay(one, body, as)
    const second = await pay(two, { ...body, paymentMethod: 'pm_card_mastercard' }, as)
    await pay(two, { ...body, paymentMethod: 'pm_card_mastercard' }, as)
    expect(await newKeysOf(as)).toBe(1)
    expect((await rowOf(requestIdOf(second))).same_intent_as).toBe(requestIdOf(first))
    await pay(two, { ...body, paymentMethod: 'pm_card_mastercard' }, as)
    const third = await pay(newKey(), body, as)
    expect(await newKeysOf(as)).toBe(2)
    const { items } = await list({ newKeys: true })
    expect(items.map(({ id }: { id: string }) => id)).toContain(requestIdOf(third))
  })

  it('counts no new key after a decline, for another amount, or of another API key', async () => {
    const [as, other] = [await product.newApiKey(), await product.newApiKey()]
    const orderId = await product.newOrder()
    expect((await pay(newKey(), { orderId, paymentMethod: 'pm_card_declined' }, as)).status).toBe(402)
    expect((await pay(newKey(), { orderId, paymentMethod: 'pm_card_visa' }, as)).status).toBe(201)
    await pay(newKey(), { ...PAYMENT, amount: 9901 }, as)
    await pay(newKey(), { ...PAYMENT, amount: 9902 }, as)
    await pay(newKey(), { ...PAYMENT, amount: 9901 }, other)
    expect([await newKeysOf(as), await newKeysOf(other)]).toEqual([0, 0])
  })

  it('counts none after an hour', async () => {
    const as = await product.newApiKey()
    const body = { ...PAYMENT, amount: 7_777 }
    const first = await pay(newKey(), body, as)
    await product.deps.requestLog?.flush()
    await product.owner.query("UPDATE api_request SET at = at - interval '61 minutes' WHERE id = $1", [
      requestIdOf(first),
    ])
    await pay(newKey(), body, as)
    expect(await newKeysOf(as)).toBe(0)
  })
})

it('counts what the requests of a key came to, each once, also when a batch is sent again', async () => {
  const as = await product.newApiKey()
  const key = newKey()
  for (let again = 0; again < 3; again++) await pay(key, PAYMENT, as)
  await pay(key, { ...PAYMENT, amount: 1 }, as)
  await send('GET', '/api/v1/payments', { as })
  const { rows } = await product.owner.query('SELECT id FROM api_key WHERE hash = $1', [hashOf(as)])
  const { keys } = (await ask('requests.use')).data
  expect(keys.find(({ apiKeyId }: { apiKeyId: string }) => apiKeyId === showId('key', rows[0].id))).toEqual({
    apiKeyId: showId('key', rows[0].id),
    requests: 5,
    keyed: 4,
    replays: 2,
    mismatches: 1,
    conflicts: 0,
    refused: 1,
    failed: 0,
    newKeys: 0,
  })
})

it('is removed by age, in batches, with its counts', async () => {
  const reply = await pay(newKey())
  await product.deps.requestLog?.flush()
  const id = requestIdOf(reply)
  await product.owner.query("UPDATE api_request SET at = now() - interval '8 days' WHERE id = $1", [id])
  for (let extra = 0; extra < 2; extra++)
    await product.owner.query(
      `INSERT INTO api_request (merchant_id, id, api_key_id, at, duration_ms, method, path, status, request_headers, answer_headers)
       SELECT merchant_id, $2, api_key_id, now() - interval '9 days', 1, 'GET', '/', 200, '{}', '{}' FROM api_request WHERE id = $1`,
      [id, uuidv7()],
    )
  expect(await forgetRequests(product.deps.db, 7, 2)).toBe(2)
  expect(await forgetRequests(product.deps.db, 7, 2)).toBe(1)
  expect(await rowOf(id)).toBe(undefined)
  expect((await list({})).items.length).toBeGreaterThan(0)
  await forgetRequests(product.deps.db, 0, 10_000)
  for (const table of ['api_request', 'api_request_loss', 'api_key_hour'])
    expect((await product.owner.query(`SELECT count(*)::int AS left FROM ${table}`)).rows[0].left).toBe(0)
})

it('is switched off by a setting', async () => {
  const off = await openTestProduct({ PAYONCE_REQUEST_LOG_DAYS: '0' })
  try {
    expect(off.deps.requestLog).toBe(null)
    expect((await off.api('GET', '/api/v1/payments')).status).toBe(200)
    expect(await off.deps.db.$queryRaw(sql`SELECT count(*)::int AS rows FROM api_request`)).toEqual([
      { rows: 0 },
    ])
  } finally {
    await off.close()
  }
})
