import { EXPOSED_HEADERS } from '@payonce/idempotency/http'
import { PROBLEMS } from '@payonce/idempotency/problems'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { liveBank } from '../testing/live'
import { type ApiReply, openTestProduct, type TestProduct } from '../testing/product'
import { DRY_RUN } from './dry-run'

/** The document of the API against the API: every example is sent, and every answer is what the document says. */
interface Operation {
  operationId: string
  summary: string
  security: unknown[]
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: {
    content: { 'application/json': { schema: object; examples: Record<string, { value: object }> } }
  }
  responses: Record<
    string,
    { description: string; headers: object; content: Record<string, { schema: object }> }
  >
}

let product: TestProduct
// biome-ignore lint/suspicious/noExplicitAny: the format is OpenAPI's
let document: any
let ajv: Ajv2020
/** Ids that exist here, in place of those of the examples. */
let known: Record<
  | 'pay'
  | 'authorised'
  | 'parted'
  | 'reserved'
  | 'ord'
  | 'changed'
  | 'cancelled'
  | 'lnk'
  | 'acc'
  | 'key'
  | 'whe'
  | 'whd'
  | 'gone',
  string
>

beforeAll(async () => {
  product = await openTestProduct()
  document = (await product.api('GET', '/api/openapi.json')).body
  ajv = new Ajv2020({ strict: false, allErrors: true, formats: { 'date-time': true } })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'openapi', ...document })
  const paid = await product.api(
    'POST',
    '/api/v1/payments',
    { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    { 'idempotency-key': 'known' },
  )
  const accounts = await product.api('GET', '/api/v1/ledger/accounts')
  const endpoint = async (key: string) =>
    (
      await product.api(
        'POST',
        '/api/v1/webhook-endpoints',
        { url: 'https://shop.example.org/webhooks' },
        { 'idempotency-key': key },
      )
    ).body.id
  const [whe, gone] = [await endpoint('endpoint'), await endpoint('endpoint-to-delete')]
  const tested = await product.api(
    'POST',
    `/api/v1/webhook-endpoints/${whe}/test`,
    {},
    { 'idempotency-key': 'test' },
  )
  const link = await product.api(
    'POST',
    '/api/v1/payment-links',
    { name: 'Workshop', currency: 'EUR', amount: 2400 },
    { 'idempotency-key': 'link' },
  )
  const authorised = async (key: string) =>
    (
      await product.api(
        'POST',
        '/api/v1/payments',
        { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa', capture: 'manual' },
        { 'idempotency-key': key },
      )
    ).body.id
  known = {
    authorised: await authorised('authorised'),
    parted: await authorised('parted'),
    reserved: await authorised('reserved'),
    whe,
    gone,
    whd: tested.body.id,
    pay: paid.body.id,
    ord: await product.newOrder(),
    changed: await product.newOrder(),
    cancelled: await product.newOrder(),
    acc: accounts.body.items[0].id,
    key: 'known',
    lnk: link.body.id,
  }
})
afterAll(() => product.close())

const operations = () =>
  Object.entries(document.paths as Record<string, Record<string, Operation>>).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

/** The ids of the document's examples, replaced by ones that are there. */
function filled<T>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll(/ord_018f3c2a[0-9a-f]+/g, known.ord)) as T
}
function filledPath(path: string, example = ''): string {
  const ids: [string, string][] = [
    ['/accounts/', known.acc],
    ['/cancel', known.cancelled],
    ['/capture', example === 'part' ? known.parted : known.authorised],
    ['/void', known.reserved],
    // An order of its own: the one of the payment examples may not change.
    ['/orders/', known.changed],
    ['/payment-links/', known.lnk],
    ['/delete', known.gone],
    ['/webhook-endpoints/', known.whe],
    ['/webhook-deliveries/', known.whd],
  ]
  const id = ids.find(([part]) => path.includes(part))?.[1] ?? known.pay
  return path.replace('{id}', id).replace('{operation}', 'payments.create').replace('{key}', known.key)
}

/** The differences between an answer and the document. */
function against(path: string, method: string, operation: Operation, reply: ApiReply): string[] {
  const described = operation.responses[String(reply.status)]
  if (!described) return [`${reply.status} is not in the document: ${reply.text}`]
  const unknown = EXPOSED_HEADERS.filter(
    (name) => reply.header(name) !== null && !Object.keys(described.headers).includes(name),
  )
  if (unknown.length > 0) return unknown.map((name) => `${name} is not in the document for ${reply.status}`)
  const type = reply.header('content-type')?.split(';')[0] ?? ''
  if (!described.content[type]) return [`${type} is not in the document`]
  const pointer = [
    'paths',
    path,
    method.toLowerCase(),
    'responses',
    String(reply.status),
    'content',
    type,
    'schema',
  ]
  const validate = ajv.getSchema(
    `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`,
  )
  if (!validate) return ['the document has no schema for it']
  return validate(reply.body) ? [] : [ajv.errorsText(validate.errors)]
}

describe('the document', () => {
  it('is OpenAPI 3.1 and describes every route of the contract', () => {
    expect(document.openapi).toBe('3.1.0')
    expect(
      operations()
        .map(({ path, method }) => `${method} ${path}`)
        .sort(),
    ).toEqual([
      'GET /api/v1/idempotency/{operation}/{key}',
      'GET /api/v1/ledger/accounts',
      'GET /api/v1/ledger/accounts/{id}',
      'GET /api/v1/ledger/transactions',
      'GET /api/v1/orders/{id}',
      'GET /api/v1/payment-links',
      'GET /api/v1/payment-links/{id}',
      'GET /api/v1/payments',
      'GET /api/v1/payments/{id}',
      'GET /api/v1/payments/{id}/refunds',
      'GET /api/v1/webhook-deliveries/{id}',
      'GET /api/v1/webhook-endpoints',
      'GET /api/v1/webhook-endpoints/{id}',
      'GET /api/v1/webhook-endpoints/{id}/deliveries',
      'POST /api/v1/dry-run/orders',
      'POST /api/v1/dry-run/orders/{id}',
      'POST /api/v1/dry-run/orders/{id}/cancel',
      'POST /api/v1/dry-run/payments',
      'POST /api/v1/dry-run/payments/{id}/capture',
      'POST /api/v1/dry-run/payments/{id}/refunds',
      'POST /api/v1/dry-run/payments/{id}/void',
      'POST /api/v1/orders',
      'POST /api/v1/orders/{id}',
      'POST /api/v1/orders/{id}/cancel',
      'POST /api/v1/payment-links',
      'POST /api/v1/payment-links/{id}/pause',
      'POST /api/v1/payment-links/{id}/resume',
      'POST /api/v1/payments',
      'POST /api/v1/payments/{id}/capture',
      'POST /api/v1/payments/{id}/refunds',
      'POST /api/v1/payments/{id}/void',
      'POST /api/v1/webhook-deliveries/{id}/resend',
      'POST /api/v1/webhook-endpoints',
      'POST /api/v1/webhook-endpoints/{id}',
      'POST /api/v1/webhook-endpoints/{id}/delete',
      'POST /api/v1/webhook-endpoints/{id}/pause',
      'POST /api/v1/webhook-endpoints/{id}/replay',
      'POST /api/v1/webhook-endpoints/{id}/resume',
      'POST /api/v1/webhook-endpoints/{id}/rotate-secret',
      'POST /api/v1/webhook-endpoints/{id}/test',
    ])
  })

  it('names each operation once, says who may call it, and asks every POST for a key', () => {
    const ids = operations().map(({ operation }) => operation.operationId)
    expect(new Set(ids)).toHaveLength(ids.length)
    for (const { path, method, operation } of operations()) {
      expect(operation.security, operation.operationId).toHaveLength(1)
      const key = operation.parameters?.find(({ name }) => name === 'Idempotency-Key')
      const demanded = method === 'POST' ? !path.startsWith(DRY_RUN) : undefined
      expect(key?.required, operation.operationId).toBe(demanded)
    }
  })

  it('says every problem by its own status', () => {
    for (const { operation } of operations())
      for (const [status, { description, content }] of Object.entries(operation.responses))
        if (content['application/problem+json'])
          for (const [, kind = ''] of description.matchAll(/`([a-z-]+)`/g))
            expect(PROBLEMS[kind as keyof typeof PROBLEMS]?.status).toBe(Number(status))
  })

  it('every request example is answered as the document says, with success', async () => {
    const sent: string[] = []
    for (const { path, method, operation } of operations()) {
      for (const [name, { value }] of Object.entries(
        operation.requestBody?.content['application/json'].examples ?? {},
      )) {
        const label = `${operation.operationId} (${name})`
        const body = filled(value)
        const schema = operation.requestBody?.content['application/json'].schema ?? {}
        expect(
          ajv.validate({ ...schema, components: document.components }, body),
          `${label}: ${ajv.errorsText()}`,
        ).toBe(true)
        const reply = await product.api(method, filledPath(path, name), body, {
          'idempotency-key': `${operation.operationId}-${name}`,
        })
        expect(against(path, method, operation, reply), label).toEqual([])
        expect(reply.status, `${label}: ${reply.text}`).toBeLessThan(300)
        sent.push(label)
        if (path.startsWith(DRY_RUN)) continue
        const again = await product.api(method, filledPath(path, name), body, {
          'idempotency-key': `${operation.operationId}-${name}`,
          prefer: 'wait=1',
        })
        expect([again.text, again.header('idempotent-replayed'), again.header('preference-applied')]).toEqual(
          [reply.text, 'true', 'wait=1'],
        )
        expect(against(path, method, operation, again), `${label} again`).toEqual([])
      }
    }
    expect(sent).toHaveLength(35)
  })

  it('every read is answered as the document says', async () => {
    const reads = operations().filter(({ method }) => method === 'GET')
    for (const { path, method, operation } of reads) {
      const reply = await product.api(method, filledPath(path))
      expect(reply.status, path).toBe(200)
      expect(against(path, method, operation, reply), path).toEqual([])
    }
    expect(reads.length).toBe(14)
  })

  it.each<[string, number, () => Promise<{ path: string; method: string; reply: ApiReply }>]>([
    [
      'a decline',
      402,
      async () => post('/api/v1/payments', { amount: 1, currency: 'EUR', paymentMethod: 'pm_card_declined' }),
    ],
    [
      'a challenge',
      202,
      async () =>
        post('/api/v1/payments', { amount: 1, currency: 'EUR', paymentMethod: 'pm_card_challenge' }),
    ],
    [
      'a body that is not valid',
      400,
      async () => post('/api/v1/payments', { amount: -1, currency: 'EUR', paymentMethod: 'pm_card_visa' }),
    ],
    ['no key', 400, async () => post('/api/v1/orders', {}, { 'idempotency-key': '' })],
    [
      'a used key',
      422,
      async () =>
        post(
          '/api/v1/payments',
          { amount: 5, currency: 'EUR', paymentMethod: 'pm_card_visa' },
          { 'idempotency-key': 'known' },
        ),
    ],
    ['too large a refund', 409, async () => post('/api/v1/payments/{id}/refunds', { amount: 99_999 })],
    ['text that is no JSON', 415, async () => post('/api/v1/payments', {}, { 'content-type': 'text/plain' })],
    ['no API key', 401, async () => post('/api/v1/payments', {}, { authorization: '' })],
    [
      'a payment that is not there',
      404,
      async () => get('/api/v1/payments/{id}', `/api/v1/payments/pay_${'0'.repeat(32)}`),
    ],
  ])('%s is answered as the document says', async (_, status, call) => {
    const { path, method, reply } = await call()
    expect(reply.status, reply.text).toBe(status)
    expect(against(path, method, document.paths[path][method.toLowerCase()], reply)).toEqual([])
  })

  async function post(path: string, body: object, headers: Record<string, string> = {}) {
    const key = `problem-${crypto.randomUUID()}`
    return {
      path,
      method: 'POST',
      reply: await product.api('POST', filledPath(path), body, { 'idempotency-key': key, ...headers }),
    }
  }
  async function get(path: string, url: string) {
    return { path, method: 'GET', reply: await product.api('GET', url) }
  }
})

describe('what surrounds it', () => {
  it('F50 CORS: a page of another origin may send our headers and read the headers of ours, without cookies', async () => {
    const headers = {
      origin: 'https://shop.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'idempotency-key',
    }
    const preflight = await product.call('/api/v1/payments', { method: 'OPTIONS', headers })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('Idempotency-Key')
    const reply = await product.api('GET', '/api/v1/payments', undefined, { origin: 'https://shop.example' })
    expect(reply.header('access-control-allow-origin')).toBe('*')
    expect(reply.header('access-control-allow-credentials')).toBeNull()
    expect(reply.header('access-control-expose-headers')).toContain('Idempotent-Replayed')
  })

  it('CORS: in live mode only the origins that are named; refusals carry it, too', async () => {
    const live = await openTestProduct({ PAYONCE_CORS_ORIGINS: 'https://shop.example' }, liveBank())
    const from = async (origin: string) =>
      (await live.api('GET', '/api/v1/payments', undefined, { origin })).header('access-control-allow-origin')
    expect([await from('https://shop.example'), await from('https://other.example')]).toEqual([
      'https://shop.example',
      null,
    ])
    const { header } = await live.api('GET', '/api/v1/none', undefined, { authorization: '' })
    expect([header('vary'), header('access-control-expose-headers')]).toEqual([
      'Origin',
      expect.stringContaining('Request-Id'),
    ])
    await live.close()
  })

  it('a method that an address does not take is 405, and says which ones it does', async () => {
    for (const [method, path, allow] of [
      ['DELETE', '/api/v1/payments', 'POST, GET'],
      ['PUT', `/api/v1/payments/${known.pay}`, 'GET'],
      ['PATCH', '/api/v1/orders', 'POST'],
    ] as const) {
      const reply = await product.api(method, path)
      expect([reply.status, reply.header('allow'), reply.body.kind]).toEqual([
        405,
        allow,
        'method-not-allowed',
      ])
    }
  })

  it('an address that is not there is a problem, not a page', async () => {
    expect(await product.api('GET', '/api/v1/nothing')).toMatchObject({
      status: 404,
      body: { kind: 'not-found' },
    })
    expect(await product.api('GET', '/api/nothing')).toMatchObject({
      status: 404,
      body: { kind: 'not-found' },
    })
  })
})
