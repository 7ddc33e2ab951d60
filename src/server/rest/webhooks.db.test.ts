import fs from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { SCOPES } from '@/access/api-key'
import { uuidv7 } from '@/lib/id'
import { DISPUTE_STATES } from '@/payments/gateway'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { forgetEvents } from '@/platform/outbox'
import { bodyShape, EVENTS, type EventType } from '@/webhooks/events'
import { fanOut } from '@/webhooks/queue'
import { openTestProduct, type TestProduct } from '../testing/product'

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_BASE_URL: 'https://pay.example.org' })
})
afterAll(() => product.close())

const ENDPOINTS = '/api/v1/webhook-endpoints'
const URL = 'https://shop.example.org/webhooks'
const post = (path: string, body: object = {}, key: string = crypto.randomUUID(), headers = {}) =>
  product.api('POST', path, body, { 'idempotency-key': key, ...headers })
const get = (path: string) => product.api('GET', path)
const audited = async (action: string) =>
  (await product.owner.query('SELECT actor, detail FROM audit_log WHERE action = $1', [action])).rows

describe('the endpoints', () => {
  it('are made once per key; the same request gets the secret again for a day, another one is refused', async () => {
    const first = await post(
      ENDPOINTS,
      { url: URL, eventTypes: ['payment.succeeded'], description: 'Shop' },
      'make',
    )
    expect(first.status).toBe(201)
    expect(first.body).toMatchObject({
      url: URL,
      state: 'enabled',
      secret: expect.stringMatching(/^whsec_.{44}$/),
    })
    expect(first.header('location')).toBe(`${ENDPOINTS}/${first.body.id}`)
    const again = await post(
      ENDPOINTS,
      { url: URL, eventTypes: ['payment.succeeded'], description: 'Shop' },
      'make',
    )
    expect([again.text, again.header('idempotent-replayed')]).toEqual([first.text, 'true'])
    const other = await post(ENDPOINTS, { url: `${URL}/other` }, 'make')
    expect([other.status, other.body.kind]).toEqual([422, 'key-reused'])
    await product.owner.query(`UPDATE webhook_secret SET created_at = now() - interval '25 hours'`)
    const late = await post(
      ENDPOINTS,
      { url: URL, eventTypes: ['payment.succeeded'], description: 'Shop' },
      'make',
    )
    expect(late.body).toMatchObject({ id: first.body.id, secret: null })
    expect((await get(ENDPOINTS)).body.items).toHaveLength(1)
    expect((await get(`${ENDPOINTS}/${first.body.id}`)).text).not.toContain('whsec_')
    expect(await audited('webhook.created')).toEqual([
      { actor: expect.stringMatching(/^key:/), detail: expect.stringContaining(URL) },
    ])
    // At rest there is no secret, neither in its table nor in any other.
    const { rows } = await product.owner.query('SELECT secret FROM webhook_secret')
    expect(rows.map(({ secret }) => secret.slice(0, 3))).toEqual(['v1.'])
  })

  it.each([
    ['not a url', {}],
    ['http://shop.example.org/', {}],
    ['https://127.0.0.1/', {}],
    ['https://169.254.169.254/latest/meta-data', {}],
    ['https://[::ffff:10.0.0.1]/', {}],
    ['https://user:pass@shop.example.org/', {}],
    ['https://shop.example.org:22/', {}],
    ['https://pay.example.org/api', {}],
    [URL, { eventTypes: ['payment.invented'] }],
    [URL, { eventTypes: ['webhook.test'] }],
    [URL, { description: 'x'.repeat(201) }],
    [URL, { secret: 'whsec_mine' }],
  ])('are refused with 400 for %s %j, and nothing is written', async (url, more) => {
    const reply = await post(ENDPOINTS, { url, ...more })
    expect([reply.status, reply.body.kind]).toEqual([400, 'validation'])
    expect((await get(ENDPOINTS)).body.items.map((one: { url: string }) => one.url)).not.toContain(
      url === URL ? '' : url,
    )
  })

  it('are changed, paused, resumed, given a new secret and deleted', async () => {
    const { id, secret } = (await post(ENDPOINTS, { url: URL })).body
    const of = `${ENDPOINTS}/${id}`
    expect((await post(of, { eventTypes: ['refund.failed'] })).body).toMatchObject({
      url: URL,
      eventTypes: ['refund.failed'],
    })
    expect((await post(of, {})).status).toBe(400)
    expect((await post(of, { url: 'https://10.0.0.1/' })).status).toBe(400)
    expect((await post(`${of}/pause`)).body.state).toBe('paused')
    expect((await post(`${of}/test`)).body).toMatchObject({
      kind: 'validation',
      detail: expect.stringContaining('Resume'),
    })
    expect((await post(`${of}/resume`)).body.state).toBe('enabled')
    const rotated = await post(`${of}/rotate-secret`, { overlapHours: 1 }, 'rotate')
    expect(rotated.body.secret).not.toBe(secret)
    expect(Date.parse(rotated.body.previousSecretUntil)).toBeGreaterThan(Date.now())
    expect((await post(`${of}/rotate-secret`, { overlapHours: 1 }, 'rotate')).text).toBe(rotated.text)
    expect((await post(`${of}/rotate-secret`, { overlapHours: 1 })).body.detail).toContain('overlapHours 0')
    expect((await post(`${of}/rotate-secret`, { overlapHours: 0 })).status).toBe(200)
    expect((await post(`${of}/delete`, {}, 'delete')).body).toEqual({ id, deleted: true })
    const again = await post(`${of}/delete`, {}, 'delete')
    expect([again.status, again.header('idempotent-replayed')]).toEqual([200, 'true'])
    for (const act of ['', '/pause', '/rotate-secret', '/test', '/delete'])
      expect((await post(`${of}${act}`, act === '' ? { url: URL } : {})).status).toBe(404)
    expect((await get(of)).status).toBe(404)
  })

  it('belong to their merchant, and to keys with the scope', async () => {
    const { id } = (await post(ENDPOINTS, { url: URL })).body
    const delivery = (await post(`${ENDPOINTS}/${id}/test`)).body.id
    const { token } = await product.otherMerchant()
    const foreign = { authorization: `Bearer ${token}` }
    for (const address of [
      `${ENDPOINTS}/${id}`,
      `${ENDPOINTS}/${id}/deliveries`,
      `/api/v1/webhook-deliveries/${delivery}`,
    ])
      expect((await product.api('GET', address, undefined, foreign)).status).toBe(404)
    for (const address of [
      `${ENDPOINTS}/${id}/pause`,
      `${ENDPOINTS}/${id}/test`,
      `/api/v1/webhook-deliveries/${delivery}/resend`,
    ])
      expect((await post(address, {}, undefined, foreign)).status).toBe(404)
    const others = SCOPES.filter((scope) => !scope.startsWith('webhooks:'))
    const unable = { authorization: `Bearer ${await product.newApiKey({ scopes: others })}` }
    const reader = { authorization: `Bearer ${await product.newApiKey({ scopes: ['webhooks:read'] })}` }
    expect((await product.api('GET', ENDPOINTS, undefined, unable)).status).toBe(403)
    expect((await product.api('GET', ENDPOINTS, undefined, reader)).status).toBe(200)
    for (const headers of [unable, reader]) {
      expect((await post(ENDPOINTS, { url: URL }, undefined, headers)).status).toBe(403)
      expect((await post(`${ENDPOINTS}/${id}/delete`, {}, undefined, headers)).status).toBe(403)
    }
  })
})

describe('the deliveries', () => {
  it('are listed page by page, read with what is sent, and sent again once per key', async () => {
    const { id } = (await post(ENDPOINTS, { url: URL })).body
    const made = []
    for (let count = 0; count < 3; count++) made.push((await post(`${ENDPOINTS}/${id}/test`)).body.id)
    const page = (await get(`${ENDPOINTS}/${id}/deliveries?limit=2`)).body
    const rest = (await get(`${ENDPOINTS}/${id}/deliveries?limit=2&cursor=${page.nextCursor}`)).body
    expect([...page.items, ...rest.items].map((one) => one.id)).toEqual(made.toReversed())
    expect((await get(`${ENDPOINTS}/${id}/deliveries?state=failed`)).body.items).toEqual([])
    expect((await get(`${ENDPOINTS}/${id}/deliveries?state=lost`)).status).toBe(400)
    await product.owner.query(
      `UPDATE webhook_delivery SET state = 'failed', ended_at = now(), tries = 10 WHERE id = replace($1, 'whd_', '')::uuid`,
      [made[0]],
    )
    const again = `/api/v1/webhook-deliveries/${made[0]}/resend`
    expect((await post(again, {}, 'again')).body.state).toBe('pending')
    await product.owner.query(
      `UPDATE webhook_delivery SET state = 'failed', ended_at = now() WHERE id = replace($1, 'whd_', '')::uuid`,
      [made[0]],
    )
    expect((await post(again, {}, 'again')).body.state).toBe('failed')
    const read = (await get(`/api/v1/webhook-deliveries/${made[0]}`)).body
    expect(bodyShape('webhook.test').parse(JSON.parse(read.body)).data).toEqual({ endpoint: id })
    expect(read.log).toEqual([])
  })

  it('since an instant are sent again, for 30 days', async () => {
    const { id } = (await post(ENDPOINTS, { url: URL })).body
    const since = (ms: number) =>
      post(`${ENDPOINTS}/${id}/replay`, { since: new Date(Date.now() + ms).toISOString() })
    expect((await since(-60_000)).status).toBe(200)
    for (const ms of [60_000, -31 * 86_400_000]) expect((await since(ms)).body.kind).toBe('validation')
  })
})

describe('the events', () => {
  it('are as they are documented, each that is written', async () => {
    const { id } = (await post(ENDPOINTS, { url: URL })).body
    const pay = (paymentMethod: string) =>
      post('/api/v1/payments', { amount: 2400, currency: 'EUR', paymentMethod })
    const paid = await pay('pm_card_visa')
    await pay('pm_card_declined')
    await post(`/api/v1/payments/${paid.body.id}/refunds`, { amount: 100 })
    const deliveries = async () => {
      while ((await fanOut(product.deps.db)) > 0);
      const { rows } = await product.owner.query<{ type: EventType; body: string }>(
        `SELECT event_type AS type, body FROM webhook_delivery WHERE endpoint_id = replace($1, 'whe_', '')::uuid ORDER BY event_type`,
        [id],
      )
      return rows
    }
    // A transaction of another test, in whatever database of the server, holds events back.
    const wanted = ['payment.declined', 'payment.succeeded', 'refund.succeeded']
    const rows = await vi.waitFor(async () => {
      const made = await deliveries()
      expect(made.map(({ type }) => type)).toEqual(wanted)
      return made
    }, 20_000)
    for (const { type, body } of rows) bodyShape(type).parse(JSON.parse(body))
  })

  it('are removed after 90 days, and the invariant asks no payment of that age for one', async () => {
    const told = async () =>
      (await product.owner.query('SELECT subject, detail FROM integrity_across.settled_payment_was_told'))
        .rows
    const pay = async () =>
      (await post('/api/v1/payments', { amount: 7, currency: 'EUR', paymentMethod: 'pm_card_visa' })).body.id
    const idOf = (shown: string) => shown.replace('pay_', '')
    const [old, young] = [idOf(await pay()), idOf(await pay())]
    const client = await product.owner.connect()
    const unguarded = (query: string, id: string) => client.query(query, [id])
    await client.query('SET session_replication_role = replica')
    const long = `created_at = now() - interval '91 days'`
    await unguarded(`UPDATE payment SET ${long} WHERE id = $1::uuid`, old)
    await unguarded(`UPDATE outbox_event SET ${long} WHERE subject_id = $1::uuid`, old)
    expect(await forgetEvents(product.deps.db, uuidv7(), 10)).toBe(1)
    expect(await told()).toEqual([])
    await unguarded('DELETE FROM outbox_event WHERE subject_id = $1::uuid', young)
    expect(await told()).toEqual([{ subject: expect.stringContaining('payment '), detail: '0 events' }])
    await client.query('SET session_replication_role = origin')
    client.release()
  })

  it('are in the document, and each type that the code can write is among them', async () => {
    const { webhooks } = (await get('/api/openapi.json')).body
    expect(Object.keys(webhooks).toSorted()).toEqual(Object.keys(EVENTS).toSorted())
    const root = path.join(import.meta.dirname, '../..')
    const sources = fs
      .readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => /^(payments|checkout|ledger|access)\/.*\.ts$/.test(name) && !name.includes('.test.'))
      .map((name) => fs.readFileSync(path.join(root, name), 'utf8'))
    const written = sources.flatMap((text) =>
      [...text.matchAll(/emit\(\{[^}]*type: (`[^`]*`|'[^']*')/g)].map(([, type]) => type),
    )
    // A new form of type needs its place in EVENTS, and in this list.
    expect(written.map((form) => form?.replaceAll(/[`$]/g, '')).toSorted()).toEqual([
      'dispute.{status}',
      'payment.surplus_{what}',
      'payment.{status}',
      'refund.{status}',
      'refund.{status}',
    ])
    const ends = PAYMENT_STATUSES.filter(
      (status) =>
        !['sending', 'unknown', 'requires_action', 'refunded', 'partially_refunded'].includes(status),
    )
    for (const status of ends) expect(Object.keys(EVENTS)).toContain(`payment.${status}`)
    for (const state of DISPUTE_STATES)
      expect(Object.keys(EVENTS)).toContain(`dispute.${state === 'open' ? 'opened' : state}`)
  })
})
