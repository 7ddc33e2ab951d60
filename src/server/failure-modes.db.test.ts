import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { deferred } from '@/idempotency/testing/engine'
import { openPool } from '@/platform/db'
import { createApi } from './api'
import { buildDeps, type Deps } from './deps'
import { Readiness } from './readiness'
import { openTestProduct, payReply, type TestProduct } from './testing/product'

/** Known failures of payment systems (docs/failure-modes.md) that no other suite meets by its name. */
let product: TestProduct
let cookie: string
let order: string
let key: string

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_POOL_MAX: '10' })
  cookie = await product.cookie()
})
afterAll(() => product.close())
beforeEach(async () => {
  order = await product.newOrder()
  key = `key-${order}`
})
afterEach(() => vi.restoreAllMocks())

const body = () => ({ key, orderId: order, version: 1, paymentMethod: 'pm_card_visa' })
const pay = (changes: object = {}) => product.pay({ ...body(), ...changes }, cookie)
const uuid = () => order.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const charges = () =>
  product.count(
    'charges',
    `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${uuid()}')`,
  )

/** Another server on the same database. */
async function withServer(
  work: (deps: Deps, press: () => Promise<Awaited<ReturnType<typeof payReply>>>) => Promise<void>,
): Promise<void> {
  const deps = buildDeps(product.deps.env)
  const app = createApi(deps)
  const init = { method: 'POST', headers: { 'content-type': 'application/json', cookie } }
  const press = async () =>
    payReply(
      await app.fetch(
        new Request('http://localhost:3000/api/trpc/checkout.pay', { ...init, body: JSON.stringify(body()) }),
      ),
    )
  try {
    await work(deps, press)
  } finally {
    await deps.close()
  }
}

/** The bank answers when the test says so. */
function heldBank() {
  const [asked, answer] = [deferred<void>(), deferred<void>()]
  const charge = product.bank.charge.bind(product.bank)
  vi.spyOn(product.bank, 'charge').mockImplementation(async (request) => {
    asked.resolve()
    await answer.promise
    return charge(request)
  })
  return { asked: asked.promise, answer: () => answer.resolve() }
}

const busy = async (name: string) =>
  Number(
    (
      await product.owner.query(
        `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND datname = current_database() AND state <> 'idle'`,
        [name],
      )
    ).rows[0].count,
  )

describe('storage and race', () => {
  it('F2 both servers have read that there is no record, then both claim: one executes', async () => {
    await withServer(async (other, press) => {
      let arrived = 0
      const both = deferred<void>()
      for (const { store } of [product.deps, other]) {
        const read = store.read.bind(store)
        vi.spyOn(store, 'read').mockImplementationOnce(async (...args) => {
          const row = await read(...args)
          if (++arrived === 2) both.resolve()
          await both.promise
          return row
        })
      }
      const replies = await Promise.all([pay(), press()])
      expect(arrived).toBe(2)
      expect(replies.map(({ status }) => status)).toEqual([200, 200])
      expect(replies.filter(({ result }) => result?.idempotency.outcome === 'executed')).toHaveLength(1)
    })
    expect(await charges()).toBe(1)
  })

  it.each(['repeatable read', 'serializable'])(
    'F3 F4 thirty at once on a database whose sessions are %s: one charge, one answer, no error',
    async (level) => {
      // For new sessions, those of the other server: it says itself which level it means.
      const everySession = (change: string) =>
        product.owner.query(
          `DO $$ BEGIN EXECUTE format('ALTER DATABASE %I ${change}', current_database()); END $$`,
        )
      await everySession(`SET default_transaction_isolation = ''${level}''`)
      try {
        await withServer(async ({ db }, press) => {
          expect(await db.$queryRawUnsafe('SHOW transaction_isolation')).toEqual([
            { transaction_isolation: 'read committed' },
          ])
          const replies = await Promise.all(Array.from({ length: 30 }, press))
          expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
          expect(new Set(replies.map(({ result }) => JSON.stringify(result?.payment)))).toHaveLength(1)
        })
      } finally {
        await everySession('RESET default_transaction_isolation')
      }
      expect(await charges()).toBe(1)
    },
  )

  it('a server that was told to stop says first that it is not ready, and still pays', async () => {
    const leaving = new Readiness(product.deps.db)
    vi.spyOn(product.deps.readiness, 'isReady').mockImplementation(() => leaving.isReady())
    expect((await product.call('/api/ready')).status).toBe(200)
    leaving.leave()
    expect((await product.call('/api/ready')).status).toBe(503)
    expect((await pay()).status).toBe(200)
    vi.restoreAllMocks()
  })

  it('F7 F8 thirty duplicates wait for a slow bank: no connection is held, and others are served at once', async () => {
    const bank = heldBank()
    const waiting = Array.from({ length: 30 }, () => pay())
    await bank.asked
    await new Promise((resolve) => setTimeout(resolve, 500))
    const before = performance.now()
    expect((await product.call('/api/ready')).status).toBe(200)
    expect(performance.now() - before).toBeLessThan(500)
    const samples = await Promise.all(Array.from({ length: 10 }, () => busy('payonce-web')))
    expect(Math.max(...samples)).toBeLessThanOrEqual(2)
    bank.answer()
    expect((await Promise.all(waiting)).every(({ status }) => status === 200)).toBe(true)
    expect(await charges()).toBe(1)
  })

  it('F12 the longest key is one row under a hash, and works like any other', async () => {
    key = `~${'!'.repeat(254)}`
    expect((await pay()).status).toBe(200)
    expect((await pay()).result?.idempotency.outcome).toBe('replayed')
    const { rows } = await product.owner.query(
      'SELECT length(id) AS id, length(key) AS key FROM idempotency_record WHERE key = $1',
      [key],
    )
    expect(rows).toEqual([{ id: 43, key: 255 }])
  })

  it('C15 R7 a thousand first requests with one key on two servers: one charge, a thousand identical answers, no error, few reads', async () => {
    await withServer(async (other, press) => {
      const reads = [product.deps, other].map(({ store }) => vi.spyOn(store, 'read'))
      const replies = await Promise.all(Array.from({ length: 500 }, () => [pay(), press()]).flat())
      expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]))
      expect(
        new Set(replies.map(({ result }) => JSON.stringify({ ...result, idempotency: null }))),
      ).toHaveLength(1)
      expect(replies.filter(({ result }) => result?.idempotency.outcome === 'executed')).toHaveLength(1)
      // Those who wait in one process share each read: without that, there is one for each of them at least.
      const made = reads.reduce((sum, { mock }) => sum + mock.calls.length, 0)
      expect([made > 2, made < 500]).toEqual([true, true])
    })
    expect(await charges()).toBe(1)
  })
})

describe('clocks and transactions', () => {
  it.each([-10, 10])('F22 T1 a server whose clock is %d minutes wrong steals no lease', async (minutes) => {
    const bank = heldBank()
    const first = pay()
    await bank.asked
    await withServer(async (deps, press) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + minutes * 60_000 })
      try {
        expect(await deps.engine.recover(deps.operations.pay, 20, 'test')).toBe(0)
        const second = press()
        await new Promise((resolve) => setTimeout(resolve, 300))
        vi.useRealTimers()
        bank.answer()
        expect((await second).result?.idempotency.outcome).toMatch(/joined|replayed/)
      } finally {
        vi.useRealTimers()
      }
    })
    expect((await first).result?.idempotency.outcome).toBe('executed')
    expect(await charges()).toBe(1)
  })

  it('F26 no transaction is open while the bank is asked', async () => {
    const bank = heldBank()
    const paid = pay()
    await bank.asked
    const { rows } = await product.owner.query(
      `SELECT count(*)::int AS open FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'payonce-web' AND xact_start IS NOT NULL`,
    )
    bank.answer()
    expect(rows).toEqual([{ open: 0 }])
    expect((await paid).status).toBe(200)
  })
})

describe('outcomes', () => {
  it.each([
    ['53100', 'a full disk', 503],
    ['57014', 'a statement that took too long', 503],
    ['55P03', 'a lock that took too long', 503],
    ['25006', 'a read-only server', 503],
    ['XX000', 'an internal error', 500],
  ])(
    'F31 F33 %s, %s, before any effect: %d, nothing is stored, and the same key then pays',
    async (code, _, status) => {
      await product.owner.query(`
      CREATE OR REPLACE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '${code}'; END $$;
      CREATE TRIGGER refuse_once BEFORE INSERT ON payment FOR EACH STATEMENT EXECUTE FUNCTION refuse_once()`)
      const refused = await pay().finally(() => product.owner.query('DROP TRIGGER refuse_once ON payment'))
      expect(refused).toMatchObject({ status, problem: { retry: 'same-key', safeNewKey: false } })
      expect([await charges(), await product.count('records', `key = '${key}'`)]).toEqual([0, 0])
      expect((await pay()).result?.idempotency.outcome).toBe('executed')
      expect(await charges()).toBe(1)
    },
  )

  it('F43 two equal purchases under two keys are two purchases', async () => {
    expect((await pay()).status).toBe(200)
    const first = await charges()
    order = await product.newOrder()
    key = `key-${order}`
    expect((await pay()).result?.idempotency.outcome).toBe('executed')
    expect([first, await charges()]).toEqual([1, 1])
  })
})

describe('the rules of the database', () => {
  it('F14 a record that began something cannot be deleted, by whomever and however old it is', async () => {
    await pay()
    const app = openPool(product.deps.env.DATABASE_URL, { max: 1, name: 'test' })
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 year' WHERE key = '${key}'`,
    )
    for (const as of [app, product.owner])
      await expect(as.query('DELETE FROM idempotency_record WHERE key = $1', [key])).rejects.toThrow(
        /may not be deleted: it is completed/,
      )
    await app.end()
    expect(await product.count('records', `key = '${key}'`)).toBe(1)
  })
})
