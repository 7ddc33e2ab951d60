import net from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApi } from './api'
import { buildDeps, type Deps } from './deps'
import { bankOf, openTestProduct, type TestProduct } from './testing/product'

/** PX: a TCP proxy before PostgreSQL that can be taken down, and that can cut the connection at a statement. */
class DatabaseProxy {
  private readonly server = net.createServer((client) => this.join(client))
  private readonly sockets = new Set<net.Socket>()
  private cut: { at: string; forward: boolean } | null = null
  port = 0
  cuts = 0

  constructor(private readonly target: URL) {}

  async up(): Promise<void> {
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve))
    this.port = (this.server.address() as net.AddressInfo).port
  }

  async down(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve))
    for (const socket of this.sockets) socket.destroy()
    await closed
  }

  /**
   * Cuts once, at the next statement with this text or value: after the server has done it (its answer is
   * lost), or before it hears of it.
   */
  cutAt(text: string, when: 'before' | 'after'): void {
    this.cut = { at: text, forward: when === 'after' }
  }

  private join(client: net.Socket): void {
    const server = net.connect(Number(this.target.port), this.target.hostname)
    let losing = false
    const end = () => [client, server].map((socket) => socket.destroy() && this.sockets.delete(socket))
    for (const socket of [client, server]) this.sockets.add(socket.on('error', end).on('close', end))
    client.on('data', (data) => {
      if (!this.cut || !data.includes(this.cut.at)) return server.write(data)
      losing = this.cut.forward
      this.cut = null
      this.cuts += 1
      return losing ? server.write(data) : end()
    })
    server.on('data', (data) => (losing ? end() : client.write(data)))
  }
}

let product: TestProduct
let proxy: DatabaseProxy
let deps: Deps
let call: (path: string, init?: RequestInit) => Promise<Response>
let cookie: string
let order: string
let key: string

beforeAll(async () => {
  product = await openTestProduct()
  const url = new URL(product.deps.env.DATABASE_URL)
  proxy = new DatabaseProxy(new URL(url))
  await proxy.up()
  Object.assign(url, { hostname: '127.0.0.1', port: String(proxy.port) })
  // The product's own wait for a connection: that a full pool is answered in time is a test of this file.
  deps = buildDeps({
    ...product.deps.env,
    DATABASE_URL: url.href,
    PAYONCE_POOL_MAX: 3,
    PAYONCE_POOL_WAIT_MS: 3_000,
  })
  const app = createApi(deps)
  call = async (path, init) => app.fetch(new Request(`http://localhost:3000${path}`, init))
  cookie = await product.cookie()
})
afterAll(async () => {
  await deps.close()
  await proxy.down()
  await product.close()
})
beforeEach(async () => {
  order = await product.newOrder()
  key = `key-${order}`
})

async function pay() {
  const body = JSON.stringify({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' })
  const response = await call('/api/trpc/checkout.pay', {
    method: 'POST',
    headers: { 'content-type': 'application/json', cookie },
    body,
  })
  const { result, error } = (await response.json()) as {
    result?: { data: Record<string, never> }
    error?: { data: { idempotency: Record<string, unknown> } }
  }
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after'),
    result: result?.data,
    problem: error?.data.idempotency,
  }
}
const uuid = () => order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const ofOrder = () => `SELECT id FROM payment WHERE order_id = '${uuid()}'`
/** Charges at the bank, captures in the ledger, payments, records: of this order. */
const counts = async () => [
  await product.count(
    'charges',
    `idempotency_key IN (SELECT id::text FROM payment WHERE order_id = '${uuid()}')`,
  ),
  await product.count('captures', `payment_id IN (${ofOrder()})`),
  await product.count('payments', `order_id = '${uuid()}'`),
  await product.count('records', `key = '${key}'`),
]
const UNAVAILABLE = {
  status: 503,
  retryAfter: '2',
  problem: { kind: 'unavailable', retry: 'same-key', safeNewKey: false, retryAfterSeconds: 2 },
}

describe('F41 the database is away', () => {
  it('503 with Retry-After, the bank is not asked; back again, the same key pays once', async () => {
    const asked = vi.spyOn(bankOf(deps), 'charge')
    await proxy.down()
    for (let press = 0; press < 3; press++) expect(await pay()).toMatchObject(UNAVAILABLE)
    expect((await call('/api/ready')).status).toBe(503)
    expect((await call('/api/health')).status).toBe(200)
    await proxy.up()
    expect([asked.mock.calls.length, await counts()]).toEqual([0, [0, 0, 0, 0]])
    expect(await pay()).toMatchObject({ status: 200, result: { idempotency: { outcome: 'executed' } } })
    expect(await pay()).toMatchObject({ status: 200, result: { idempotency: { outcome: 'replayed' } } })
    expect([asked.mock.calls.length, await counts()]).toEqual([1, [1, 1, 1, 1]])
    expect((await call('/api/ready')).status).toBe(200)
    asked.mockRestore()
  })

  it('D1 away after the bank was asked: the answer is stored when it is back, with one charge', async () => {
    const charge = bankOf(deps).charge.bind(bankOf(deps))
    const asked = vi.spyOn(bankOf(deps), 'charge').mockImplementation(async (request) => {
      const answer = await charge(request)
      await proxy.down()
      setTimeout(() => void proxy.up(), 400)
      return answer
    })
    expect(await pay()).toMatchObject({ status: 200, result: { payment: { status: 'succeeded' } } })
    expect([asked.mock.calls.length, await counts()]).toEqual([1, [1, 1, 1, 1]])
    asked.mockRestore()
  })
})

describe('the connection is cut at a commit', () => {
  // A value of the finishing statement: its text is sent once a connection, its values each time.
  const FINISHING = 'payment.succeeded'
  // A value of the claim's own, which is sent with what it begins.
  const CLAIMING = 'pm_card_visa'

  it('N7a after the finishing statement: its answer is lost, the record answers, one charge', async () => {
    const before = proxy.cuts
    proxy.cutAt(FINISHING, 'after')
    const first = await pay()
    expect(first).toMatchObject({ status: 200, result: { payment: { status: 'succeeded' } } })
    expect(proxy.cuts).toBe(before + 1)
    const again = await pay()
    expect({ ...again.result, idempotency: null }).toEqual({ ...first.result, idempotency: null })
    expect(await counts()).toEqual([1, 1, 1, 1])
  })

  it('N7b before the finishing statement: it is sent again, one charge', async () => {
    const before = proxy.cuts
    proxy.cutAt(FINISHING, 'before')
    expect(await pay()).toMatchObject({ status: 200, result: { idempotency: { outcome: 'executed' } } })
    expect([proxy.cuts, await counts()]).toEqual([before + 1, [1, 1, 1, 1]])
  })

  it('N7b before the claim is committed: 503, no trace, and the same key pays', async () => {
    const before = proxy.cuts
    proxy.cutAt(CLAIMING, 'before')
    expect(await pay()).toMatchObject(UNAVAILABLE)
    expect([proxy.cuts, await counts()]).toEqual([before + 1, [0, 0, 0, 0]])
    expect(await pay()).toMatchObject({ status: 200, result: { idempotency: { outcome: 'executed' } } })
    expect(await counts()).toEqual([1, 1, 1, 1])
  })

  it('N7a after the claim was committed: our token is found on another connection, and the payment goes on', async () => {
    proxy.cutAt(CLAIMING, 'after')
    expect(await pay()).toMatchObject({ status: 200, result: { idempotency: { outcome: 'executed' } } })
    expect(await counts()).toEqual([1, 1, 1, 1])
  })

  it('N7a and the database is away right after it: 503, the bank is not asked, and the resolver finds that nothing was charged', async () => {
    proxy.cutAt(CLAIMING, 'after')
    const [ask, before] = [deps.db.$queryRaw.bind(deps.db), proxy.cuts]
    const away = () => Promise.reject(new Error('Connection terminated unexpectedly')) as never
    vi.spyOn(deps.db, '$queryRaw').mockImplementation((...query) =>
      proxy.cuts > before ? away() : ask(...query),
    )
    expect(await pay()).toMatchObject(UNAVAILABLE)
    vi.restoreAllMocks()
    expect(await counts()).toEqual([0, 0, 1, 1])
    // The claim stands, and no process knows that it holds it: its lease runs out, and the bank knows nothing of it.
    await product.owner.query(
      `UPDATE payment SET created_at = now() - interval '1 minute' WHERE order_id = '${uuid()}'`,
    )
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE key = '${key}'`,
    )
    await deps.engine.recover(deps.operations.pay, 20, 'test')
    expect(await pay()).toMatchObject({ status: 502, problem: { kind: 'not-charged', safeNewKey: true } })
    key = `${key}-2`
    expect(await pay()).toMatchObject({ status: 200 })
    expect(await counts()).toEqual([1, 1, 2, 1])
  })
})

it('D7 exhausted pools: 503 within the acquire timeout of 3 s, then the same key pays', async () => {
  const pools = [deps.pool, deps.batchPool]
  const holders = await Promise.all(
    pools.flatMap((pool) => Array.from({ length: pool.options.max ?? 0 }, () => pool.connect())),
  )
  const before = performance.now()
  expect(await pay()).toMatchObject(UNAVAILABLE)
  // 3 s, and time for a busy machine to notice.
  expect(performance.now() - before).toBeLessThan(8_000)
  for (const holder of holders) holder.release()
  expect(await pay()).toMatchObject({ status: 200 })
  expect(await counts()).toEqual([1, 1, 1, 1])
})
