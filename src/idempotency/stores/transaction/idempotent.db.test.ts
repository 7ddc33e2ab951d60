import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { Prisma } from '@/platform/generated/client'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { PROBLEMS, ProblemError } from '../../problems'
import { superjson } from '../../testing/rich-values'
import { checkSchema, SchemaIncomplete } from './check-schema'
import { createIdempotent } from './idempotent'
import { WorkTooLong } from './keyed-commit'
import type { UserClient } from './settings'
import { RequestRefused } from './stored-result'

let database: TestDatabase
let pools: pg.Pool[]
let db: Db
let other: Db

/** Two clients with pools of their own: two servers of one app. */
beforeAll(async () => {
  database = await testDatabase()
  pools = ['one', 'other'].map((name) => openPool(database.url, { max: 5, name, waitMs: 30_000 }))
  ;[db, other] = pools.map((pool) => openDb(pool)) as [Db, Db]
  await pools[0]?.query('CREATE TABLE purchase (id uuid PRIMARY KEY, amount int NOT NULL)')
  await pools[0]?.query('CREATE TABLE stock (name text PRIMARY KEY, left_over int NOT NULL)')
})
afterAll(async () => {
  await Promise.all([db.$disconnect(), other.$disconnect()])
  await Promise.all(pools.map((pool) => pool.end()))
  await database.drop()
})

let key: string
beforeEach(async () => {
  key = uuidv7()
  await db.$executeRaw`TRUNCATE purchase, stock`
})

type Tx = Pick<Db, '$executeRaw' | '$queryRaw'>
const buy = async ({ tx, input, id }: { tx: Tx; input: { amount: number }; id: string }) => {
  await tx.$executeRaw`INSERT INTO purchase (id, amount) VALUES (${id}::uuid, ${input.amount})`
  return { id, amount: input.amount, at: new Date(0) }
}
const request = (amount = 5) => ({ operation: 'test.buy', key, scope: 'user:1', input: { amount } })
const purchases = () => db.$queryRaw<{ amount: number }[]>(sql`SELECT amount FROM purchase`)
const problemOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no problem',
    (error: unknown) => (error instanceof ProblemError ? error.problem.kind : error),
  )
/** A promise, and what resolves it. */
function signal(): { done: Promise<void>; give: () => void } {
  let give = () => {}
  const done = new Promise<void>((resolve) => {
    give = resolve
  })
  return { done, give }
}

describe('work in one transaction with its key', () => {
  it('is done once for fifty requests at once on two servers, and all get the same text', async () => {
    const options = { waitMs: 30_000, timeoutMs: 30_000 }
    const servers = [db, other].map((prisma) => createIdempotent({ prisma, ...options }))
    let runs = 0
    const all = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        servers[index % 2]?.(request(), async (work) => {
          runs += 1
          // The two servers meet at the INSERT, however fast either of them is.
          await waitsForLock()
          return buy(work)
        }),
      ),
    )
    expect(new Set(all.map((one) => one?.body)).size).toBe(1)
    expect(all.filter((one) => !one?.replayed)).toHaveLength(1)
    expect(all[0]?.result).toEqual({ id: expect.any(String), amount: 5, at: '1970-01-01T00:00:00.000Z' })
    expect(await purchases()).toHaveLength(1)
    // The INSERT of the second server waited for the first: its work did not begin.
    expect(runs).toBe(1)
  })

  it('gives back the stored text in one read, without a transaction', async () => {
    const idempotent = createIdempotent({ prisma: db })
    const first = await idempotent(request(), buy)
    const reader = {
      $queryRaw: db.$queryRaw.bind(db),
      $transaction: () => Promise.reject(new Error('a replay opened a transaction')),
      idempotencyRecord: db.idempotencyRecord,
    }
    const again = await createIdempotent({ prisma: reader })(request(), async () => 'never')
    expect(again).toEqual({ ...first, replayed: true })
  })

  it('refuses another input under the same key, and names the fields that differ', async () => {
    const secret = 'a secret of sixteen and more'
    await createIdempotent({ prisma: db, secret })(request(), buy)
    const error = await createIdempotent({ prisma: other, secret })(request(6), buy).catch((e: unknown) => e)
    expect(error).toMatchObject({ problem: { kind: 'key-reused', facts: { differs: ['/amount'] } } })
    expect(await purchases()).toEqual([{ amount: 5 }])
    expect(await createIdempotent({ prisma: db })({ ...request(6), scope: 'user:2' }, buy)).toMatchObject({
      replayed: false,
    })
  })

  it('rolls back everything when the work throws, and the key is free', async () => {
    const idempotent = createIdempotent({ prisma: db })
    const fails = idempotent(request(), async (work) => {
      await buy(work)
      throw new RangeError('the shop is closed')
    })
    await expect(fails).rejects.toThrow(RangeError)
    expect(await purchases()).toEqual([])
    // Free for a corrected input, too: nothing was done under the key.
    expect(await idempotent(request(7), buy)).toMatchObject({ replayed: false, result: { amount: 7 } })
  })

  it('rolls back everything when its connection is killed in the middle, and the next request does it', async () => {
    const idempotent = createIdempotent({ prisma: db })
    let runs = 0
    const done = await idempotent(request(), async (work) => {
      await buy(work)
      if (++runs === 1) {
        const [me] = await work.tx.$queryRaw<{ pid: number }[]>(sql`SELECT pg_backend_pid() AS pid`)
        await other.$executeRaw`SELECT pg_terminate_backend(${me?.pid}::int)`
      }
      return 'bought'
    })
    expect(done).toMatchObject({ result: 'bought', replayed: false })
    expect(runs).toBe(2)
    expect(await purchases()).toHaveLength(1)
  })

  it('finds its answer when the connection breaks after the commit', async () => {
    let broken = false
    const prisma = {
      $queryRaw: db.$queryRaw.bind(db),
      idempotencyRecord: db.idempotencyRecord,
      async $transaction(work: (tx: Tx) => Promise<unknown>, options: object) {
        const result = await db.$transaction(work as never, options)
        if (broken) return result
        broken = true
        throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' })
      },
    }
    const idempotent = createIdempotent({ prisma })
    const done = await idempotent(request(), buy as never)
    expect(done).toMatchObject({ replayed: true, result: { amount: 5 } })
    expect(await purchases()).toHaveLength(1)
  })

  it('answers in-progress when another server takes longer than the wait', async () => {
    const [started, finish] = [signal(), signal()]
    const slow = createIdempotent({ prisma: db })(request(), async (work) => {
      started.give()
      await finish.done
      return buy(work)
    })
    await started.done
    const impatient = createIdempotent({ prisma: other, waitMs: 100 })
    expect(await problemOf(impatient(request(), buy))).toBe('in-progress')
    expect(PROBLEMS['in-progress'].safeNewKey).toBe(false)
    finish.give()
    expect(await slow).toMatchObject({ replayed: false })
    expect(await impatient(request(), buy)).toMatchObject({ replayed: true })
  })

  it('limits the wait for the key alone, not the waits of the work', async () => {
    const idempotent = createIdempotent({ prisma: db, waitMs: 100 })
    const { result } = await idempotent(request(), async ({ tx }) => {
      const [row] = await tx.$queryRaw<{ limit: string }[]>(
        sql`SELECT current_setting('lock_timeout') AS limit`,
      )
      return row?.limit ?? null
    })
    const [outside] = await db.$queryRaw<{ limit: string }[]>(
      sql`SELECT current_setting('lock_timeout') AS limit`,
    )
    expect(result).toBe(outside?.limit)
  })

  it.each(['ReadCommitted', 'RepeatableRead', 'Serializable'] as const)(
    'waits for the other server and gets its answer, or the key when it failed: %s',
    async (isolationLevel) => {
      for (const fails of [false, true]) {
        key = uuidv7()
        const [started, finish] = [signal(), signal()]
        const first = createIdempotent({ prisma: db, isolationLevel })(request(), async (work) => {
          started.give()
          await finish.done
          if (fails) throw new Error('rolled back')
          return buy(work)
        })
        await started.done
        const second = createIdempotent({ prisma: other, isolationLevel, waitMs: 20_000 })(request(), buy)
        await waitsForLock()
        finish.give()
        const [one, two] = await Promise.allSettled([first, second])
        expect(one.status).toBe(fails ? 'rejected' : 'fulfilled')
        expect(two).toMatchObject({ value: { replayed: !fails, result: { amount: 5 } } })
      }
      expect(await purchases()).toHaveLength(2)
    },
  )

  it('repeats work that a deadlock has ended', async () => {
    await db.$executeRaw`INSERT INTO stock VALUES ('a', 10), ('b', 10)`
    const both = [signal(), signal()]
    const take = (mine: number, names: [string, string]) => {
      let runs = 0
      const idempotent = createIdempotent({ prisma: mine === 0 ? db : other, timeoutMs: 20_000 })
      return idempotent({ ...request(), key: `${key}-${mine}` }, async ({ tx }) => {
        runs += 1
        await tx.$executeRaw`UPDATE stock SET left_over = left_over - 1 WHERE name = ${names[0]}`
        both[mine]?.give()
        if (runs === 1) await both[1 - mine]?.done
        await tx.$executeRaw`UPDATE stock SET left_over = left_over - 1 WHERE name = ${names[1]}`
        return runs
      })
    }
    const runs = await Promise.all([take(0, ['a', 'b']), take(1, ['b', 'a'])])
    expect(runs.map(({ result }) => result).toSorted()).toEqual([1, 2])
    expect(await db.$queryRaw(sql`SELECT left_over AS left FROM stock`)).toEqual([{ left: 8 }, { left: 8 }])
  })

  it('stores a refusal of the business, and throws it again for each retry', async () => {
    const idempotent = createIdempotent({ prisma: db })
    let runs = 0
    const call = () =>
      idempotent(request(), async ({ refuse }) => {
        runs += 1
        return refuse({ status: 409, code: 'out-of-stock', detail: 'None is left.', facts: { left: 0 } })
      }).catch((error: unknown) => error as RequestRefused)
    const [first, second] = [await call(), await call()]
    expect(first).toBeInstanceOf(RequestRefused)
    expect(first).toMatchObject({ replayed: false, refusal: { status: 409, facts: { left: 0 } } })
    expect(second).toMatchObject({ replayed: true, refusal: (first as RequestRefused).refusal })
    expect((second as RequestRefused).body).toBe((first as RequestRefused).body)
    expect(runs).toBe(1)
  })

  it('commits nothing for a result that cannot be stored', async () => {
    const idempotent = createIdempotent({ prisma: db })
    const call = idempotent(request(), async (work) => ({ ...(await buy(work)), total: 1n }))
    await expect(call).rejects.toThrow(/test.buy cannot be stored as JSON.*Nothing was committed/)
    expect(await purchases()).toEqual([])
  })

  it('O5 an answer over 1 MiB is sent once: the work is done once, and a retry is refused with the id of its row', async () => {
    const idempotent = createIdempotent({ prisma: db })
    const bought = async (more: string) => {
      const work = async (args: Parameters<typeof buy>[0]) => ({ ...(await buy(args)), more })
      return idempotent(request(), work).catch((error: unknown) => error)
    }
    // In UTF-8 each of these letters has two bytes.
    const first = (await bought('é'.repeat(524_288))) as { result: { id: string; more: string } }
    expect(first).toMatchObject({ replayed: false, status: 200 })
    expect(first.result.more).toHaveLength(524_288)
    const { id } = first.result
    const again = await bought('é')
    expect(again).toMatchObject({ problem: { kind: 'answer-expired', facts: { id } } })
    expect(await purchases()).toHaveLength(1)
    const [row] = await db.$queryRaw<
      object[]
    >`SELECT state, answer FROM idempotency_record WHERE key = ${key}`
    expect(row).toEqual({ state: 'tombstone', answer: null })
  })

  it('with a transformer a result of every type comes back as it was, and inputs are compared by their types', async () => {
    const secret = 'a secret of sixteen and more'
    const typed = createIdempotent({ prisma: db, transformer: superjson, secret })
    const at = new Date(0)
    const call = (many: Map<string, bigint>) =>
      typed({ ...request(), input: { amount: 5, many, at } }, async ({ tx, input, id }) => {
        await buy({ tx, input, id })
        return { many: input.many, at: input.at, price: new Prisma.Decimal('1.10'), none: undefined }
      })
    const many = new Map([['all', 2n ** 70n]])
    const first = await call(many)
    expect(first.result).toStrictEqual({ many, at, price: new Prisma.Decimal('1.10'), none: undefined })
    expect(await call(new Map(many))).toStrictEqual({ ...first, replayed: true })
    const error = await call(new Map([['all', 1n]])).catch((e: unknown) => e)
    expect(error).toMatchObject({ problem: { kind: 'key-reused', facts: { differs: ['/many'] } } })
    expect(await purchases()).toHaveLength(1)
  })

  it('O2 headers that the work gives are stored, and the same in each replay; those of a run that was undone are gone', async () => {
    const idempotent = createIdempotent({ prisma: db })
    let runs = 0
    const call = () =>
      idempotent(request(), async ({ header, ...work }) => {
        if (++runs === 1) header('Content-Language', 'ar')
        header('ETag', `"${runs}"`)
        if (runs === 1) await work.tx.$executeRaw`SELECT raise_conflict()`
        return buy(work)
      })
    await db.$executeRawUnsafe(
      `CREATE FUNCTION raise_conflict() RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`,
    )
    const first = await call()
    expect(first).toMatchObject({ headers: { ETag: '"2"' }, replayed: false })
    expect(first.headers).not.toHaveProperty('Content-Language')
    expect(await call()).toEqual({ ...first, replayed: true })
    expect(runs).toBe(2)
    await expect(
      idempotent({ ...request(), key: `${key}-2` }, async ({ header }) =>
        header('Set-Cookie' as never, 'a=b'),
      ),
    ).rejects.toThrow(/Set-Cookie.* is not stored/)
    await expect(
      db.$executeRaw`UPDATE idempotency_record SET headers = NULL WHERE key = ${key}`,
    ).rejects.toThrow(/its answer may not change/)
  })

  it('a transformer that is added later replays what was stored before it as the JSON that it is', async () => {
    const { result } = await createIdempotent({ prisma: db })(request(), buy)
    const typed = createIdempotent({ prisma: db, transformer: superjson })
    expect(await typed(request(), buy)).toMatchObject({ result, replayed: true })
    const other: unknown = await typed({ ...request(), input: { amount: 5n } } as never, buy).catch(
      (e: unknown) => e,
    )
    expect(other).toMatchObject({ problem: { kind: 'key-reused' } })
  })

  it('rolls back work that takes longer than its time, and says so', async () => {
    const idempotent = createIdempotent({ prisma: db, waitMs: 0, timeoutMs: 200 })
    const call = idempotent(request(), async (work) => {
      await buy(work)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      return null
    })
    await expect(call).rejects.toThrow(WorkTooLong)
    expect(await purchases()).toEqual([])
    expect(await idempotent(request(), buy)).toMatchObject({ replayed: false })
  })

  it('an operation may have its own retention and wait, and the others keep theirs', async () => {
    const idempotent = createIdempotent({ prisma: db, retentionDays: 2, waitMs: 60_000 })
    const days = async (own: object) => {
      const { firstExecutedAt, expiresAt } = await idempotent({ ...request(), ...own }, buy)
      return (expiresAt.getTime() - firstExecutedAt.getTime()) / 86_400_000
    }
    expect([await days({ retentionDays: 365 }), await days({ key: `${key}-2` })]).toEqual([365, 2])
    const [begun, ended] = [signal(), signal()]
    const first = idempotent({ ...request(), key: `${key}-3` }, async (work) => {
      begun.give()
      await ended.done
      return buy(work)
    })
    await begun.done
    // Without a wait of its own it would end with the test's time.
    expect(await problemOf(idempotent({ ...request(), key: `${key}-3`, waitMs: 0 }, buy))).toBe('in-progress')
    ended.give()
    expect(await first).toMatchObject({ replayed: false })
  })

  it('refuses a retry after the retention, and never executes it', async () => {
    const idempotent = createIdempotent({ prisma: db, retentionDays: 2 })
    const { firstExecutedAt, expiresAt } = await idempotent(request(), buy)
    expect(expiresAt.getTime() - firstExecutedAt.getTime()).toBe(2 * 86_400_000)
    expect(await idempotent.expire()).toBe(0)
    await db.$executeRaw`UPDATE idempotency_record SET expires_at = now() - interval '1 second' WHERE key = ${key}`
    expect(await idempotent.expire()).toBe(1)
    expect(await problemOf(idempotent(request(), buy))).toBe('answer-expired')
    expect(await purchases()).toHaveLength(1)
    expect(await idempotent.expire()).toBe(0)
  })
})

describe('the check of the schema', () => {
  it('finds nothing missing here, and names each thing that is taken away', async () => {
    expect(await checkSchema(db)).toEqual([])
    const missing: string[] = []
    for (const statement of [
      'ALTER TABLE idempotency_record DROP COLUMN worker',
      'ALTER TABLE idempotency_record ALTER COLUMN expires_at DROP DEFAULT',
      'ALTER TABLE idempotency_record ALTER COLUMN worker TYPE varchar(10)',
      `ALTER TABLE idempotency_record DISABLE TRIGGER USER; DELETE FROM idempotency_record WHERE state = 'tombstone';
       ALTER TABLE idempotency_record ENABLE TRIGGER USER, ALTER COLUMN key SET NOT NULL, ALTER COLUMN tries SET NOT NULL`,
      'DROP FUNCTION expect_rows(text, bigint, bigint)',
      'ALTER TABLE idempotency_record DISABLE TRIGGER tombstone_is_for_good',
      'ALTER TABLE idempotency_record DROP COLUMN retention_days CASCADE',
      'ALTER TABLE idempotency_record DROP CONSTRAINT idempotency_record_pkey CASCADE',
      'ALTER TABLE idempotency_record RENAME TO records',
      'SET TRANSACTION READ ONLY',
    ])
      await afterStatement(statement, async (prisma) => {
        missing.push(...(await checkSchema(prisma)).map(({ what }) => what))
      })
    expect(missing).toEqual([
      'column idempotency_record.worker',
      'default of idempotency_record.expires_at',
      'column idempotency_record.worker as text (it is character varying(10))',
      'room for small tombstones (key, tries)',
      'function expect_rows(text,bigint,bigint)',
      'trigger tombstone_is_for_good',
      'column idempotency_record.retention_days',
      'trigger own_retention',
      'primary key idempotency_record (merchant_id, id)',
      'table idempotency_record',
      'the right to write',
    ])
  })

  it('refuses a database without the tables before any work, and names the command', async () => {
    await afterStatement('SET LOCAL search_path = pg_temp', async (prisma) => {
      const idempotent = createIdempotent({ prisma })
      await expect(idempotent.ready()).rejects.toThrow(SchemaIncomplete)
      await expect(idempotent(request(), () => Promise.reject(new Error('work began')))).rejects.toThrow(
        /table idempotency_record: .*prisma migrate deploy/,
      )
    })
  })
})

/** Runs `work` on a client inside a transaction in which `statement` was run, and undoes both. */
async function afterStatement(statement: string, work: (prisma: UserClient) => Promise<void>): Promise<void> {
  const client = await (pools[0] as pg.Pool).connect()
  try {
    await client.query(`BEGIN; ${statement}`)
    await work({
      $queryRaw: async ({ text, values }) => (await client.query(text, values)).rows,
      $transaction: () => Promise.reject(new Error('a transaction began')),
      idempotencyRecord: db.idempotencyRecord,
    })
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

/** Resolves when a session of the database waits for a lock. */
async function waitsForLock(): Promise<void> {
  for (;;) {
    const waiting = await pools[0]?.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
    if (waiting?.rowCount) return
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
