import { setTimeout as pause } from 'node:timers/promises'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readDoubt } from '@/idempotency/stores/read'
import { openPool } from '@/platform/db'
import { openLog } from '@/platform/log'
import { openTestProduct, type TestProduct } from '../testing/product'
import { readHealth } from './health'
import type { Job } from './job'
import { jobsOf, turn } from './jobs'
import { countedTurn, runQueue } from './queue'

let product: TestProduct
let cookie: string
beforeAll(async () => {
  product = await openTestProduct({
    PAYONCE_GATEWAY_TIMEOUT_MS: '300',
    PAYONCE_RESOLVER_MS: '100',
    PAYONCE_LEASE_MS: '1000',
  })
  cookie = await product.cookie()
})
afterAll(() => product.close())
beforeEach(() => product.owner.query('DELETE FROM job_health'))

/** Workers over the product's own database, until the callback is done. */
async function withWorkers(
  count: number,
  jobs: readonly Job[],
  work: () => Promise<void>,
  limits: { stalledMs?: number } = {},
): Promise<void> {
  const stopping = new AbortController()
  const pools: pg.Pool[] = []
  const queues = Array.from({ length: count }, () => {
    const pool = openPool(product.deps.env.DATABASE_URL, { max: 6, name: 'test-queue' })
    pools.push(pool)
    return runQueue({
      pool,
      db: product.deps.db,
      log: openLog('silent', 'test'),
      jobs,
      stopping: stopping.signal,
      ...limits,
    })
  })
  try {
    await work()
  } finally {
    stopping.abort()
    await Promise.all(queues)
    await Promise.all(pools.map((pool) => pool.end()))
  }
}

const health = async (name: string) => (await readHealth(product.deps.db)).find(({ job }) => job === name)
/** Longer than any busy machine needs, and shorter than a test's time. */
const PATIENCE_MS = 40_000
const ran = (name: string, times: number) =>
  vi.waitFor(
    async () => expect(Number((await health(name))?.runs ?? 0)).toBeGreaterThanOrEqual(times),
    PATIENCE_MS,
  )
const named = (name: string, run: () => Promise<number>, changes: Partial<Job> = {}): Job => ({
  name,
  everyMs: 50,
  batchMax: 10,
  run,
  ...changes,
})

describe('the queue', () => {
  it('runs each job at its beat, as the product’s own role, and keeps count', async () => {
    const run = vi.fn(async () => 3)
    await withWorkers(1, [named('counted', run)], () => ran('counted', 3))
    const after = await health('counted')
    expect(after).toMatchObject({ failures: 0n, lastError: null })
    expect(Number(after?.handled)).toBe(3 * Number(after?.runs))
    expect(Number(after?.runs)).toBe(run.mock.calls.length)
  })

  it('S13 a job that throws is counted and tried again, and the others run on', async () => {
    const broken = vi.fn(() => Promise.reject(new Error('a bug in a job')))
    await withWorkers(1, [named('broken', broken), named('sound', async () => 1)], async () => {
      await ran('broken', 3)
      await ran('sound', 3)
    })
    // One read: a turn that ends late is counted between two.
    const after = await health('broken')
    expect(after).toMatchObject({ handled: 0n, lastError: 'Error: a bug in a job' })
    expect(after?.failures).toBe(after?.runs)
  })

  it('J2 several workers at once: a job waits in the queue once, however many queue it', async () => {
    await withWorkers(3, [named('shared', async () => 0, { everyMs: 20 })], async () => {
      await ran('shared', 10)
      const { rows } = await product.owner.query(
        "SELECT count(*)::int AS waiting FROM graphile_worker.jobs WHERE key = 'shared'",
      )
      expect(rows[0].waiting).toBeLessThanOrEqual(1)
    })
  })

  it('a job that a killed worker left locked does not stop the next one', async () => {
    await product.deps.db.$executeRawUnsafe(
      "SELECT graphile_worker.add_job('left', '{}'::json, job_key := 'left')",
    )
    await product.owner.query(
      "UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = 'dead' WHERE key = 'left'",
    )
    await withWorkers(1, [named('left', async () => 0)], () => ran('left', 2))
    await product.owner.query('DELETE FROM graphile_worker._private_jobs')
  })

  it('D3 a queue whose connections are ended opens them again', async () => {
    await withWorkers(1, [named('cut', async () => 0)], async () => {
      await ran('cut', 1)
      await product.owner.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'test-queue'",
      )
      await ran('cut', Number((await health('cut'))?.runs) + 3)
    })
  })

  it('D3 a queue in which no job ends any more is opened anew', async () => {
    let release: () => void = () => undefined
    const freed = new Promise<number>((resolve) => {
      release = () => resolve(0)
    })
    const stuck = vi.fn(() => freed)
    // Six turns that do not end take every place of the queue.
    await withWorkers(
      1,
      [named('stuck', stuck)],
      async () => {
        await vi.waitFor(() => expect(stuck.mock.calls.length).toBeGreaterThan(6), PATIENCE_MS)
        release()
        await ran('stuck', 8)
      },
      { stalledMs: 300 },
    )
  })

  it('a stop in the middle of a job: waits for its batch, and begins no other', async () => {
    let running = 0
    const slow = named('slow', async () => {
      running++
      await pause(200)
      running--
      return 10
    })
    await withWorkers(1, [slow], () => vi.waitFor(() => expect(running).toBe(1), PATIENCE_MS))
    expect(running).toBe(0)
  })
})

describe('a turn', () => {
  it('that the queue hands over after the stop does nothing, and is not counted', async () => {
    const run = vi.fn(async () => 3)
    await countedTurn(named('late', run), product.deps.db, openLog('silent', 'test'), AbortSignal.abort())
    expect([run.mock.calls.length, await health('late')]).toEqual([0, undefined])
  })

  it('goes on while batches are full, and not for ever', async () => {
    const counts = [10, 10, 4, 10]
    expect(
      await turn(
        named('t', async () => counts.shift() ?? 0),
        new AbortController().signal,
      ),
    ).toBe(24)
    expect(
      await turn(
        named('t', async () => 10),
        new AbortController().signal,
      ),
    ).toBe(500)
  })
})

describe('the jobs', () => {
  const pay = async (key: string, paymentMethod: string) =>
    product.pay({ key, orderId: await product.newOrder(), version: 1, paymentMethod }, cookie)

  it('R9 the resolver settles what a silent bank left, without the client', async () => {
    expect((await pay('silent', 'pm_card_timeout_after_charge')).problem?.kind).toBe('outcome-unknown')
    expect(await readDoubt(product.deps.db)).toMatchObject({ inDoubt: 1, parked: 0 })
    await withWorkers(2, jobsOf(product.deps), () =>
      vi.waitFor(async () => expect(await product.count('captures')).toBe(1), PATIENCE_MS),
    )
    expect((await health('resolver'))?.handled).toBeGreaterThanOrEqual(1n)
    expect(await readDoubt(product.deps.db)).toEqual({
      inDoubt: 0,
      parked: 0,
      overdueSeconds: 0,
      oldestSeconds: 0,
    })
  })

  it('F42 O7 retention leaves a tombstone; a late retry learns that, and nothing is charged again', async () => {
    const body = { key: 'late', orderId: await product.newOrder(), version: 1, paymentMethod: 'pm_card_visa' }
    expect((await product.pay(body, cookie)).status).toBe(200)
    const charged = await product.count('charges')
    await product.owner.query(
      "UPDATE idempotency_record SET expires_at = now() - interval '1 s' WHERE key = 'late'",
    )
    await withWorkers(1, jobsOf(product.deps), () =>
      vi.waitFor(
        async () => expect(await product.count('records', "state = 'tombstone'")).toBe(1),
        PATIENCE_MS,
      ),
    )
    expect((await product.pay(body, cookie)).problem).toMatchObject({
      kind: 'answer-expired',
      status: 409,
      safeNewKey: false,
      payment: expect.stringMatching(/^pay_/),
    })
    expect(await product.count('charges')).toBe(charged)
  })

  it('report themselves and the records in doubt at /api/metrics', async () => {
    await pay('silent too', 'pm_card_timeout_before_charge')
    await withWorkers(1, [named('counting', async () => 7)], () => ran('counting', 1))
    const metrics = await (
      await product.fetch(new Request('http://localhost/api/metrics', { headers: { host: 'localhost' } }), {
        incoming: { socket: { remoteAddress: '127.0.0.1' } },
      })
    ).text()
    expect(metrics).toMatch(/payonce_job_runs\{job="counting"\} \d/)
    // Each turn handles seven; a busy machine may have begun the next turn.
    const handled = Number(/payonce_job_handled\{job="counting"\} (\d+)/.exec(metrics)?.[1])
    expect([handled > 0, handled % 7]).toEqual([true, 0])
    expect(metrics).toMatch(/payonce_records_in_doubt 1\b/)
    expect(metrics).toMatch(/payonce_records_parked 0\b/)
  })
})
