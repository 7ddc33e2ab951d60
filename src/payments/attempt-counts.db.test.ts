import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test, vi } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool } from '@/platform/db'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { attemptCounts, countAttempts } from './attempt-counts'
import { overview, RANGES, type Range } from './overview'
import { PAYMENT_OPERATIONS } from './payment'

const [OURS, THEIRS] = [uuidv7(), uuidv7()]
const OPERATIONS = [PAYMENT_OPERATIONS.pay, PAYMENT_OPERATIONS.createPayment]
/** Time zones of sessions. The last three are off the full hour, one of them by three quarters of an hour. */
const ZONES = ['UTC', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/St_Johns'] as const
const DAY_MS = 86_400_000

let database: TestDatabase
let owner: pg.Client
/** Writers of a test: what they left open ends with it, since counts wait for every transaction of the server. */
const writing: pg.Client[] = []
let pools: pg.Pool[]
let dbs: Db[]
let db: Db

beforeAll(async () => {
  database = await testDatabase()
  owner = await connect()
  writing.length = 0
  pools = ZONES.map((zone) =>
    openPool(database.appUrl, { max: 4, name: 'attempts', settings: `-c timezone=${zone}` }),
  )
  dbs = pools.map((pool) => openDb(pool))
  db = dbs[0] as Db
  for (const merchant of [OURS, THEIRS])
    await owner.query(`INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop')`)
})
afterEach(() => Promise.all(writing.splice(0).map((client) => client.end().catch(() => undefined))))
afterAll(async () => {
  for (const client of dbs) await client.$disconnect()
  await Promise.all([...pools.map((pool) => pool.end()), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  await owner.query(`
    DELETE FROM attempt; DELETE FROM surplus_charge; DELETE FROM ledger_transaction; DELETE FROM payment; DELETE FROM orders;
    DELETE FROM idempotency_record; DELETE FROM attempt_half_hour; DELETE FROM charge_half_hour; DELETE FROM attempts_counted`)
})

/** A connection of the owner that writes any row: no foreign keys, no rules. */
async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.url, lock_timeout: 5_000 })
  client.on('error', () => undefined)
  await client.connect()
  writing.push(client)
  await client.query('SET session_replication_role = replica')
  return client
}

/** A key of a client, with the payment that it will begin. */
interface Key {
  merchant: string
  payment: string
  record: string
  currency: string
  amount: number
}
const ago = (ms: number) => new Date(Date.now() - ms)
const newKey = (changes: Partial<Key> = {}): Key => {
  const payment = uuidv7()
  return { merchant: OURS, payment, record: `rec ${payment}`, currency: 'EUR', amount: 100, ...changes }
}

async function begin(client: pg.Client, key: Key, at: Date): Promise<void> {
  const { merchant, payment, record, amount, currency } = key
  await client.query(
    `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, created_at)
     VALUES ($1, $2, 's', 'checkout.pay', $2, 'f', 1, 'sending', gen_random_uuid(), 'w', $3, $4)`,
    [merchant, record, payment, at],
  )
  await client.query(
    `INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token, created_at)
     VALUES ($1, $2::uuid, $2::uuid, $3, $4, $5, 'pm_card_visa', $2::text, $2::text, $6)`,
    [merchant, payment, record, amount, currency, at],
  )
}

async function end(client: pg.Client, key: Key, status: string): Promise<void> {
  const { merchant, payment } = key
  const { rowCount } = await client.query(
    `UPDATE payment SET status = $3, gateway_ref = CASE $3 WHEN 'succeeded' THEN 'ch_' || id END
     WHERE merchant_id = $1 AND id = $2 AND status IN ('sending', 'unknown')`,
    [merchant, payment, status],
  )
  if (rowCount === 1 && status === 'succeeded') await post(client, key, 'capture')
}

async function post(client: pg.Client, { merchant, payment }: Key, kind: string): Promise<string> {
  const id = uuidv7()
  await client.query(
    `INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description) VALUES ($1, $2, $3, $4, 'x')`,
    [merchant, id, kind, payment],
  )
  return id
}

/** A second charge of a payment, as the reconciler finds it. */
async function surplus(client: pg.Client, key: Key): Promise<void> {
  const { merchant, payment, amount, currency } = key
  const { rowCount } = await client.query('SELECT FROM payment WHERE id = $1', [payment])
  if (rowCount === 0) return
  const transaction = await post(client, key, 'surplus')
  await client.query(
    `INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency) VALUES ($1, $2::text, $3, $2::uuid, $4, $5)`,
    [merchant, transaction, payment, amount, currency],
  )
}

interface Tried {
  outcome: string
  at: Date
  presses?: number
  problem?: string | null
  operation?: string
}

async function attempt(client: pg.Client, { merchant, record }: Key, tried: Tried): Promise<void> {
  const { outcome, at, presses = 1, problem = null, operation = PAYMENT_OPERATIONS.pay } = tried
  await client.query(
    `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, presses, status, problem, source, request_id, worker, at, duration_ms)
     VALUES ($1, $2, $3, $4, $5, $6, 200, $7, 'browser', 'q', 'w', $8, 1)`,
    [merchant, uuidv7(), record, operation, outcome, presses, problem, at],
  )
}

/** The chart and the sums of a period, by counting each attempt, each payment and each charge. */
async function counted(merchant: string, from: Date, seconds: number, columnSeconds: number) {
  const attempts = `
    SELECT a.at, CASE WHEN a.outcome = 'rejected' AND a.problem = 'outcome-unknown' THEN 'ambiguous' ELSE a.outcome END AS outcome, a.presses,
      p.id IS NOT NULL AS prevented, p.currency, p.amount
    FROM attempt a
    LEFT JOIN idempotency_record r ON a.outcome IN ('replayed', 'joined', 'held') AND r.merchant_id = a.merchant_id AND r.id = a.record_id
    LEFT JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.subject_id AND p.gateway_ref IS NOT NULL
    WHERE a.merchant_id = $1 AND a.at >= $2 AND a.at < $3 AND a.operation = ANY ($4)`
  const of = (since: Date) => [merchant, since, new Date(since.getTime() + seconds * 1_000), OPERATIONS]
  const { rows: buckets } = await owner.query(
    `WITH attempts AS (${attempts}), charges AS (
       SELECT created_at, (gateway_ref IS NOT NULL)::int + (SELECT count(*) FROM surplus_charge s WHERE s.merchant_id = $1 AND s.payment_id = payment.id) AS n
       FROM payment WHERE merchant_id = $1 AND created_at >= $2 AND created_at < $3)
     SELECT c.at, a.*, (SELECT coalesce(sum(n), 0)::float8 FROM charges WHERE created_at >= c.at AND created_at < c.at + make_interval(secs => $5)) AS charges
     FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 second', make_interval(secs => $5)) AS c (at)
     CROSS JOIN LATERAL (
       SELECT count(*) FILTER (WHERE outcome = 'executed')::float8 AS executed, count(*) FILTER (WHERE outcome = 'replayed' AND prevented)::float8 AS replayed,
         count(*) FILTER (WHERE outcome = 'joined' AND prevented)::float8 AS joined, count(*) FILTER (WHERE outcome = 'rejected')::float8 AS rejected,
         count(*) FILTER (WHERE outcome = 'ambiguous')::float8 AS ambiguous, count(*) FILTER (WHERE outcome = 'recovered')::float8 AS recovered,
         coalesce(sum(presses) FILTER (WHERE outcome = 'held' AND prevented), 0)::float8 AS held,
         coalesce(sum(presses) FILTER (WHERE outcome IN ('replayed', 'joined', 'held') AND NOT prevented), 0)::float8 AS again
       FROM attempts WHERE at >= c.at AND at < c.at + make_interval(secs => $5)) a
     ORDER BY c.at`,
    [...of(from), columnSeconds],
  )
  const totals = async (since: Date) => {
    const requests = await owner.query(
      `SELECT count(*)::int AS n FROM (${attempts}) a WHERE outcome NOT IN ('held', 'recovered')`,
      of(since),
    )
    const saved = await owner.query(
      `SELECT currency, sum(presses)::int AS repeats, sum(presses * amount)::text AS amount FROM (${attempts}) a WHERE prevented
       GROUP BY currency ORDER BY repeats DESC, currency`,
      of(since),
    )
    return {
      requests: requests.rows[0].n,
      prevented: saved.rows.reduce((sum, { repeats }) => sum + repeats, 0),
      protected: saved.rows.map(({ currency, amount }) => ({ currency, amount: BigInt(amount) })),
    }
  }
  return {
    buckets,
    current: await totals(from),
    previous: await totals(new Date(from.getTime() - seconds * 1_000)),
  }
}

/** The overview says what counting each row says. */
async function expectRight(merchant: string, range: Range): Promise<void> {
  const { from, buckets, current, previous } = await overview(db, merchant, range)
  const { seconds, bucketSeconds } = RANGES[range]
  const right = await counted(merchant, from, seconds, bucketSeconds)
  const totals = (of: typeof current) =>
    of && { requests: of.requests, prevented: of.prevented, protected: of.protected }
  expect({ buckets, current: totals(current), previous: totals(previous) }, range).toEqual(right)
}

/** What a session of each time zone reads is the same. */
async function expectSameInEachZone(merchant: string): Promise<void> {
  const until = new Date(Math.ceil(Date.now() / 1_800_000) * 1_800_000)
  const period = [merchant, new Date(until.getTime() - 60 * DAY_MS), until]
  const read = async (pool: pg.Pool) => [
    (
      await pool.query(
        `SELECT half_hour, outcome, currency, sum(attempts)::int AS n, sum(presses)::int AS presses, sum(amount)::text AS amount
         FROM attempt_counts($1, $2, $3) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`,
        period,
      )
    ).rows,
    (
      await pool.query(
        'SELECT half_hour, sum(charges)::int AS n FROM charge_counts($1, $2, $3) GROUP BY 1 ORDER BY 1',
        period,
      )
    ).rows,
  ]
  const [first, ...others] = await Promise.all(pools.map(read))
  for (const other of others) expect(other).toEqual(first)
}

const brokenCounts = async () =>
  (await owner.query('SELECT merchant_id, detail FROM integrity_across.attempts_are_counted_right')).rows
const position = async () =>
  (await owner.query('SELECT *, xmin::text FROM attempts_counted')).rows[0] as Record<string, string>

/** Counts everything: transactions of other databases on this server hold it back too. */
async function countAll(batch = 1_000): Promise<void> {
  await vi.waitFor(async () => {
    for (let turn = 0; turn < 500 && (await countAttempts(db, batch)) >= batch; turn++);
    const { rows } = await owner.query(`
      SELECT (SELECT attempts_xid FROM attempts_counted) > coalesce((SELECT max(xid) FROM attempt), 0)
        AND (SELECT charges_xid FROM attempts_counted) > coalesce((SELECT max(xid) FROM ledger_transaction), 0) AS over`)
    expect(rows[0].over).toBe(true)
  }, 50_000)
}

describe('counts are those of all rows', () => {
  /** A generator that a seed determines (mulberry32), so that a failure can be run again. */
  function chance(seed: number) {
    let state = seed
    return (below: number) => {
      state = (state + 0x6d2b79f5) | 0
      let t = Math.imul(state ^ (state >>> 15), 1 | state)
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
      return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
    }
  }

  it.each([1, 2, 3, 4, 5])('whatever comes, ends and is committed late (seed %i)', async (seed) => {
    const next = chance(seed)
    const any = <Value>(of: readonly Value[]) => of[next(of.length)] as Value
    // Within each range as often, and at the same time as others.
    const anyTime = () => ago(next(any([3_600_000, DAY_MS, 7 * DAY_MS, 60 * DAY_MS])))
    const keys = Array.from({ length: 12 }, () =>
      newKey({
        merchant: any([OURS, OURS, THEIRS]),
        currency: any(['EUR', 'USD', 'JPY']),
        amount: 1 + next(500),
      }),
    )
    const tried = (): Tried => ({
      outcome: any(['executed', 'replayed', 'replayed', 'joined', 'held', 'rejected', 'recovered']),
      at: anyTime(),
      presses: 1 + next(4),
      problem: any([null, 'outcome-unknown', 'in-progress']),
      operation: any([...OPERATIONS, ...OPERATIONS, 'refunds.create']),
    })
    const write = [
      (client: pg.Client) => attempt(client, any(keys), tried()),
      (client: pg.Client) => attempt(client, any(keys), tried()),
      (client: pg.Client) => attempt(client, any(keys), tried()),
      (client: pg.Client) => begin(client, any(keys), anyTime()),
      (client: pg.Client) => begin(client, any(keys), anyTime()),
      (client: pg.Client) =>
        end(client, any(keys), any(['succeeded', 'succeeded', 'declined', 'not_charged', 'unknown'])),
      (client: pg.Client) => end(client, any(keys), 'succeeded'),
      (client: pg.Client) => surplus(client, any(keys)),
      (client: pg.Client) => post(client, any(keys), 'refund'),
    ]
    const count = [
      () => countAttempts(any(dbs), 1 + next(6)),
      () => Promise.all([countAttempts(any(dbs), 1 + next(6)), countAttempts(any(dbs), 1 + next(6))]),
      async () => {
        const killed = await connect()
        await killed.query(`BEGIN; SELECT count_attempts(${1 + next(20)})`)
        await owner.query('SELECT pg_terminate_backend($1)', [
          (killed as unknown as { processID: number }).processID,
        ])
      },
    ]
    // What a version before the ids left.
    for (const key of keys.slice(0, 6)) {
      await begin(owner, key, anyTime())
      for (let n = 0; n < 3; n++) await attempt(owner, key, tried())
      if (next(2)) await end(owner, key, 'succeeded')
    }
    await owner.query('UPDATE attempt SET xid = NULL; UPDATE ledger_transaction SET xid = NULL')

    const writers = await Promise.all([connect(), connect(), connect()])
    const open = new Set<pg.Client>()
    for (let step = 0; step < 120; step++) {
      const writer = any(writers)
      const what = next(12)
      if (what < 7) {
        // No writer waits for another one: that would never end here.
        if (!open.has(writer)) await writer.query(`BEGIN; SET LOCAL lock_timeout = '1ms'`)
        open.add(writer)
        await writer.query('SAVEPOINT step')
        await any(write)(writer).catch(() => writer.query('ROLLBACK TO step'))
      } else if (what < 9) {
        const ended = [...open][next(open.size)]
        if (ended) await ended.query(next(5) ? 'COMMIT' : 'ROLLBACK')
        if (ended) open.delete(ended)
      } else await any(count)()
      if (step % 5 > 0) continue
      await expectRight(any([OURS, OURS, THEIRS]), any(Object.keys(RANGES) as Range[]))
      await expectSameInEachZone(OURS)
      expect(await brokenCounts()).toEqual([])
    }
    for (const writer of open) await writer.query('COMMIT')
    await countAll(1 + next(20))
    for (const range of Object.keys(RANGES) as Range[]) {
      await expectRight(OURS, range)
      await expectRight(THEIRS, range)
    }
    expect(await brokenCounts()).toEqual([])
    const { rows } = await owner.query('SELECT sum(attempts)::int AS n FROM attempt_half_hour')
    expect(rows[0].n).toBeGreaterThan(20)
  })

  it('a repeat that was counted before its payment was charged counts as prevented afterwards', async () => {
    const key = newKey({ amount: 2_400 })
    const at = ago(3 * 3_600_000)
    await begin(owner, key, at)
    await attempt(owner, key, { outcome: 'joined', at })
    await attempt(owner, key, { outcome: 'held', presses: 20, at })
    await countAll()
    await expectRight(OURS, '24h')
    await end(owner, key, 'succeeded')
    // Known to readers at once, and to the counts after the next turn.
    for (const turn of [() => Promise.resolve(), countAll]) {
      await turn()
      const { current, buckets } = await overview(db, OURS, '24h')
      expect(current).toMatchObject({ prevented: 21, protected: [{ currency: 'EUR', amount: 50_400n }] })
      expect(buckets?.reduce((sum, { joined, held, again }) => sum + joined + held + again, 0)).toBe(21)
      await expectRight(OURS, '7d')
    }
    const { rows } = await owner.query(
      'SELECT outcome, attempts::int AS n, currency FROM attempt_half_hour ORDER BY 1, 3',
    )
    expect(rows).toEqual([
      { outcome: 'held', n: 0, currency: '' },
      { outcome: 'held', n: 1, currency: 'EUR' },
      { outcome: 'joined', n: 0, currency: '' },
      { outcome: 'joined', n: 1, currency: 'EUR' },
    ])
  })

  it('an attempt whose transaction is open while later ones are counted is counted after its commit', async () => {
    const key = newKey()
    const slow = await connect()
    await slow.query('BEGIN')
    await attempt(slow, key, { outcome: 'executed', at: ago(DAY_MS) })
    await attempt(owner, key, { outcome: 'executed', at: ago(DAY_MS) })
    for (let turn = 0; turn < 5; turn++) await countAttempts(db, 10)
    await expectRight(OURS, '7d')
    await slow.query('COMMIT')
    await expectRight(OURS, '7d')
    await countAll()
    await expectRight(OURS, '7d')
    expect((await overview(db, OURS, '7d')).current?.requests).toBe(2)
  })

  it('in a database that was restored from a dump, the old counts count for nothing and are made anew', async () => {
    const key = newKey()
    await begin(owner, key, ago(DAY_MS))
    await end(owner, key, 'succeeded')
    await attempt(owner, key, { outcome: 'replayed', at: ago(DAY_MS) })
    await countAll()
    await owner.query(`
      UPDATE attempt_half_hour SET attempts = 77;
      CREATE TEMP TABLE dump AS SELECT * FROM attempts_counted; DELETE FROM attempts_counted; INSERT INTO attempts_counted SELECT * FROM dump; DROP TABLE dump`)
    await expectRight(OURS, '7d')
    await countAll()
    await expectRight(OURS, '7d')
    expect(await brokenCounts()).toEqual([])
  })

  it('while one counts, another does not wait, and a quiet shop is not written to', async () => {
    await attempt(owner, newKey(), { outcome: 'executed', at: ago(DAY_MS) })
    const other = await connect()
    await other.query('BEGIN; SELECT count_attempts(10)')
    expect(await countAttempts(db, 10)).toBe(0)
    await other.query('ROLLBACK')
    await countAll()
    const before = await position()
    expect(await countAttempts(db, 10)).toBe(0)
    expect(await position()).toEqual(before)
  })
})

test('the overview reads the counts and not their rows', async () => {
  const key = newKey()
  await attempt(owner, key, { outcome: 'executed', at: ago(2 * DAY_MS) })
  await countAll()
  await owner.query('UPDATE attempt_half_hour SET attempts = 9')
  for (const range of ['7d', '30d'] as const)
    expect((await overview(db, OURS, range)).current?.requests).toBe(9)
})

test('a period that is not of whole half hours is refused', async () => {
  const from = new Date('2026-03-01T12:00:00Z')
  const period = { merchantId: OURS, from, until: new Date('2026-03-01T12:31:00Z'), columnSeconds: 1_800 }
  await expect(db.$queryRaw(attemptCounts(period))).rejects.toThrow(/whole half hours/)
})

test('a count that is not of its rows breaks an invariant', async () => {
  const key = newKey()
  await begin(owner, key, ago(DAY_MS))
  await end(owner, key, 'succeeded')
  await attempt(owner, key, { outcome: 'replayed', at: ago(DAY_MS) })
  await countAll()
  for (const damage of [
    'UPDATE attempt_half_hour SET amount = amount + 1',
    'UPDATE attempt_half_hour SET presses = presses + 1',
    `UPDATE attempt_half_hour SET currency = ''`,
    'DELETE FROM attempt_half_hour',
    'UPDATE charge_half_hour SET charges = charges + 1',
    'DELETE FROM charge_half_hour',
    `UPDATE attempt SET outcome = 'executed'`,
  ]) {
    expect(await brokenCounts(), damage).toEqual([])
    await owner.query(damage)
    expect((await brokenCounts())[0]?.merchant_id, damage).toBe(OURS)
    await owner.query('DELETE FROM attempts_counted')
    await countAll()
  }
})

test('the product may not write a count, nor choose the id by which an attempt is counted', async () => {
  for (const attack of [
    'UPDATE attempt_half_hour SET attempts = 0',
    'DELETE FROM charge_half_hour',
    'UPDATE attempts_counted SET attempts_xid = 1',
    `SELECT add_attempts('{}', '{}', 1)`,
    `SELECT add_charges('{}', '{}', 1)`,
    `INSERT INTO attempt (merchant_id, id, record_id, operation, outcome, status, source, request_id, worker, at, duration_ms, xid)
     VALUES ('${OURS}', '${OURS}', 'r', 'checkout.pay', 'executed', 200, 'browser', 'q', 'w', now(), 1, 1)`,
  ])
    await expect(pools[0]?.query(attack), attack).rejects.toMatchObject({ code: '42501' })
})
