import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { gzipSync } from 'node:zlib'
import { getRequestListener } from '@hono/node-server'
import { showProblem } from '@payonce/idempotency/problems'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { openTestProduct, type TestProduct } from '../testing/product'

/**
 * Whatever comes over the wire, from anybody: an answer that is a problem, never a 5xx; no row; no connection
 * that is held. Real sockets, since half of what can go wrong is in bytes that no client library would send.
 */
let product: TestProduct
let server: http.Server
let port: number
let token: string
let payment: string
let order: string
let rows: number

beforeAll(async () => {
  product = await openTestProduct()
  token = await product.newApiKey()
  server = http.createServer(getRequestListener(product.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as net.AddressInfo).port
  const paid = await product.api(
    'POST',
    '/api/v1/payments',
    { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
    { 'idempotency-key': 'fuzz' },
  )
  payment = paid.body.id
  order = await product.newOrder()
  rows = await countRows()
})
afterEach(async () => {
  expect(await countRows()).toBe(rows)
  const { pool } = product.deps
  expect([pool.waitingCount, pool.totalCount - pool.idleCount]).toEqual([0, 0])
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await product.close()
})

/** Everything that a request could write, but for claims that were given back at once. */
async function countRows(): Promise<number> {
  const { rows: found } = await product.owner.query(`
    SELECT (SELECT count(*) FROM orders) + (SELECT count(*) FROM order_item) + (SELECT count(*) FROM payment) + (SELECT count(*) FROM refund)
      + (SELECT count(*) FROM ledger_transaction) + (SELECT count(*) FROM outbox_event) + (SELECT count(*) FROM gateway_simulator.charge)
      + (SELECT count(*) FROM idempotency_record WHERE state <> 'claimed') AS n`)
  return Number(found[0].n)
}

interface Heard {
  status: number
  type: string | undefined
  body: string
}

/** Sends exactly this, and reads the answer. */
function send(
  method: string,
  path: string,
  headers: http.OutgoingHttpHeaders,
  body?: Buffer | string,
): Promise<Heard> {
  return new Promise((resolve, reject) => {
    const request = http.request(
      { port, host: '127.0.0.1', method, path, headers, agent: false },
      (response) => {
        let text = ''
        response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'], body: text }),
        )
      },
    )
    // A server that has answered may hang up on the rest of a body that it does not want.
    request.on('error', reject)
    request.on('socket', (socket) => socket.on('error', () => undefined))
    request.end(body)
  })
}

let n = 0
const HEADERS = () => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
  'idempotency-key': `fuzz-${++n}`,
})
const POSTS = () => [
  '/api/v1/orders',
  '/api/v1/payments',
  `/api/v1/payments/${payment}/refunds`,
  `/api/v1/orders/${order}`,
]

function expectProblem({ status, type, body }: Heard): void {
  expect(status, body).toBeGreaterThanOrEqual(400)
  expect(status, body).toBeLessThan(500)
  expect(type).toBe('application/problem+json; charset=utf-8')
  const problem = JSON.parse(body)
  expect(problem).toMatchObject(showProblem({ kind: problem.kind, detail: problem.detail }))
  expect(body).not.toMatch(/prisma|postgres|select |stack|node_modules| at \//i)
}

/** A body for each route, with one thing wrong in it. */
const wrongValue = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    '',
    ' ',
    '-1',
    0,
    -1,
    1.5,
    1e21,
    2 ** 53,
    -0,
    'EURO',
    'eur',
    'XXX',
    '1e3',
    [],
    {},
    [[]],
    { contains: 'x' },
    '\0',
    '\ud800',
  ),
  fc.double({ noInteger: true }),
  fc.bigInt({ min: 2n ** 53n }).map(Number),
  fc.string({ unit: 'binary', minLength: 600, maxLength: 900 }),
)
const GOOD: Record<string, object> = {
  orders: { currency: 'EUR', items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1200 }] },
  payments: { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' },
  refunds: { amount: 1 },
}
const REQUIRED: Record<string, string[]> = {
  orders: ['currency', 'items'],
  payments: ['amount', 'currency', 'paymentMethod'],
  refunds: ['amount'],
}
const routeOf = (path: string) => path.split('/').at(-1) as string

describe('a body', () => {
  it('with one wrong value, in any field, at any route', async () => {
    const broken = fc.integer({ min: 0, max: 2 }).chain((route) => {
      const name = ['orders', 'payments', 'refunds'][route] as string
      return fc.record({
        route: fc.constant(route),
        name: fc.constant(name),
        field: fc.constantFrom(...(REQUIRED[name] as string[])),
        value: wrongValue,
      })
    })
    await fc.assert(
      fc.asyncProperty(broken, async ({ route, name, field, value }) => {
        const body = JSON.stringify({ ...GOOD[name], [field]: value })
        expectProblem(await send('POST', POSTS()[route] as string, HEADERS(), body))
      }),
      { numRuns: 150 },
    )
  })

  it('of any JSON value', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 5 }), fc.nat(1), async (value, route) => {
        expectProblem(await send('POST', POSTS()[route] as string, HEADERS(), JSON.stringify(value)))
      }),
      { numRuns: 100 },
    )
  })

  it('with members that the schema does not know', async () => {
    const name = fc
      .string({ minLength: 1 })
      .filter((text) => !['amount', 'reason', 'currency', 'items', 'orderId', 'paymentMethod'].includes(text))
    await fc.assert(
      fc.asyncProperty(fc.nat(2), name, fc.jsonValue(), async (route, member, value) => {
        const path = POSTS()[route] as string
        // JSON's own way to write it: an object literal would set its prototype.
        const text = JSON.stringify(GOOD[routeOf(path)])
        const known = ['description', 'metadata', 'reference', 'customerEmail'].includes(member)
        if (!known)
          expectProblem(
            await send(
              'POST',
              path,
              HEADERS(),
              `${text.slice(0, -1)},${JSON.stringify(member)}:${JSON.stringify(value)}}`,
            ),
          )
      }),
      { numRuns: 60 },
    )
    for (const member of ['__proto__', 'constructor', 'toString', 'merchantId', 'id', 'status', 'version'])
      expectProblem(
        await send(
          'POST',
          '/api/v1/payments',
          HEADERS(),
          `{"${member}":{"isAdmin":true},"amount":1,"currency":"EUR","paymentMethod":"pm_card_visa"}`,
        ),
      )
  })

  it('of any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 500 }), fc.nat(3), async (bytes, route) => {
        expectProblem(await send('POST', POSTS()[route] as string, HEADERS(), Buffer.from(bytes)))
      }),
      { numRuns: 100 },
    )
  })

  it.each<[string, string]>([
    ['cut off', '{"amount":24'],
    ['empty', ''],
    ['two values', '{} {}'],
    ['a comment', '{"amount":1,/* */"currency":"EUR"}'],
    ['NaN', '{"amount":NaN,"currency":"EUR","paymentMethod":"pm_card_visa"}'],
    [
      'an amount beyond what JSON carries',
      '{"amount":9007199254740993,"currency":"EUR","paymentMethod":"pm_card_visa"}',
    ],
    ['an endless amount', `{"amount":1e400,"currency":"EUR","paymentMethod":"pm_card_visa"}`],
    ['10,000 arrays in each other', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
    ['5,000 objects in each other', `${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`],
    ['a card number', '{"amount":1,"currency":"EUR","paymentMethod":"4242 4242 4242 4242"}'],
    ['a card number as the name of a member', '{"4242424242424242":1}'],
    [
      'too much metadata',
      JSON.stringify({
        ...GOOD.payments,
        metadata: Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`k${i}`, 'v'])),
      }),
    ],
    ['metadata that is no text', JSON.stringify({ ...GOOD.payments, metadata: { a: { b: 1 } } })],
    ['U+0000 in metadata', JSON.stringify({ ...GOOD.payments, metadata: { 'a\0': 'x' } })],
    ['an order and an amount', JSON.stringify({ ...GOOD.payments, orderId: `ord_${'0'.repeat(32)}` })],
  ])('%s', async (_, body) => {
    for (const path of POSTS()) expectProblem(await send('POST', path, HEADERS(), body))
  })

  it('an order whose total is more than JSON carries', async () => {
    const items = [{ name: 'x', quantity: 1_000_000, unitAmount: Number.MAX_SAFE_INTEGER }]
    expectProblem(await send('POST', '/api/v1/orders', HEADERS(), JSON.stringify({ currency: 'EUR', items })))
  })

  it('10 MB of it: 413, soon, whatever its length says', async () => {
    const large = Buffer.alloc(10 * 1024 * 1024, ' ')
    for (const headers of [{ 'content-length': String(large.length) }, { 'transfer-encoding': 'chunked' }]) {
      const heard = await send('POST', '/api/v1/payments', { ...HEADERS(), ...headers }, large).catch(
        (error: NodeJS.ErrnoException) => error.code,
      )
      // The server may hang up on the rest of it: what counts is that it neither takes it nor waits for it.
      if (typeof heard === 'object') expect(heard.status).toBe(413)
      else expect(['EPIPE', 'ECONNRESET']).toContain(heard)
    }
    expect((await send('GET', '/api/health', {})).status).toBe(200)
  })

  it.each([
    'text/plain',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'application/jsonp',
    'text/json',
    'application/json; charset=utf-16',
    '',
  ])('F66 of the type %s: 415', async (type) => {
    const { status, body } = await send(
      'POST',
      '/api/v1/payments',
      { ...HEADERS(), 'content-type': type },
      JSON.stringify(GOOD.payments),
    )
    expect([status, JSON.parse(body).kind]).toEqual([415, 'unsupported-media'])
  })

  it('F66 that is compressed: 415, which says so', async () => {
    const body = gzipSync(JSON.stringify(GOOD.payments))
    const heard = await send('POST', '/api/v1/payments', { ...HEADERS(), 'content-encoding': 'gzip' }, body)
    expect([heard.status, JSON.parse(heard.body).detail]).toEqual([
      415,
      expect.stringContaining('Content-Encoding'),
    ])
  })

  it.each([
    ['a member twice', '{"amount":1,"amount":2400,"currency":"EUR"}', 'The member "amount" is there twice'],
    [
      'a nested member twice',
      '{"amount":1,"metadata":{"cart":"1","cart":"1"}}',
      'The member "cart" is there twice',
    ],
    ['metadata named __proto__', '{"amount":1,"metadata":{"__proto__":"1"}}', '__proto__'],
    ['an amount that is none', '{"amount":24.5,"currency":"EURO"}', 'amount: An amount is a whole number'],
    ['an order that is none', '{"orderId":"ord_1"}', 'orderId: This is not an order id.'],
  ])('with %s is refused in words that name it', async (_, text, says) => {
    const heard = await send('POST', '/api/v1/payments', HEADERS(), text)
    const { kind, detail } = JSON.parse(heard.body)
    expect([heard.status, kind, detail]).toEqual([400, 'validation', expect.stringContaining(says)])
    expect(detail).not.toMatch(/Unrecognized/)
  })
})

describe('headers', () => {
  it('an Idempotency-Key of any characters is read, or refused with 400', async () => {
    const headerText = fc.string({
      unit: fc.integer({ min: 0x20, max: 0xff }).map((code) => String.fromCharCode(code)),
      maxLength: 300,
    })
    await fc.assert(
      fc.asyncProperty(headerText, async (key) => {
        // The body is wrong, so a key that can be read leads to a problem, too.
        expectProblem(
          await send(
            'POST',
            '/api/v1/payments',
            { ...HEADERS(), 'idempotency-key': key.replaceAll('\x7f', '') },
            '{}',
          ),
        )
      }),
      { numRuns: 150 },
    )
  })

  it('F58 the key sent twice is refused, with the same value too', async () => {
    for (const keys of [
      ['a', 'a'],
      ['a', 'b'],
      ['"a"', '"a"'],
      ['', 'a'],
    ]) {
      const { status, body } = await send(
        'POST',
        '/api/v1/payments',
        { ...HEADERS(), 'idempotency-key': keys },
        JSON.stringify(GOOD.payments),
      )
      expect([status, JSON.parse(body).kind], keys.join()).toEqual([400, 'key-invalid'])
    }
  })

  it('an Authorization of any characters is 401', async () => {
    const headerText = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      maxLength: 200,
    })
    await fc.assert(
      fc.asyncProperty(headerText, async (authorization) => {
        const { status } = await send('GET', '/api/v1/payments', { authorization: `Bearer ${authorization}` })
        expect([401, 429]).toContain(status)
      }),
      { numRuns: 100 },
    )
  })

  it('any Prefer is understood or ignored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme-ascii', maxLength: 60 }), async (prefer) => {
        expectProblem(
          await send(
            'POST',
            '/api/v1/payments',
            { ...HEADERS(), prefer: prefer.replaceAll(/[^\x20-\x7e]/g, '') },
            '{}',
          ),
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('addresses', () => {
  it('any id, operation or key in the path is found or not', async () => {
    const segment = fc.oneof(
      fc.webSegment({ size: 'medium' }),
      fc.constantFrom(
        '..',
        '%00',
        '%2e%2e%2f',
        '%ff',
        '%',
        "'--",
        'pay_',
        `pay_${'0'.repeat(31)}`,
        `ord_${'f'.repeat(32)}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(segment, async (part) => {
        for (const path of [
          'payments',
          'orders',
          'ledger/accounts',
          'idempotency/payments.create',
          `idempotency/${part}`,
        ]) {
          const heard = await send('GET', `/api/v1/${path}/${part || 'x'}`, {
            authorization: `Bearer ${token}`,
          })
          expectProblem(heard)
        }
      }),
      { numRuns: 60 },
    )
  })

  it('any query is understood or refused', async () => {
    const values = fc.oneof(
      fc.webQueryParameters(),
      fc.constantFrom(
        'limit=1e9',
        'limit=0x10',
        'limit=',
        'limit=1&limit=2',
        'cursor=%00',
        'cursor[]=x',
        'status[$ne]=x',
        'createdAfter=0000',
        `cursor=${'A'.repeat(199)}`,
      ),
    )
    await fc.assert(
      fc.asyncProperty(values, async (query) => {
        for (const path of [
          'payments',
          'ledger/transactions',
          'ledger/accounts',
          `payments/${payment}/refunds`,
        ]) {
          const { status, body } = await send('GET', `/api/v1/${path}?${query}`, {
            authorization: `Bearer ${token}`,
          })
          expect([200, 400, 404], body).toContain(status)
        }
      }),
      { numRuns: 60 },
    )
  })
})

describe('on the wire', () => {
  /** Raw bytes, and what comes back until the line is quiet or closed. */
  function raw(bytes: string, quietMs = 300): Promise<string> {
    return new Promise((resolve) => {
      let heard = ''
      const socket = net.connect(port, '127.0.0.1', () => socket.write(bytes))
      const end = () => {
        socket.destroy()
        resolve(heard)
      }
      socket.setTimeout(quietMs, end)
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')))
      socket.on('close', end).on('error', end)
    })
  }

  it('half a body and then nothing: no row, and nothing of the database is held', async () => {
    const head = `POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: half\r\nContent-Type: application/json\r\n`
    const lines = await Promise.all(
      Array.from({ length: 30 }, () => raw(`${head}Content-Length: 500\r\n\r\n{"amount":2400,`)),
    )
    expect(lines.every((line) => line === '')).toBe(true)
  })

  it.each<[string, string]>([
    ['two lengths', 'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}'],
    ['a length and chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['a length that is none', 'Content-Length: -1\r\n\r\n{}'],
    ['chunks that are none', 'Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a line break in a header', 'X-Key: a\nIdempotency-Key: b\r\n\r\n'],
  ])('%s is refused', async (_, rest) => {
    const head = `POST /api/v1/payments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nIdempotency-Key: wire\r\nContent-Type: application/json\r\n`
    expect(await raw(head + rest)).toMatch(/^(HTTP\/1\.1 4\d\d|$)/)
  })

  it('headers of 100 kB', async () => {
    expect(
      await raw(`GET /api/v1/payments HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(100_000)}\r\n\r\n`),
    ).toMatch(/^(HTTP\/1\.1 431|$)/)
  })
})
