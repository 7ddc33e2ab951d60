import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { getRequestListener } from '@hono/node-server'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Role } from '@/access/operator'
import { uuidv7 } from '@/lib/id'
import { createApi } from '../api'
import { buildDeps, type Deps } from '../deps'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'
import { SESSION_MAX } from './places'

/** A web process, and another one on the same database with connections of its own. */
let product: TestProduct
let other: Deps
let otherApp: ReturnType<typeof createApi>
let theirs: TestOperator
let theirMerchant: { merchantId: string; token: string }
const ours = {} as Record<Role, TestOperator>
const opened: Stream[] = []

beforeAll(async () => {
  product = await openTestProduct()
  other = buildDeps({ ...product.deps.env })
  otherApp = createApi(other)
  theirMerchant = await product.otherMerchant()
  theirs = await newOperator(product, 'admin', theirMerchant.merchantId)
  for (const role of ['viewer', 'support', 'admin'] as const) ours[role] = await newOperator(product, role)
})
afterEach(async () => {
  await Promise.all(opened.splice(0).map((stream) => stream.leave()))
})
afterAll(async () => {
  await other?.close()
  await product.close()
})

interface Message {
  event: string
  data: string[]
}

/** What a browser reads of a stream. */
class Stream {
  readonly messages: Message[] = []
  private readonly reader: ReadableStreamDefaultReader<Uint8Array>
  private text = ''
  private over = false

  constructor(readonly answer: Response) {
    this.reader = (answer.body as ReadableStream<Uint8Array>).getReader()
  }

  /** The messages up to and with the first `event`; those that came before are counted. @throws Error where the stream ends first */
  async until(event: string, subject?: string): Promise<Message> {
    for (;;) {
      const found = this.messages.findIndex(
        (one) => one.event === event && (!subject || one.data.includes(subject)),
      )
      if (found >= 0) return this.messages.splice(0, found + 1).at(-1) as Message
      if (!(await this.read())) throw new Error(`the stream ended before ${event}`)
    }
  }

  /** Reads to the end. */
  async ended(): Promise<Message[]> {
    while (await this.read());
    return this.messages
  }

  leave(): Promise<void> {
    return this.over ? Promise.resolve() : this.reader.cancel()
  }

  private async read(): Promise<boolean> {
    const { value, done } = await this.reader.read()
    if (done) {
      this.over = true
      return false
    }
    this.text += new TextDecoder().decode(value)
    const parts = this.text.split('\n\n')
    this.text = parts.pop() ?? ''
    for (const part of parts) {
      const [, event = '', data = ''] = /^event: (.*)\ndata: (.*)$/.exec(part) ?? []
      this.messages.push({ event, data: data.split(' ').filter(Boolean) })
    }
    return true
  }
}

const ask = (cookie: string, headers: Record<string, string> = {}) =>
  product.call('/api/live', { headers: { cookie, ...headers } })

async function open(cookie: string): Promise<Stream> {
  const answer = await ask(cookie)
  expect(answer.status).toBe(200)
  const stream = new Stream(answer)
  opened.push(stream)
  await stream.until('ready')
  return stream
}

/** A payment by another process, of our merchant or of the one with this key. */
async function payElsewhere(token?: string): Promise<void> {
  const key = token ?? (await product.newApiKey())
  const answer = await otherApp.fetch(
    new Request('http://localhost:3000/api/v1/payments', {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'idempotency-key': uuidv7(),
      },
      body: JSON.stringify({ amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }),
    }),
  )
  expect([answer.status, await answer.text()]).toEqual([201, expect.any(String)])
}

const rest = () => pause(1_500)

describe('who may have a stream', () => {
  test('nobody who is not signed in', async () => {
    for (const cookie of ['', 'payonce.session_token=made-up']) {
      const answer = await ask(cookie)
      expect([answer.status, answer.headers.get('content-type')]).toEqual([
        401,
        'application/problem+json; charset=utf-8',
      ])
    }
  })

  test('each role, as it may read the pages; it is neither cached nor held back by a proxy', async () => {
    for (const role of ['viewer', 'support', 'admin'] as const) {
      const stream = await open(await ours[role].cookie())
      const { headers } = stream.answer
      expect([
        headers.get('content-type'),
        headers.get('cache-control'),
        headers.get('x-accel-buffering'),
      ]).toEqual(['text/event-stream', 'no-store, no-transform', 'no'])
    }
  })

  test('no page of another site, a sister domain included, though the browser sends our cookie', async () => {
    const cookie = await ours.viewer.cookie()
    for (const site of ['cross-site', 'same-site'])
      expect([site, (await ask(cookie, { 'sec-fetch-site': site })).status]).toEqual([site, 403])
    expect(product.deps.live.size).toBe(0)
  })

  test('HEAD takes no place', async () => {
    const answer = await product.call('/api/live', {
      method: 'HEAD',
      headers: { cookie: await ours.viewer.cookie() },
    })
    expect([answer.status, product.deps.live.size]).toEqual([200, 0])
  })

  test('a session has four, and gets its place back', async () => {
    const cookie = await ours.viewer.cookie()
    const streams = []
    for (let at = 0; at < SESSION_MAX; at += 1) streams.push(await open(cookie))
    const refused = await ask(cookie)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '30'])
    // Another session is not affected.
    await open(await ours.viewer.cookie())
    await streams[0]?.leave()
    await open(cookie)
  })
})

describe('hints', () => {
  test('a payment that another process makes is hinted at, without a word about it', async () => {
    const stream = await open(await ours.viewer.cookie())
    await rest()
    expect(stream.messages).toEqual([])
    await payElsewhere()
    const { data } = await stream.until('changed', 'payments')
    expect(data.every((word) => ['payments', 'books', 'acts', 'alerts'].includes(word))).toBe(true)
  })

  test('another merchant’s payments and acts are not hinted at', async () => {
    const stream = await open(await ours.viewer.cookie())
    const their = await open(await theirs.cookie())
    await payElsewhere(theirMerchant.token)
    await their.until('changed', 'payments')
    await rest()
    await rest()
    await stream.leave()
    expect((await stream.ended()).map(({ event }) => event)).toEqual([])
  })

  test('a transaction that ends after later ones is hinted at', async () => {
    const stream = await open(await ours.viewer.cookie())
    const late = await product.owner.connect()
    try {
      await late.query('BEGIN')
      await late.query('SET LOCAL idle_in_transaction_session_timeout = 0')
      await late.query(
        `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload) VALUES ($1, $2, 'payment.succeeded', $2, '{}')`,
        [product.merchantId, uuidv7()],
      )
      await payElsewhere()
      await stream.until('changed', 'payments')
      await rest()
      await rest()
      stream.messages.splice(0)
      await late.query('COMMIT')
      await stream.until('changed', 'payments')
    } finally {
      await late.query('ROLLBACK')
      late.release()
    }
  })

  test('what an operator does is hinted at', async () => {
    const stream = await open(await ours.viewer.cookie())
    const cookie = await ours.admin.cookie()
    const { items } = (
      await callProcedure(product, { path: 'payments.list', type: 'query', input: { limit: 1 }, cookie })
    ).data
    const input = { payment: items[0].id, text: 'Called the shop.', newId: uuidv7() }
    const added = await callProcedure(product, { path: 'notes.add', type: 'mutation', input, cookie })
    expect([added.kind, added.errors]).toEqual([null, []])
    await stream.until('changed', 'acts')
  })

  test('a broken invariant is hinted at', async () => {
    const stream = await open(await ours.viewer.cookie())
    await product.owner.query(
      `INSERT INTO integrity_violation (merchant_id, invariant, subject, detail, found_by) VALUES ($1, 'one-charge-per-key', 'payment x', 'd', 'changes')`,
      [product.merchantId],
    )
    await stream.until('changed', 'alerts')
  })
})

describe('a stream ends', () => {
  test('with its session, and is told so', async () => {
    const cookie = await ours.support.cookie()
    const stream = await open(cookie)
    const { origin } = new URL(product.deps.env.baseUrl)
    const out = await product.call('/api/auth/sign-out', {
      method: 'POST',
      headers: { cookie, origin, 'content-type': 'application/json' },
      body: '{}',
    })
    expect(out.status).toBe(200)
    expect((await stream.ended()).at(-1)?.event).toBe('signed-out')
    expect((await ask(cookie)).status).toBe(401)
  })

  test('with its operator', async () => {
    const leaving = await newOperator(product, 'viewer')
    const stream = await open(await leaving.cookie())
    await product.owner.query('DELETE FROM operator WHERE id = $1', [leaving.id])
    expect((await stream.ended()).at(-1)?.event).toBe('signed-out')
  })

  test('when changes cannot be read, and a new one is whole', async () => {
    const stream = await open(await ours.viewer.cookie())
    await product.owner.query('ALTER FUNCTION changes_since RENAME TO changes_gone')
    try {
      expect((await stream.ended()).map(({ event }) => event)).toEqual([])
    } finally {
      await product.owner.query('ALTER FUNCTION changes_gone RENAME TO changes_since')
    }
    const next = await open(await ours.viewer.cookie())
    await payElsewhere()
    await next.until('changed', 'payments')
  })

  test('at once when the process stops, which takes no other; its reader’s place is free when it goes away', async () => {
    const stopping = buildDeps({ ...product.deps.env })
    const server = http.createServer(getRequestListener(createApi(stopping).fetch))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/live`
    const headers = { cookie: await ours.viewer.cookie() }
    try {
      const going = new AbortController()
      await new Stream(await fetch(url, { headers, signal: going.signal })).until('ready')
      const staying = new Stream(await fetch(url, { headers }))
      await staying.until('ready')
      expect(stopping.live.size).toBe(2)
      going.abort()
      await expect.poll(() => stopping.live.size, { timeout: 10_000 }).toBe(1)
      stopping.live.close()
      expect(stopping.live.size).toBe(0)
      await staying.ended()
      const late = await fetch(url, { headers })
      expect([late.status, late.headers.get('retry-after')]).toEqual([503, '2'])
    } finally {
      server.closeAllConnections()
      server.close()
      await stopping.close()
    }
  })
})

test('nothing runs while no stream is open', async () => {
  const looks = async () =>
    Number(
      (
        await product.owner.query(
          "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'payonce-web-live' AND state_change > now() - interval '1 second'",
        )
      ).rows[0].count,
    )
  const stream = await open(await ours.viewer.cookie())
  await expect.poll(looks, { timeout: 10_000 }).toBeGreaterThan(0)
  await stream.leave()
  await pause(3_000)
  expect(await looks()).toBe(0)
})
