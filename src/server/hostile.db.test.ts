import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { createOperator } from '@/access/operator'
import { redact } from '@/platform/redact'
import { useCheapPasswords } from './testing/cheap-passwords'
import { type Procedure, procedures } from './testing/procedures'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Hostile values in every field that a stranger, a program or an operator can fill: each gets a 4xx that says what to do, or an answer;
 * never a 500, and never the advice to send the same again. No card number is in the database or in the log afterwards.
 */
const PASSWORD = 'correct horse battery'
const PAGE = { 'content-type': 'application/json', origin: 'http://localhost:3000' }
let product: TestProduct
let cookie: string
let order: string
const logged: string[] = []

beforeAll(async () => {
  product = await openTestProduct()
  await useCheapPasswords(product.deps.auth)
  for (const level of ['error', 'warn', 'info'] as const)
    product.deps.log[level] = ((...said: unknown[]) => logged.push(inspect(said))) as never
  await createOperator(product.deps.auth, {
    email: 'op@example.com',
    password: PASSWORD,
    name: 'Op',
    merchantId: product.merchantId,
  })
  order = await product.newOrder()
})
/** Some calls end the session: a fifth wrong password does. */
beforeEach(async () => {
  const current = await product.call('/api/trpc/operator.current', { headers: { cookie: cookie ?? '' } })
  if (current.status === 200) return
  const set = (await signIn()).headers.getSetCookie()
  cookie = set.map((one) => one.split(';')[0]).join('; ')
})
afterAll(() => product.close())
afterEach(() => {
  expect(logged.filter((line) => / a (procedure|request) failed$/.test(line))).toEqual([])
})

const inspect = (said: unknown[]) =>
  said
    .map((part) =>
      typeof part === 'string' ? part : JSON.stringify(part, Object.getOwnPropertyNames(part ?? {})),
    )
    .join(' ')

const signIn = (email = 'op@example.com', headers: Record<string, string> = {}) =>
  product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { ...PAGE, ...headers },
    body: JSON.stringify({ email, password: PASSWORD }),
  })

const ALL = procedures()

describe('each procedure', () => {
  test.each(ALL.map((procedure) => [procedure.name, procedure] as const))(
    '%s says what it sends',
    (_, { output }) => {
      expect(output).toBeDefined()
    },
  )

  test.each(
    ALL.filter(({ inputs }) => inputs.length > 0).map((procedure) => [procedure.name, procedure] as const),
  )('%s takes no hostile value in any field for a reason to fail', async (_, procedure) => {
    const fields = fieldsOf(procedure)
    expect(fields.length).toBeGreaterThan(0)
    for (const field of fields)
      await Promise.all(
        hostileFor(procedure, field).map(async (input) => {
          const { status, kind, retry } = await call(procedure, input)
          const told = [field, input, status, kind, retry]
          expect(status < 500 && kind !== 'internal' && retry !== 'same-key', inspect(told)).toBe(true)
        }),
      )
  })
})

/**
 * The inputs to send: in the member that no schema has all values, each of which is refused; in a field all that its schema lets pass, and
 * so reaches our code, and two that it refuses.
 */
function hostileFor(procedure: Procedure, field: string): object[] {
  const inputs = HOSTILE.map((value) => ({ ...goodInput(procedure), [field]: value }))
  const passes = (input: object) => procedure.inputs.every((schema) => schema.safeParse(input).success)
  const refused = inputs.filter((input) => !passes(input))
  return [...inputs.filter(passes), ...(field === UNKNOWN ? refused : refused.slice(0, 2))]
}

const cursor = (text: string) => Buffer.from(text).toString('base64url')
const HOSTILE: unknown[] = [
  '\ud800',
  'a\udc00b',
  'a\0b',
  { contains: 'x' },
  { '\ud800': 1 },
  ['\0'],
  '0000-01-01T00:00:00Z',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
  cursor('2026-99-99T99:99:99.999999Z|018f3c2a-9d4e-7c31-b2a4-5f60718293a4'),
  cursor('2026-02-30T00:00:00.000000Z|018f3c2a-9d4e-7c31-b2a4-5f60718293a4'),
  cursor('0000-01-01T00:00:00.000000Z|018f3c2a-9d4e-7c31-b2a4-5f60718293a4'),
  cursor('018f3c2a-9d4e-7c31-b2a4-5f60718293a4|9999'),
  `ord_${'f'.repeat(32)}`,
  `pay_${'f'.repeat(32)}`,
  `acc_${'f'.repeat(32)}`,
  `key_${'f'.repeat(32)}`,
  'x'.repeat(30_000),
  2 ** 53,
  2 ** 31,
  -1,
  1.5,
  1e308,
  null,
  true,
]

const HOOK = '018f3c2a-9d4e-4c31-b2a4-5f60718293a5'

/** An input that gets past the other fields, so that the hostile one is reached. */
function goodInput({ name }: Procedure): object {
  const id = '0'.repeat(32)
  const known: Record<string, object> = {
    'checkout.order': { orderId: order },
    'checkout.pay': { orderId: order, version: 1, paymentMethod: 'pm_card_visa', key: 'hostile' },
    'checkout.returned': { orderId: order },
    'checkout.status': { orderId: order, key: 'hostile' },
    'checkout.held': { orderId: order, key: 'hostile', presses: 1 },
    'checkout.receipt': { token: 'x'.repeat(32) },
    'account.confirm': { password: PASSWORD },
    'invitation.get': { code: 'x'.repeat(43) },
    'invitation.accept': { code: 'x'.repeat(43), name: 'x', password: PASSWORD },
    'operators.invite': { email: 'new@example.com', role: 'viewer' },
    'operators.setRole': { id: 'nobody', role: 'viewer' },
    'operators.remove': { id: 'nobody' },
    'operators.sessions': { id: 'nobody' },
    'operators.endSessions': { id: 'nobody' },
    'operators.renewInvitation': { id: HOOK },
    'settings.update': { newId: HOOK, version: 0, changes: {} },
    'settings.setLogo': { newId: HOOK, version: 0, png: null },
    'payments.overview': { range: '24h' },
    'payments.createOrder': { currency: 'EUR', items: [{ name: 'x', quantity: 1, unitAmount: 1 }] },
    'payments.get': { id: `pay_${id}` },
    'ledger.account': { id: `acc_${id}` },
    'limits.get': { account: `acc_${id}` },
    'limits.set': { account: `acc_${id}`, shown: null, limit: 0 },
    'ledger.statement': { id: `acc_${id}` },
    'ledger.accountPeriod': { id: `acc_${id}` },
    'idempotency.get': { id: 'x' },
    'idempotency.askAgain': { id: 'x' },
    'idempotency.explore': { view: 'late' },
    'requests.get': { id: '018f3c2a-9d4e-7c31-b2a4-5f60718293a4' },
    'developers.createKey': {
      newId: '018f3c2a-9d4e-4c31-b2a4-5f60718293a4',
      name: 'x',
      scopes: ['payments:read'],
      expiresInDays: null,
    },
    'developers.rotateKey': {
      id: `key_${id}`,
      newId: '018f3c2a-9d4e-4c31-b2a4-5f60718293a4',
      overlapHours: 1,
    },
    'developers.revokeKey': { id: `key_${id}` },
    'webhooks.create': { newId: HOOK, url: 'https://shop.example.org/', description: '' },
    'webhooks.update': { id: `whe_${id}`, newId: HOOK, changes: { description: 'x' } },
    'webhooks.replay': { id: `whe_${id}`, newId: HOOK, since: new Date().toISOString() },
    'webhooks.delivery': { id: `whd_${id}` },
    'webhooks.resend': { id: `whd_${id}`, newId: HOOK },
  }
  if (name in known) return known[name] as object
  return name.startsWith('webhooks.') ? { id: `whe_${id}`, newId: HOOK } : {}
}

const UNKNOWN = 'unknown'

/** The members of the input, and one that no schema has. */
function fieldsOf({ inputs }: Procedure): string[] {
  const shapes = inputs.map((schema) => (schema as Partial<z.ZodObject>).shape ?? {})
  return [...shapes.flatMap((shape) => Object.keys(shape)), UNKNOWN]
}

async function call({ name, type }: Procedure, input: unknown) {
  const text = JSON.stringify(input)
  const answer =
    type === 'query'
      ? await product.call(`/api/trpc/${name}?input=${encodeURIComponent(text)}`, { headers: { cookie } })
      : await product.call(`/api/trpc/${name}`, { method: 'POST', headers: { ...PAGE, cookie }, body: text })
  const body = await answer.json()
  const problem = body.error?.data?.idempotency ?? body
  return { status: answer.status, kind: problem.kind, retry: problem.retry }
}

describe('addresses', () => {
  test.each([
    'GET /api/v1/payments?createdAfter=0000-01-01T00:00:00Z',
    'GET /api/v1/payments?createdBefore=9999-12-31T23:59:59-23:59',
    'GET /api/v1/ledger/accounts?asOf=9999-12-31T23:59:59-23:59',
    `GET /api/v1/payments?cursor=${cursor('2026-99-99T00:00:00.000000Z|018f3c2a-9d4e-7c31-b2a4-5f60718293a4')}`,
    'GET /api/v1/payments?cursor=%00',
    'GET /api/v1/payments?status=%ff',
    'GET /api/v1/payments/%00',
    'GET /api/v1/idempotency/payments.create/%ff',
    'GET /api/v1/idempotency/payments.create/4242%204242%204242%204242',
    'GET /api/v1/payments?x=4242.4242.4242.4242',
    'POST /api/bank/challenges/%00',
    'POST /api/bank/challenges/%ff',
    'POST /api/bank/challenges/4242424242424242',
    'GET /api/trpc/%00',
    'GET /api/trpc/%ff',
    'GET /api/trpc/payments.list?input=%',
    'GET /api/auth/get-session?x=%00',
    'GET /api/auth/verify-email?token=x&callbackURL=https://evil.test/%0A{"level":30}',
    'POST /api/shop/orders/%00/pay',
    'POST /api/shop/links/%00',
  ])('%s is 400', async (line) => {
    const [method = '', path = ''] = line.split(' ', 2)
    const form = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:3000' }
    const api = path.startsWith('/api/v1') ? { authorization: `Bearer ${await token()}` } : { cookie }
    const answer = await product.call(path, {
      method,
      headers: { ...(method === 'POST' ? form : {}), ...api },
      ...(method === 'POST' ? { body: 'answer=confirm' } : {}),
    })
    expect([answer.status, await answer.text()]).toEqual([400, expect.not.stringContaining('same-key')])
  })
})

let known: string | undefined
const token = async () => {
  known ??= await product.newApiKey()
  return known
}

describe('an operator’s account', () => {
  test('cannot be changed by the routes of better-auth, whatever is sent', async () => {
    const body = JSON.stringify({ name: 'Ann 4242-4242-4242-4242' })
    const headers = { ...PAGE, cookie }
    const answer = await product.call('/api/auth/update-user', { method: 'POST', headers, body })
    expect([400, 404]).toContain(answer.status)
    expect((await product.owner.query('SELECT name FROM operator')).rows).toEqual([{ name: 'Op' }])
  })

  test.each<[string, string]>([
    ['U+0000', 'op\0@example.com'],
    ['half of a pair', '\ud800@example.com'],
    ['a card number', '4242424242424242@example.com'],
    ['60 kB', `${'x'.repeat(60_000)}@example.com`],
  ])('with an e-mail of %s is no sign-in: 400', async (_, email) => {
    expect((await signIn(email)).status).toBe(400)
  })
})

describe('a card number', () => {
  const CARD = fc.constantFrom('4242424242424242', '5555555555554444', '378282246310005', '6011111111111117')
  const spelling = fc.tuple(
    CARD,
    fc.constantFrom('', ' ', '-', '.', '/', '_', '  ', '\n', '\u00a0', '\u200b'),
    fc.constantFrom('', 'PAN', 'x', 'k-'),
    fc.boolean(),
  )
  const spelled = ([digits, separator, before, wide]: [string, string, string, boolean]) =>
    before +
    [...digits].map((digit) => (wide ? String.fromCodePoint(0xff10 + Number(digit)) : digit)).join(separator)
  const ascii = (text: string) => text.replaceAll(/[^\x21-\x7e]/g, '.').replaceAll('\n', '.')

  /** Every field that takes text: sends it, and gives back the status. */
  const FIELDS: Record<string, (text: string) => Promise<number>> = {
    description: (text) => payment({ description: text }),
    'metadata value': (text) => payment({ metadata: { a: text } }),
    'metadata key': (text) => payment({ metadata: { [text]: 'a' } }),
    'payment method': (text) => payment({ paymentMethod: text }),
    'order reference': (text) => orders({ reference: text }),
    'e-mail': (text) => orders({ customerEmail: `${text}@example.com` }),
    'item name': (text) => orders({ items: [{ name: text, quantity: 1, unitAmount: 1 }] }),
    'name of a payment link': (text) =>
      api('POST', '/api/v1/payment-links', { name: text, currency: 'EUR', amount: 100 }),
    'refund reason': (text) =>
      api('POST', `/api/v1/payments/pay_${'0'.repeat(32)}/refunds`, { reason: text }),
    'idempotency key': (text) => payment({}, text.length > 0 ? keyOf(text) : 'x'),
    'query of the API': (text) => api('GET', `/api/v1/payments?x=${encodeURIComponent(text)}`),
    'path of the API': (text) =>
      api('GET', `/api/v1/idempotency/payments.create/${encodeURIComponent(text)}`),
    'shopper’s key': async (text) =>
      (await product.pay({ orderId: order, version: 1, paymentMethod: 'pm_card_visa', key: keyOf(text) }))
        .status,
    search: (text) => trpc('payments.list', { search: text }),
    'search of keys': (text) => trpc('idempotency.list', { search: text }),
    'name of an API key': (text) => trpc('developers.createKey', { name: text }),
    'URL of a webhook': (text) => trpc('webhooks.create', { url: `https://shop.example.org/${text}` }),
    'description of a webhook': (text) => trpc('webhooks.create', { description: text }),
    'order of an operator': (text) => trpc('payments.createOrder', { reference: text }),
    'name of an invited operator': async (text) =>
      (
        await product.call('/api/trpc/invitation.accept', {
          method: 'POST',
          headers: PAGE,
          body: JSON.stringify({ code: 'x'.repeat(43), name: text, password: PASSWORD }),
        })
      ).status,
    'user agent': async (text) =>
      (await signIn('op@example.com', { 'user-agent': `Agent ${keyOf(text)}` })).status,
  }
  // A header cannot carry more than Latin letters.
  const keyOf = (text: string) => ascii(text.normalize('NFKC'))
  const api = async (method: string, path: string, body?: object, key: string = randomUUID()) =>
    (await product.api(method, path, body, body ? { 'idempotency-key': key } : {})).status
  const payment = (more: object, key?: string) =>
    api(
      'POST',
      '/api/v1/payments',
      { amount: 100, currency: 'EUR', paymentMethod: 'pm_card_visa', ...more },
      key,
    )
  const orders = (more: object) =>
    api('POST', '/api/v1/orders', {
      currency: 'EUR',
      items: [{ name: 'x', quantity: 1, unitAmount: 1 }],
      ...more,
    })
  const trpc = async (name: string, more: object) => {
    const procedure = ALL.find((one) => one.name === name) as Procedure
    return (await call(procedure, { ...goodInput(procedure), ...more })).status
  }

  test.each(Object.entries(FIELDS))('in the %s, in any spelling, is 400', async (_, send) => {
    await fc.assert(
      fc.asyncProperty(spelling, async (how) => {
        expect(await send(spelled(how))).toBe(400)
      }),
      { numRuns: 12 },
    )
  })

  test('is in no table and in no line of the log afterwards', async () => {
    await product.deps.attempts.flush()
    const { rows: tables } = await product.owner.query(`
      SELECT format('%I.%I', table_schema, table_name) AS name FROM information_schema.tables
      WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`)
    expect(tables.length).toBeGreaterThan(20)
    const digits = /4242424242424242|5555555555554444|378282246310005|6011111111111117/
    for (const { name } of tables) {
      const { rows } = await product.owner.query(`SELECT t::text AS row FROM ${name} t`)
      for (const { row } of rows) expect(bare(row), name).not.toMatch(digits)
    }
    // As the log itself writes them.
    for (const line of logged) expect(bare(redact(line))).not.toMatch(digits)
  })
  const bare = (text: string) => text.normalize('NFKC').replaceAll(/[^\p{L}\p{N}]/gu, '')

  test('is not seen in ids of ours: they are taken wherever they stand', async () => {
    const newIds = () => [
      randomUUID(),
      `pay_${randomBytes(16).toString('hex')}`,
      randomBytes(16).toString('hex'),
    ]
    const ids = Array.from({ length: 20 }, newIds).flat()
    // Two ids a request: a mistake of the rule takes one of the many.
    const pairs = ids.flatMap((id, index) => (index % 2 === 0 ? [`${id} and ${ids[index + 1]}`] : []))
    await Promise.all(
      pairs.map(async (pair, index) =>
        index % 2 === 0
          ? expect([pair, await orders({ reference: pair })]).toEqual([pair, 201])
          : expect([pair, await trpc('payments.list', { search: pair })]).toEqual([pair, 200]),
      ),
    )
  })
})

describe('JSON', () => {
  test.each([
    ['a mutation', 'POST', '/api/trpc/checkout.held', '{"orderId":"x","orderId":"y","key":"k","presses":1}'],
    ['a batch', 'POST', '/api/trpc/checkout.held?batch=1', '{"0":{"orderId":"x","orderId":"y"}}'],
    [
      'a query',
      'GET',
      `/api/trpc/checkout.order?input=${encodeURIComponent('{"orderId":1,"orderId":2}')}`,
      null,
    ],
    ['a sign-in', 'POST', '/api/auth/sign-in/email', '{"email":"a@b.example","orderId":1,"orderId":2}'],
  ])('of %s with a member twice is refused, and the member is named', async (_, method, path, body) => {
    const answer = await product.call(path, {
      method,
      headers: { ...PAGE, cookie },
      ...(body ? { body } : {}),
    })
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining('is there twice')])
  })

  test.each([
    '/api/health',
    '/api/openapi.json',
    '/api/v1/payments',
    '/api/none',
    '/api/trpc/operator.current',
    '/api/auth/get-session',
  ])('of %s names its encoding, and is not stored by anybody', async (path) => {
    const { headers } = await product.call(path)
    expect(headers.get('content-type')).toMatch(/^application\/(problem\+)?json; ?charset=utf-8$/i)
    expect(headers.get('cache-control')).toContain('no-store')
    expect([headers.get('x-content-type-options'), headers.get('referrer-policy')]).toEqual([
      'nosniff',
      'same-origin',
    ])
  })
})
