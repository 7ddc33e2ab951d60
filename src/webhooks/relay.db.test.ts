import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { FactorKeys } from '@/access/factor-secret'
import { uuidv7 } from '@/lib/id'
import { commit } from '@/platform/commit'
import { sql } from '@/platform/db'
import { emit } from '@/platform/outbox'
import { openTestProduct, type TestProduct } from '@/server/testing/product'
import { replaySince, resendDelivery, sendTest } from './delivery'
import {
  createEndpoint,
  deleteEndpoint,
  renewWebhookSecrets,
  rotateSecret,
  secretMade,
  setEndpointState,
} from './endpoint'
import { claim, disable, fanOut, forgetDeliveries, readBacklog, settle } from './queue'
import { Relay } from './relay'
import { WebhookSender } from './send'

/** Requests that a receiver got, and how it answers each. */
interface Received {
  headers: Record<string, string>
  body: string
}

let product: TestProduct
let sender: WebhookSender
const servers: http.Server[] = []
const onDisabled = vi.fn()
const KEYS = ['a key for tests that encrypts secrets'] as const
const BY = { name: 'operator:test', address: null, requestId: null }

beforeAll(async () => {
  product = await openTestProduct()
})
afterAll(() => product.close())
beforeEach(async () => {
  sender = new WebhookSender({
    loopback: true,
    ownHost: 'pay.example.com',
    resolve: async () => [],
    deadlineMs: 2_000,
  })
  onDisabled.mockReset()
  await product.owner.query('DELETE FROM webhook_delivery; DELETE FROM webhook_endpoint')
})
afterEach(() => {
  sender.close()
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function receiver(answer: (response: http.ServerResponse, count: number) => void) {
  const received: Received[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      received.push({
        headers: request.headers as Record<string, string>,
        body: Buffer.concat(chunks).toString(),
      })
      answer(response, received.length)
    })
  })
  servers.push(server)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks` }
}

const withStatus =
  (status: number, headers: Record<string, string> = {}) =>
  (response: http.ServerResponse) =>
    response.writeHead(status, headers).end('seen')

const newRelay = (keys: FactorKeys = KEYS) =>
  new Relay({
    db: product.deps.db,
    ours: sql`true`,
    keys,
    sender,
    log: product.deps.log,
    onDisabled,
  })

/** Turns until nothing is due. */
/** An event waits for transactions of before, also in other databases of the server, where other tests run. */
async function drain(relay = newRelay()): Promise<void> {
  const before = `SELECT FROM pg_stat_activity WHERE datname <> current_database() AND backend_xid::text::bigint < (SELECT max(xid) FROM outbox_event)`
  await expect.poll(async () => (await product.owner.query(before)).rowCount, { timeout: 20_000 }).toBe(0)
  while (await relay.turn()) await relay.idle()
  await relay.idle()
}

const changeOf = (endpointId: string) => ({
  merchantId: product.merchantId,
  endpointId,
  by: BY,
  actId: uuidv7(),
})

async function newEndpoint(url: string, eventTypes: string[] = []) {
  const id = uuidv7()
  const fields = { url, description: '', eventTypes }
  expect(await createEndpoint(product.deps.db, changeOf(id), fields, KEYS)).toBe('done')
  const secret = await secretMade(
    product.deps.db,
    { merchantId: product.merchantId, endpointId: id },
    id,
    KEYS,
  )
  return { id, secret: secret ?? '' }
}

async function happens(
  type = 'payment.succeeded',
  payload: Record<string, string | number> = { payment: 'pay_1' },
) {
  const id = uuidv7()
  const event = { merchantId: product.merchantId, id, type, subjectId: uuidv7(), payload }
  expect(await commit(product.deps.db, [emit(event)])).toEqual({ committed: true })
  return id
}

const deliveries = async () =>
  (await product.owner.query('SELECT * FROM webhook_delivery ORDER BY created_at, id')).rows
const makeDue = () =>
  product.owner.query(`UPDATE webhook_delivery SET next_at = now() WHERE state = 'pending'`)

describe('an event', () => {
  it('is signed as Standard Webhooks says, and sent once to each endpoint that wants it', async () => {
    const [one, two, three] = [
      await receiver(withStatus(200)),
      await receiver(withStatus(204)),
      await receiver(withStatus(200)),
    ]
    const { secret } = await newEndpoint(one.url)
    await newEndpoint(two.url, ['refund.failed', 'payment.succeeded'])
    await newEndpoint(three.url, ['refund.failed'])
    const id = await happens('payment.succeeded', { payment: 'pay_é', amount: 2400 })
    await drain()
    await drain()
    expect([one.received.length, two.received.length, three.received.length]).toEqual([1, 1, 0])
    const [{ headers, body }] = one.received as [Received]
    expect(headers['webhook-id']).toBe(`evt_${id.replaceAll('-', '')}`)
    expect(new Webhook(secret).verify(body, headers)).toEqual({
      type: 'payment.succeeded',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      data: { payment: 'pay_é', amount: 2400 },
    })
    expect(() => new Webhook(secret).verify(`${body} `, headers)).toThrow()
    expect((await deliveries()).map(({ state }) => state)).toEqual(['delivered', 'delivered'])
  })

  it('of a transaction that still runs is not passed over by later ones', async () => {
    const { received, url } = await receiver(withStatus(200))
    await newEndpoint(url)
    const late = await product.owner.connect()
    await late.query('BEGIN')
    await late.query(
      `INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload) VALUES ($1, $2, 'refund.failed', $2, '{}')`,
      [product.merchantId, uuidv7()],
    )
    await happens()
    await drain()
    expect(received).toHaveLength(0)
    await late.query('COMMIT')
    late.release()
    await drain()
    expect(received.map(({ body }) => JSON.parse(body).type).sort()).toEqual([
      'payment.succeeded',
      'refund.failed',
    ])
  })

  it('that is not there costs no write', async () => {
    await drain()
    // A lock on the row would be written into it.
    const cursor = async () =>
      (await product.owner.query('SELECT xmin::text, xmax::text, xid, event_id FROM webhook_cursor')).rows
    const before = await cursor()
    await fanOut(product.deps.db)
    expect(await cursor()).toEqual(before)
  })

  it('is sent in a database that was restored and counts its transactions anew', async () => {
    const { received, url } = await receiver(withStatus(200))
    await newEndpoint(url)
    await product.owner.query('UPDATE webhook_cursor SET xid = 4611686018427387904')
    await happens()
    await drain()
    await drain()
    await drain()
    expect(received).toHaveLength(1)
  })

  it('that happened before the endpoint was made, or to another merchant, is not sent', async () => {
    const { received, url } = await receiver(withStatus(200))
    await happens()
    await newEndpoint(url)
    const { merchantId } = await product.otherMerchant()
    await commit(product.deps.db, [
      emit({ merchantId, id: uuidv7(), type: 'payment.succeeded', subjectId: uuidv7(), payload: {} }),
    ])
    await drain()
    expect(received).toHaveLength(0)
  })

  it('is sent again, with the same id and a new timestamp, by the worker after one that was killed', async () => {
    const { received, url } = await receiver(withStatus(200))
    await newEndpoint(url)
    await happens()
    await fanOut(product.deps.db)
    const room = { byEndpoint: new Map(), otherwise: 4, total: 10 }
    const [taken] = await claim(product.deps.db, sql`true`, room)
    // Its lease runs: nobody else has it.
    await drain()
    expect(received).toHaveLength(0)
    await product.owner.query(`UPDATE webhook_delivery SET lease_until = now() - interval '1 s'`)
    await drain()
    expect(received).toHaveLength(1)
    // What the first one notes comes too late, and changes nothing.
    if (!taken) throw new Error('nothing was claimed')
    const decision = { state: 'failed', waitMs: 0, throttleMs: 0, gone: false } as const
    const answer = { status: 500, retryAfterMs: null, text: '' }
    await settle(product.deps.db, [{ claimed: taken, at: new Date(), ms: 1, answer, decision }])
    expect(await deliveries()).toMatchObject([{ state: 'delivered', attempts: 1 }])
  })

  it('is sent once by several workers', async () => {
    const { received, url } = await receiver(withStatus(200))
    await newEndpoint(url)
    for (let count = 0; count < 30; count++) await happens()
    await Promise.all([newRelay(), newRelay(), newRelay()].map(drain))
    await drain()
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toHaveLength(30)
    expect(received).toHaveLength(30)
  })
})

describe('a failure', () => {
  it.each([
    [500, {}, 5_000, 0],
    [302, { location: 'http://127.0.0.1:1/' }, 5_000, 0],
    [404, {}, 5_000, 0],
    [429, { 'retry-after': '120' }, 120_000, 120_000],
    [503, { 'retry-after': '60' }, 60_000, 60_000],
    [504, {}, 30_000, 30_000],
  ])('%i is tried again after its wait, and is in the log', async (status, headers, waitMs, throttleMs) => {
    const { received, url } = await receiver(withStatus(status, headers as Record<string, string>))
    const { id } = await newEndpoint(url)
    await happens()
    await drain()
    expect(received).toHaveLength(1)
    const { rows } = await product.owner.query(
      `SELECT d.state, d.tries, a.status, a.answer, extract(epoch FROM d.next_at - a.at) * 1000 AS wait,
         extract(epoch FROM e.not_before - a.at) * 1000 AS throttle, e.failing_since IS NOT NULL AS failing
       FROM webhook_delivery d JOIN webhook_attempt a ON a.delivery_id = d.id JOIN webhook_endpoint e ON e.id = $1`,
      [id],
    )
    expect(rows).toMatchObject([{ state: 'pending', tries: 1, status, answer: 'seen', failing: true }])
    expect(Number(rows[0].wait)).toBeGreaterThanOrEqual(waitMs)
    expect(Number(rows[0].wait)).toBeLessThan(waitMs * 1.1 + 5_000)
    if (throttleMs === 0) expect(rows[0].throttle).toBe(null)
    else expect(Number(rows[0].throttle)).toBeGreaterThanOrEqual(throttleMs)
  })

  it('a throttled endpoint gets nothing at all until then', async () => {
    const { received, url } = await receiver(withStatus(429))
    await newEndpoint(url)
    await happens()
    await drain()
    await happens()
    await makeDue()
    await drain()
    expect(received).toHaveLength(1)
  })

  it('ends after ten attempts, and can be sent again by hand', async () => {
    const { received, url } = await receiver((response, count) =>
      response.writeHead(count <= 10 ? 500 : 200).end(),
    )
    const { id } = await newEndpoint(url)
    await happens()
    for (let tries = 0; tries < 12; tries++) {
      await drain()
      await makeDue()
    }
    const [failed] = await deliveries()
    expect(failed).toMatchObject({ state: 'failed', tries: 10, attempts: 10 })
    expect(received).toHaveLength(10)
    expect(await resendDelivery(product.deps.db, changeOf(id), failed.id)).toBe('done')
    await drain()
    expect(await deliveries()).toMatchObject([{ state: 'delivered', tries: 1, attempts: 11 }])
    expect(new Set(received.map(({ headers }) => headers['webhook-id']))).toHaveLength(1)
    const { rows } = await product.owner.query('SELECT failing_since FROM webhook_endpoint')
    expect(rows).toEqual([{ failing_since: null }])
  })

  it('410 disables the endpoint at once, with an entry of the audit log; enabled again, it gets what it missed', async () => {
    const { received, url } = await receiver((response, count) =>
      response.writeHead(count === 1 ? 410 : 200).end(),
    )
    const { id } = await newEndpoint(url)
    const since = new Date()
    await happens()
    await drain()
    expect(onDisabled).toHaveBeenCalledExactlyOnceWith({
      merchantId: product.merchantId,
      endpointId: id,
      why: 'gone',
    })
    await happens()
    await drain()
    expect(received).toHaveLength(1)
    const { rows } = await product.owner.query(
      `SELECT actor, action, detail FROM audit_log WHERE subject = $1 ORDER BY seq DESC LIMIT 1`,
      [id],
    )
    expect(rows).toEqual([
      { actor: 'system', action: 'webhook.disabled', detail: 'The endpoint answered 410 Gone.' },
    ])
    await setEndpointState(product.deps.db, changeOf(id), 'enabled')
    expect(await replaySince(product.deps.db, changeOf(id), since)).toBe('done')
    await drain()
    expect((await deliveries()).map(({ state }) => state)).toEqual(['delivered', 'delivered'])
    // What has arrived is not sent by another replay.
    await replaySince(product.deps.db, changeOf(id), since)
    await drain()
    expect(received).toHaveLength(3)
  })

  it('for 5 days disables it, not a day before', async () => {
    const { url } = await receiver(withStatus(500))
    const { id } = await newEndpoint(url)
    const endpoint = { merchantId: product.merchantId, endpointId: id }
    await happens()
    await product.owner.query(
      `UPDATE webhook_endpoint SET failing_since = now() - interval '4 days 23 hours'`,
    )
    await drain()
    expect(onDisabled).not.toHaveBeenCalled()
    expect(await disable(product.deps.db, endpoint, 'failing')).toBe(false)
    await product.owner.query(
      `UPDATE webhook_endpoint SET failing_since = now() - interval '5 days 1 minute'`,
    )
    await makeDue()
    await drain()
    expect(onDisabled).toHaveBeenCalledOnce()
    expect(await readBacklog(product.deps.db)).toMatchObject({ pending: 1n, oldestSeconds: 0, disabled: 1n })
  })

  it('a receiver that is away, or answers without an end, is a failure within the deadline', async () => {
    const hanging = await receiver(() => undefined)
    await newEndpoint(hanging.url)
    await newEndpoint('http://127.0.0.1:1/hooks')
    await happens()
    await drain()
    const { rows } = await product.owner.query('SELECT error FROM webhook_attempt ORDER BY error')
    expect(rows).toEqual([{ error: 'No answer in time.' }, { error: 'The connection was refused.' }])
  })
})

describe('an endpoint', () => {
  it('that is paused gets its events after the pause; one that was deleted gets none', async () => {
    const { received, url } = await receiver(withStatus(200))
    const { id } = await newEndpoint(url)
    await setEndpointState(product.deps.db, changeOf(id), 'paused')
    await happens()
    await drain()
    expect(received).toHaveLength(0)
    expect(await sendTest(product.deps.db, changeOf(id), new Date())).toBe('refused')
    await setEndpointState(product.deps.db, changeOf(id), 'enabled')
    await drain()
    expect(received).toHaveLength(1)
    expect(await deleteEndpoint(product.deps.db, changeOf(id))).toBe('done')
    await happens()
    await drain()
    expect(received).toHaveLength(1)
    expect(await deleteEndpoint(product.deps.db, changeOf(id))).toBe('refused')
    expect(
      (await product.owner.query('SELECT FROM webhook_secret WHERE endpoint_id = $1', [id])).rowCount,
    ).toBe(0)
  })

  it('in a rotation both secrets sign; a third is refused until then; an overlap of 0 ends all others', async () => {
    const { received, url } = await receiver(withStatus(200))
    const { id, secret } = await newEndpoint(url)
    const of = { merchantId: product.merchantId, endpointId: id }
    const rotate = async (hours: number) => {
      const change = changeOf(id)
      const outcome = await rotateSecret(product.deps.db, change, hours, KEYS)
      return { outcome, secret: await secretMade(product.deps.db, of, change.actId, KEYS) }
    }
    const second = await rotate(24)
    await sendTest(product.deps.db, changeOf(id), new Date())
    await drain()
    const [{ body, headers }] = received as [Received]
    for (const each of [secret, second.secret ?? '']) new Webhook(each).verify(body, headers)
    expect(await rotate(24)).toEqual({ outcome: 'refused', secret: null })
    const third = await rotate(0)
    await sendTest(product.deps.db, changeOf(id), new Date())
    await drain()
    const last = received.at(-1) as Received
    new Webhook(third.secret ?? '').verify(last.body, last.headers)
    expect(() => new Webhook(second.secret ?? '').verify(last.body, last.headers)).toThrow()
    expect(last.headers['webhook-signature']?.split(' ')).toHaveLength(1)
  })

  it('an act is done once for its id, and another one under the same id is known', async () => {
    const { id } = await newEndpoint('https://shop.example.org/hooks')
    const change = changeOf(id)
    expect(await setEndpointState(product.deps.db, change, 'paused')).toBe('done')
    await setEndpointState(product.deps.db, changeOf(id), 'enabled')
    expect(await setEndpointState(product.deps.db, change, 'paused')).toBe('before')
    expect(await setEndpointState(product.deps.db, change, 'enabled')).toBe('reused')
    const test = changeOf(id)
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => sendTest(product.deps.db, test, new Date())))
    expect(outcomes.toSorted()).toEqual(['before', 'before', 'before', 'done'])
  })

  it('signs as before after the installation’s secret has rotated, also without the one before', async () => {
    const { received, url } = await receiver(withStatus(200))
    const { id, secret } = await newEndpoint(url)
    const rotated = ['the next key for tests that encrypts', ...KEYS] as const
    const lone = [rotated[0]] as const
    expect(await renewWebhookSecrets(product.deps.db, lone)).toEqual({ renewed: 0, unreadable: 1 })
    expect(await renewWebhookSecrets(product.deps.db, rotated)).toEqual({ renewed: 1, unreadable: 0 })
    await sendTest(product.deps.db, changeOf(id), new Date())
    await drain(newRelay(lone))
    const [{ body, headers }] = received as [Received]
    new Webhook(secret).verify(body, headers)
    // Who cannot read the secret sends nothing, and says so.
    await sendTest(product.deps.db, changeOf(id), new Date())
    await drain()
    expect(received).toHaveLength(1)
    const { rows } = await product.owner.query('SELECT error FROM webhook_attempt WHERE error IS NOT NULL')
    expect(rows).toEqual([{ error: 'The signing secret cannot be read: rotate it.' }])
  })

  it('does not sign with a secret that was moved to it from another, also where both are sent at once', async () => {
    const [own, other] = [await receiver(withStatus(200)), await receiver(withStatus(200))]
    const { id } = await newEndpoint(own.url)
    const thief = await newEndpoint(other.url)
    await product.owner.query(
      'UPDATE webhook_secret SET secret = (SELECT secret FROM webhook_secret WHERE endpoint_id = $1) WHERE endpoint_id = $2',
      [id, thief.id],
    )
    await happens()
    await drain()
    expect([own.received.length, other.received.length]).toEqual([1, 0])
  })

  it('is one of 20 at most', async () => {
    const fields = { url: 'https://shop.example.org/hooks', description: '', eventTypes: [] }
    const create = () => createEndpoint(product.deps.db, changeOf(uuidv7()), fields, KEYS)
    for (let count = 0; count < 15; count++) expect(await create()).toBe('done')
    const atOnce = await Promise.all(Array.from({ length: 15 }, create))
    expect(atOnce.toSorted()).toEqual([...Array(5).fill('done'), ...Array(10).fill('refused')])
    expect(await create()).toBe('refused')
  })
})

it('50 endpoints that hang delay the others by less than a second', async () => {
  const merchants = [
    await product.otherMerchant(),
    await product.otherMerchant(),
    await product.otherMerchant(),
  ]
  const hanging = await receiver(() => undefined)
  const quick = await receiver(withStatus(200))
  const relay = newRelay()
  const stopping = new AbortController()
  await newEndpoint(quick.url)
  for (const [at, { merchantId }] of merchants.entries())
    for (let count = 0; count < (at === 0 ? 16 : 17); count++) {
      const id = uuidv7()
      const change = { merchantId, endpointId: id, by: BY, actId: id }
      await createEndpoint(
        product.deps.db,
        change,
        { url: hanging.url, description: '', eventTypes: [] },
        KEYS,
      )
    }
  for (const { merchantId } of merchants)
    for (let count = 0; count < 20; count++)
      await commit(product.deps.db, [
        emit({ merchantId, id: uuidv7(), type: 'payment.succeeded', subjectId: uuidv7(), payload: {} }),
      ])
  const running = relay.run(stopping.signal)
  await vi.waitFor(() => expect(hanging.received.length).toBeGreaterThanOrEqual(50), 10_000)
  for (let count = 0; count < 40; count++) await happens()
  await vi.waitFor(() => expect(quick.received).toHaveLength(40), 10_000)
  stopping.abort()
  servers[0]?.closeAllConnections()
  await running
  const { rows } = await product.owner.query(
    `SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY extract(epoch FROM a.at - o.created_at)) AS p95 FROM webhook_attempt a
     JOIN webhook_delivery d ON d.id = a.delivery_id JOIN outbox_event o ON o.id = d.event_id WHERE a.status = 200`,
  )
  expect(Number(rows[0].p95)).toBeLessThan(1)
})

it('deliveries are kept for 30 days, events for 90, and an event that is younger cannot be removed', async () => {
  const { url } = await receiver(withStatus(200))
  const { id } = await newEndpoint(url)
  await happens()
  await drain()
  await deleteEndpoint(product.deps.db, changeOf(id))
  expect(await forgetDeliveries(product.deps.db, 10)).toBe(0)
  await product.owner.query(`UPDATE webhook_delivery SET created_at = now() - interval '31 days'`)
  await product.owner.query(`UPDATE webhook_endpoint SET updated_at = now() - interval '31 days'`)
  expect(await forgetDeliveries(product.deps.db, 10)).toBe(1)
  expect((await product.owner.query('SELECT FROM webhook_endpoint')).rowCount).toBe(0)
  await expect(product.deps.db.$executeRaw(sql`DELETE FROM outbox_event`)).rejects.toThrow(/append-only/)
})
