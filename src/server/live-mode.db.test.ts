import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createApiKey, SCOPES } from '@/access/api-key'
import { createOrder } from '@/checkout/order'
import { showId, uuidv7 } from '@/lib/id'
import type { Mode } from '@/lib/mode'
import { simulatorGateway } from '@/payments/simulator/gateway'
import { sql } from '@/platform/db'
import { readEnv } from '@/platform/env'
import { createApi } from './api'
import { callerOf } from './caller'
import { contextFor } from './context'
import { buildDeps, type Deps } from './deps'
import { jobsOf } from './jobs/jobs'
import { liveBank } from './testing/live'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

/** One database with two installations on it, as a mistaken DATABASE_URL makes it: live mode, and a sandbox. */
let live: TestProduct
let sandbox: Deps
const bank = liveBank()
const apps = {} as Record<Mode, { fetch: TestProduct['fetch'] }>
const merchants = {} as Record<Mode, string>
const tokens = {} as Record<Mode, string>

beforeAll(async () => {
  live = await openTestProduct({}, bank)
  sandbox = buildDeps(
    readEnv({
      DATABASE_URL: live.deps.env.DATABASE_URL,
      PAYONCE_BANK_DATABASE_URL: live.bankDatabaseUrl,
      PAYONCE_SECRET: live.deps.env.PAYONCE_SECRET,
      LOG_LEVEL: 'silent',
      NODE_ENV: 'test',
      PAYONCE_RESOLVER_MS: '50',
    }),
  )
  Object.assign(apps, { live: { fetch: live.fetch }, test: createApi(sandbox) })
  Object.assign(merchants, { live: live.merchantId, test: uuidv7() })
  await sandbox.db.$executeRaw(
    sql`INSERT INTO merchant (id, name, mode) VALUES (${merchants.test}::uuid, 'Test shop', 'test')`,
  )
  for (const mode of ['live', 'test'] as const) {
    const key = { merchantId: merchants[mode], name: 'K', scopes: SCOPES, expiresInDays: null, by: 'test' }
    tokens[mode] = (await createApiKey(live.deps.db, key, uuidv7))?.token ?? ''
  }
})
afterAll(async () => {
  await sandbox?.close()
  await live?.close()
})

async function orderOf(mode: Mode): Promise<string> {
  const items = [{ name: 'Lamp', quantity: 1, unitAmount: 99_900n }]
  const { id } = await createOrder(
    live.deps.db,
    { merchantId: merchants[mode], currency: 'EUR', items },
    uuidv7(),
  )
  return showId('ord', id)
}

const send = (
  installation: Mode,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) =>
  apps[installation].fetch(
    new Request(`http://localhost:3000${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  )
const ask = (installation: Mode, procedure: string, input: unknown) =>
  send(installation, 'GET', `/api/trpc/${procedure}?input=${encodeURIComponent(JSON.stringify(input))}`)
const FORM = { 'content-type': 'application/x-www-form-urlencoded', origin: 'http://localhost:3000' }

/** Everything that a payment writes. */
const written = () =>
  Promise.all([live.count('records'), live.count('payments'), live.count('captures'), live.count('charges')])

describe('in live mode', () => {
  it('no part of the simulated bank is built, not even its connections', async () => {
    expect(live.deps.sandbox).toBeNull()
    const alone = await openTestProduct({}, liveBank())
    await alone.api('GET', '/api/v1/payments')
    const { rows } = await alone.owner.query(
      'SELECT DISTINCT application_name AS name FROM pg_stat_activity WHERE datname = current_database()',
    )
    expect(rows.map(({ name }) => name)).not.toContain('simulated-bank')
    await alone.close()
  })

  it.each([
    ['GET', '/api/bank/challenges/x'],
    ['POST', '/api/bank/challenges/x'],
    ['GET', '/api/bank'],
    ['POST', '/api/shop/orders'],
    ['POST', '/api/shop/orders/ord_018f3c2a9d4e7c31b2a45f60718293a4/pay'],
  ])('%s %s is an unknown address; in the sandbox it is one of ours', async (method, path) => {
    const form =
      method === 'POST' ? 'answer=confirm&sku=tea&quantity=1&paymentMethod=pm_card_visa' : undefined
    const reply = async (installation: Mode, at: string) => {
      const response = await send(installation, method, at, form, FORM)
      return { status: response.status, body: await response.text() }
    }
    const before = await written()
    const gone = await reply('live', path)
    expect(gone).toMatchObject({ status: 404 })
    expect(gone.body.replace(/"requestId":"[^"]*"/, '')).toBe(
      (await reply('live', '/api/nowhere')).body.replace(/"requestId":"[^"]*"/, ''),
    )
    expect(await written()).toEqual(before)
    if (path !== '/api/bank') expect((await reply('test', path)).status).not.toBe(404)
  })

  it('pages learn that it is no sandbox, and so show no shop and no gallery', async () => {
    const pageOf = (deps: Deps) =>
      callerOf(contextFor(deps, new Headers(), '127.0.0.1')).installation.current()
    expect([await pageOf(live.deps), await pageOf(sandbox)]).toMatchObject([
      { sandbox: false },
      { sandbox: true },
    ])
  })

  it('the checkout of an order is no test: it has no test cards', async () => {
    const order = await (await ask('live', 'checkout.order', { orderId: await orderOf('live') })).json()
    expect(order.result.data.testMode).toBe(false)
  })

  it('a payment reaches the gateway of live mode, once, and the books', async () => {
    const asked = bank.asked.length
    const body = { key: 'once', orderId: await orderOf('live'), version: 1, paymentMethod: 'pm_tok_1' }
    const cookie = await live.cookie()
    const [first, again] = [await live.pay(body, cookie), await live.pay(body, cookie)]
    expect([first.status, again.status]).toEqual([200, 200])
    expect(bank.asked.length - asked).toBe(1)
    const api = await live.api(
      'POST',
      '/api/v1/payments',
      { amount: 500, currency: 'EUR', paymentMethod: 'pm_tok_2' },
      {
        'idempotency-key': '"api"',
      },
    )
    expect(api.status).toBe(201)
    expect(await live.count('charges')).toBe(0)
  })

  it('a test card is refused to shoppers and programs: nothing is stored, no bank is asked', async () => {
    const orderId = await orderOf('live')
    const [before, asked] = [await written(), bank.asked.length]
    const paymentMethod = 'pm_card_visa'
    const shopper = await live.pay({ key: 'card', orderId, version: 1, paymentMethod })
    expect(shopper.problem).toMatchObject({
      kind: 'validation',
      status: 400,
      detail: expect.stringContaining('sandbox only'),
    })
    for (const body of [
      { amount: 500, currency: 'EUR', paymentMethod },
      { orderId, paymentMethod },
    ]) {
      const program = await live.api('POST', '/api/v1/payments', body, { 'idempotency-key': '"card"' })
      expect(program.status).toBe(400)
      expect(program.body.detail).toContain('sandbox only')
    }
    expect(await written()).toEqual(before)
    expect(bank.asked).toHaveLength(asked)
  })
})

describe('one mode', () => {
  it.each<[installation: Mode, gateway: Mode, starts: boolean]>([
    ['live', 'live', true],
    ['live', 'test', false],
    ['test', 'live', false],
    ['test', 'test', true],
  ])('an installation of %s with a gateway of %s starts: %s', async (installation, mode, starts) => {
    const env = installation === 'live' ? live.deps.env : sandbox.env
    const gateway = {
      ...(mode === 'live' ? liveBank() : simulatorGateway({ bank: null as never, timeoutMs: 100 })),
    }
    const build = () => buildDeps(env, gateway)
    if (starts) await build().close()
    else expect(build).toThrow(`is a gateway for ${mode} payments`)
  })

  it('live mode builds no simulator, even if the check of the environment were passed', () => {
    const env = { ...live.deps.env, PAYONCE_GATEWAY: 'simulator' }
    expect(() => buildDeps(env)).toThrow('the simulated bank never serves live mode')
    expect(() => buildDeps({ ...env, PAYONCE_GATEWAY: 'constructor' })).toThrow('there is no gateway')
  })

  const modes = ['live', 'test'] as const
  const pairs = modes.flatMap((installation) => modes.map((merchant) => [installation, merchant] as const))

  it.each(pairs)(
    'an installation of %s, an order of %s: a shopper sees and pays it only if they agree',
    async (installation, merchant) => {
      const orderId = await orderOf(merchant)
      const [before, asked] = [await written(), bank.asked.length]
      const pay = async () =>
        payReply(
          await send(installation, 'POST', '/api/trpc/checkout.pay', {
            key: uuidv7(),
            orderId,
            version: 1,
            paymentMethod: installation === 'live' ? 'pm_tok_3' : 'pm_card_visa',
          }),
        )
      const others = [
        () => ask(installation, 'checkout.order', { orderId }),
        () => ask(installation, 'checkout.status', { orderId, key: 'k' }),
        () => send(installation, 'POST', '/api/trpc/checkout.held', { orderId, key: 'k', presses: 1 }),
      ]
      const paid = await pay()
      const statuses = [
        paid.status,
        ...(await Promise.all(others.map(async (other) => (await other()).status))),
      ]
      if (installation === merchant) return expect(statuses).toEqual([200, 200, 200, 200])
      expect(statuses).toEqual([404, 404, 404, 404])
      expect(paid.problem?.detail).toMatch(
        /Nothing was charged\. Send it to the server of (live mode|the sandbox)\.$/,
      )
      expect((await pay()).problem?.kind).toBe('not-found')
      expect(await written()).toEqual(before)
      expect(bank.asked).toHaveLength(asked)
    },
  )

  it('the form without scripts pays no order of live mode in a sandbox', async () => {
    const [orderId, before] = [await orderOf('live'), await written()]
    const form = `key=${uuidv7()}&version=1&paymentMethod=pm_card_visa`
    const reply = await send('test', 'POST', `/api/shop/orders/${orderId}/pay`, form, FORM)
    expect(reply.headers.get('location')).toMatch(/problem=not-found/)
    expect(await written()).toEqual(before)
  })

  it.each(pairs)(
    'an installation of %s, a key of %s: a program is known only if they agree',
    async (installation, key) => {
      const before = await written()
      const paymentMethod = installation === 'live' ? 'pm_tok_4' : 'pm_card_visa'
      const reply = await send(
        installation,
        'POST',
        '/api/v1/payments',
        { amount: 700, currency: 'EUR', paymentMethod },
        { authorization: `Bearer ${tokens[key]}`, 'idempotency-key': `"${uuidv7()}"` },
      )
      expect(reply.status).toBe(installation === key ? 201 : 401)
      if (installation !== key) expect(await written()).toEqual(before)
    },
  )

  it('a key whose merchant is of another mode is nobody’s', async () => {
    const moved = uuidv7()
    await live.owner.query(`INSERT INTO merchant (id, name, mode) VALUES ($1, 'M', 'live')`, [moved])
    const key = { merchantId: moved, name: 'K', scopes: SCOPES, expiresInDays: null, by: 'test' }
    const token = (await createApiKey(live.deps.db, key, uuidv7))?.token ?? ''
    const reply = () =>
      send('live', 'GET', '/api/v1/payments', undefined, { authorization: `Bearer ${token}` })
    expect((await reply()).status).toBe(200)
    await live.owner.query(`UPDATE merchant SET mode = 'test' WHERE id = $1`, [moved])
    expect((await reply()).status).toBe(401)
  })

  it('a worker of the sandbox leaves a payment of live mode in doubt: its bank would say that nothing was charged', async () => {
    const orderId = await orderOf('live')
    const silent = { ...liveBank(), charge: async () => ({ kind: 'unknown' as const, reason: 'silence' }) }
    const unsure = buildDeps(live.deps.env, silent)
    await createApi(unsure).fetch(
      new Request('http://localhost:3000/api/trpc/checkout.pay', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: 'doubt', orderId, version: 1, paymentMethod: 'pm_tok_5' }),
      }),
    )
    await unsure.close()
    await live.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'`,
    )
    const resolverOf = (deps: Deps) => jobsOf(deps).find(({ name }) => name === 'resolver')
    const inDoubt = () => live.count('records', `state = 'unknown'`)
    expect(await inDoubt()).toBe(1)
    const record = (await live.owner.query(`SELECT id FROM idempotency_record WHERE state = 'unknown'`))
      .rows[0]
    await resolverOf(sandbox)?.run(AbortSignal.timeout(60_000))
    await sandbox.engine.hint(
      sandbox.operations.pay,
      { merchantId: merchants.live, recordId: record.id },
      uuidv7(),
    )
    expect(await inDoubt()).toBe(1)
    const asked = bank.asked.length
    await resolverOf(live.deps)?.run(AbortSignal.timeout(60_000))
    expect(bank.asked.slice(asked)).toEqual([
      expect.stringMatching(/^find /),
      expect.stringMatching(/^cancel /),
    ])
  })
})
