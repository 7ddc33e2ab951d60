import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { showId, uuidv7 } from '@/lib/id'
import { commit } from '@/platform/commit'
import { emit } from '@/platform/outbox'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The webhooks of the dashboard. That they do what the API does is one code: these are its rights, repeats, fields and pages. */

let product: TestProduct
let admin: TestOperator
let viewer: TestOperator
beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_BASE_URL: 'https://pay.example.org' })
  admin = await newOperator(product, 'admin')
  viewer = await newOperator(product, 'viewer')
})
afterAll(() => product.close())

const URL = 'https://shop.example.org/webhooks'
const send = async (name: string, input: object, by = admin) =>
  callProcedure(product, { path: `webhooks.${name}`, type: 'mutation', input, cookie: await by.cookie() })
const ask = async (name: string, input?: object, by = viewer) =>
  callProcedure(product, {
    path: `webhooks.${name}`,
    type: 'query',
    cookie: await by.cookie(),
    ...(input ? { input } : {}),
  })
const on = (id: string, more: object = {}) => ({ id, newId: randomUUID(), ...more })
const create = async (more: object = {}) =>
  (await send('create', { newId: randomUUID(), url: URL, ...more })).data.endpoint.id as string
const audited = async (id: string) =>
  (
    await product.owner.query('SELECT action, actor FROM audit_log WHERE subject = $1 ORDER BY seq', [
      id.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5'),
    ])
  ).rows.map(({ action, actor }) => `${actor === `operator:${admin.id}` ? 'us' : actor} ${action}`)

describe('an endpoint', () => {
  it('is made once however often it is sent; each answer has the secret, no list and no reading has', async () => {
    const input = { newId: randomUUID(), url: URL, eventTypes: ['payment.succeeded'], description: ' Shop ' }
    const answers = await Promise.all(Array.from({ length: 5 }, () => send('create', input)))
    const first = answers[0]?.data
    expect(first).toMatchObject({
      endpoint: {
        id: expect.stringMatching(/^whe_[0-9a-f]{32}$/),
        url: URL,
        description: 'Shop',
        state: 'enabled',
        pending: 0,
      },
      secret: expect.stringMatching(/^whsec_.{44}$/),
    })
    expect(answers.map(({ data }) => data)).toEqual(answers.map(() => first))
    const { data } = await ask('list')
    expect(data.endpoints).toEqual([first.endpoint])
    expect(data.types.map(({ type }: { type: string }) => type)).toContain('refund.failed')
    expect(JSON.stringify([data, await ask('get', { id: first.endpoint.id })])).not.toContain('whsec_')
    expect(await audited(first.endpoint.id)).toEqual(['us webhook.created'])
    // Who knows the ids that are shown, and is not who made it, makes another.
    const seen = first.endpoint.id.slice(4).replace(/(.{8})(.{4}).(.{3}).(.{3})(.{12})/, '$1-$2-4$3-8$4-$5')
    const second = await newOperator(product, 'admin')
    for (const answer of [
      await send('create', { ...input, newId: seen }),
      await send('create', input, second),
    ])
      expect(answer.data.secret).not.toBe(first.secret)
    // The same id for something else is no repeat.
    expect((await send('create', { ...input, url: `${URL}/other` })).kind).toBe('key-reused')
  })

  it.each([
    ['nonsense', 'not a URL'],
    ['http://shop.example.org/', 'Only https'],
    ['https://10.0.0.1/', 'private or reserved'],
    ['https://localhost/', 'private network'],
    ['https://a:b@shop.example.org/', 'no user name'],
    ['https://shop.example.org:22/', '443 and 8443'],
    ['https://pay.example.org/', 'Payonce itself'],
  ])('at %s is refused by its field, when it is made and when it is changed', async (url, why) => {
    const before = (await ask('list')).data.endpoints
    const id = before[0].id
    for (const reply of [
      await send('create', { newId: randomUUID(), url }),
      await send('update', on(id, { changes: { url } })),
    ]) {
      expect([reply.status, reply.kind]).toEqual([400, 'validation'])
      expect(reply.detail).toContain(why)
      expect(reply.errors).toEqual([{ pointer: '/url', detail: expect.stringContaining(why) }])
    }
    expect((await ask('list')).data.endpoints).toEqual(before)
  })

  it('that is changed leaves what it was before in the audit log, however many change it at once; a secret is never there', async () => {
    const id = await create({ description: 'Shop' })
    const to = ['One', 'Two'].map((description) => send('update', on(id, { changes: { description } })))
    expect((await Promise.all(to)).map(({ kind }) => kind)).toEqual([null, null])
    const { rows } = await product.owner.query(
      `SELECT changes FROM audit_log WHERE action = 'webhook.changed' AND subject = $1 ORDER BY seq`,
      [id.slice(4).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')],
    )
    const [first, second] = rows.map(({ changes }) => changes[0])
    expect(first).toMatchObject({ field: 'description', before: 'Shop' })
    expect(second).toMatchObject({ field: 'description', before: first.after })
    expect(JSON.stringify(rows)).not.toContain('whsec_')
  })

  it('is changed, paused, resumed, gets a new secret and is deleted, each in the audit log once', async () => {
    const id = await create()
    const types = await send('update', on(id, { changes: { eventTypes: ['refund.failed'] } }))
    expect(types.data).toMatchObject({ url: URL, eventTypes: ['refund.failed'] })
    const pause = on(id)
    expect((await send('pause', pause)).data.state).toBe('paused')
    expect((await send('sendTest', on(id))).detail).toContain('Resume')
    expect((await send('resume', on(id))).data.state).toBe('enabled')
    // A late repeat of the first press does not pause it again.
    expect((await send('pause', pause)).data.state).toBe('enabled')
    const rotation = on(id, { overlapHours: 1 })
    const rotated = await send('rotateSecret', rotation)
    expect(Date.parse(rotated.data.endpoint.previousSecretUntil)).toBeGreaterThan(Date.now())
    expect((await send('rotateSecret', rotation)).data).toEqual(rotated.data)
    expect((await send('rotateSecret', on(id, { overlapHours: 1 }))).detail).toContain('Two secrets')
    expect((await send('remove', on(id))).data).toEqual({ id })
    for (const name of ['pause', 'resume', 'sendTest', 'rotateSecret', 'remove'])
      expect([name, (await send(name, on(id))).status]).toEqual([name, 404])
    expect(await audited(id)).toEqual([
      'us webhook.created',
      'us webhook.changed',
      'us webhook.paused',
      'us webhook.enabled',
      'us webhook.secret-rotated',
      'us webhook.deleted',
    ])
  })

  it('is read by a viewer, and changed by an admin who has just confirmed', async () => {
    const id = await create()
    expect((await ask('get', { id })).data.id).toBe(id)
    expect((await ask('deliveries', { id })).data).toEqual({ items: [], nextCursor: null })
    expect((await send('pause', on(id), viewer)).kind).toBe('forbidden')
    const cookie = await admin.cookie()
    await product.owner.query(`UPDATE operator_session SET verified_at = now() - interval '1 hour'`)
    const stale = (path: string, input: object) =>
      callProcedure(product, { path: `webhooks.${path}`, type: 'mutation', input, cookie })
    for (const [name, input] of [
      ['create', { newId: randomUUID(), url: URL }],
      ['update', on(id, { changes: { url: `${URL}/2` } })],
      ['rotateSecret', on(id)],
    ] as const)
      expect([name, (await stale(name, input)).kind]).toEqual([name, 'step-up-required'])
    expect((await stale('pause', on(id))).data.state).toBe('paused')
  })

  it('is refused beyond the limit, with what to do', async () => {
    const { endpoints, max } = (await ask('list')).data
    await product.owner.query(
      `INSERT INTO webhook_endpoint (merchant_id, id, url) SELECT $1, gen_random_uuid(), $2 FROM generate_series(1, $3::int)`,
      [product.merchantId, URL, max - endpoints.length],
    )
    const more = await send('create', { newId: randomUUID(), url: URL })
    expect([more.status, more.detail]).toEqual([400, expect.stringContaining('Delete one first')])
    await product.owner.query(`UPDATE webhook_endpoint SET state = 'deleted'`)
  })
})

describe('deliveries', () => {
  it('are listed page by page and by state, read as they were sent, and sent again', async () => {
    const id = await create()
    const tests = []
    for (let count = 0; count < 3; count++) tests.push((await send('sendTest', on(id))).data)
    expect(tests[0]).toMatchObject({ endpointId: id, eventType: 'webhook.test', state: 'pending' })
    const page = (await ask('deliveries', { id, limit: 2 })).data
    const rest = (await ask('deliveries', { id, limit: 2, cursor: page.nextCursor })).data
    expect([...page.items, ...rest.items].map((one) => one.id)).toEqual(tests.map((one) => one.id).reverse())
    expect((await ask('deliveries', { id, state: 'failed' })).data.items).toEqual([])
    await product.owner.query(`UPDATE webhook_delivery SET state = 'failed', attempts = 1, ended_at = now();
      INSERT INTO webhook_attempt (merchant_id, delivery_id, number, at, duration_ms, status, answer)
      SELECT merchant_id, id, 1, now(), 12, 500, 'no' FROM webhook_delivery`)
    const { data } = await ask('delivery', { id: tests[0].id })
    expect(data).toMatchObject({
      state: 'failed',
      endpoint: { id, url: URL },
      log: [{ number: 1, durationMs: 12, status: 500, error: null, answer: 'no' }],
    })
    expect(JSON.parse(data.body)).toMatchObject({ type: 'webhook.test', data: { endpoint: id } })
    expect(data.headers).toContainEqual({ name: 'webhook-id', value: data.eventId })
    expect(data.headers).toContainEqual({
      name: 'content-length',
      value: String(Buffer.byteLength(data.body)),
    })
    const again = on(tests[0].id)
    for (const reply of [await send('resend', again), await send('resend', again)])
      expect(reply.data.state).toBe('pending')
    expect(await audited(id)).toEqual([
      'us webhook.created',
      ...tests.map(() => 'us webhook.test-sent'),
      'us webhook.resent',
    ])
    await send('remove', on(id))
    // The log of an endpoint that is gone can still be read.
    expect((await ask('delivery', { id: tests[0].id })).data).toMatchObject({
      endpoint: null,
      state: 'pending',
    })
    expect((await ask('deliveries', { id })).status).toBe(404)
  })

  it('that were missed are made by a replay; an instant beyond what is kept is refused by its field', async () => {
    const id = await create({ eventTypes: ['refund.failed'] })
    const [event, since] = [uuidv7(), new Date(Date.now() - 60_000).toISOString()]
    const { merchantId } = product
    await commit(product.deps.db, [
      emit({ merchantId, id: event, type: 'refund.failed', subjectId: uuidv7(), payload: {} }),
    ])
    const replay = on(id, { since })
    for (const reply of [await send('replay', replay), await send('replay', replay)])
      expect(reply.data).toMatchObject({ id, pending: 1 })
    expect((await ask('deliveries', { id })).data.items).toMatchObject([
      { eventId: showId('evt', event), eventType: 'refund.failed' },
    ])
    for (const ageMs of [-60_000, 31 * 86_400_000]) {
      const wrong = await send('replay', on(id, { since: new Date(Date.now() - ageMs).toISOString() }))
      expect([wrong.status, wrong.errors]).toEqual([
        400,
        [{ pointer: '/since', detail: expect.stringContaining('30 days') }],
      ])
    }
  })
})
