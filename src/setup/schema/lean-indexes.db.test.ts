import { withoutClaim } from '@payonce/idempotency/sql'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { readBatch } from '@/idempotency/stores/batch-sql'
import { listRecords } from '@/idempotency/stores/read'
import { readRecord } from '@/idempotency/stores/record-sql'
import { statement } from '@/ledger/read'
import { uuidv7 } from '@/lib/id'
import { insertPayment, movePayment } from '@/payments/store'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { findings } from '@/platform/integrity'
import { statementOf } from '../test/sent-statement'
import { applyMigration, migrate, migrations } from './migrate'
import { onConnection } from './schema-engine'

/** A database of the version before (0022) with rows in it, migrated: what holds, and through which index rows are looked up. */
const NAME = `lean_${uuidv7().replaceAll('-', '')}`
const [OLD, NEW] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002']

let url: string
let owner: pg.Client

beforeAll(async () => {
  const cluster = new URL(inject('clusterUrl'))
  cluster.pathname = '/postgres'
  await onConnection(cluster.href, (client) => client.query(`CREATE DATABASE ${NAME}`))
  cluster.pathname = `/${NAME}`
  url = cluster.href
  owner = new pg.Client({ connectionString: url })
  await owner.connect()
  for (const { name, sql } of migrations()) if (name < '0023') await applyMigration(owner, sql)
  // The statistics are the tests' own matter, however long they take.
  const { rows } = await owner.query(`SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`)
  for (const { name } of rows) await owner.query(`ALTER TABLE "${name}" SET (autovacuum_enabled = false)`)
  await fill(OLD, 2_000)
})
afterAll(async () => {
  await owner.end()
  const cluster = new URL(inject('clusterUrl'))
  cluster.pathname = '/postgres'
  await onConnection(cluster.href, (client) => client.query(`DROP DATABASE ${NAME} WITH (FORCE)`))
})

/** Payments of a merchant with all their rows, as the product leaves them; the last is still being sent, and its server died an hour ago. */
async function fill(merchant: string, count: number): Promise<void> {
  const id = (kind: string) => `md5('${merchant}${kind}' || n)::uuid`
  const rows = `generate_series(1, ${count}) AS n`
  const live = `CASE WHEN n = ${count} THEN 'sending' ELSE`
  await owner.query(`
    INSERT INTO merchant (id, name) VALUES ('${merchant}', 'Shop');
    INSERT INTO account (merchant_id, id, code, name, type, currency)
      SELECT '${merchant}', md5(code)::uuid, code, code, 'asset', 'EUR' FROM unnest(ARRAY['gateway_clearing', 'sales']) AS code;
    INSERT INTO orders (merchant_id, id, currency, amount, status)
      SELECT '${merchant}', ${id('o')}, 'EUR', 100, CASE WHEN n = ${count} THEN 'open' ELSE 'paid' END FROM ${rows};
    INSERT INTO order_item SELECT '${merchant}', ${id('o')}, 1, 'Shirt', 1, 100 FROM ${rows};
    INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id,
        status, answer, completed_at, lease_until)
      SELECT '${merchant}', ${id('r')}, 's', 'checkout.pay', 'k' || n, 'f', 1, ${live} 'completed' END, ${id('p')}, 'w', ${id('p')},
        CASE WHEN n < ${count} THEN 200 END, CASE WHEN n < ${count} THEN '{}' END, CASE WHEN n < ${count} THEN now() END,
        now() - interval '1 hour' FROM ${rows};
    INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token)
      SELECT '${merchant}', ${id('p')}, ${id('o')}, ${id('r')}, ${live} 'succeeded' END, 100, 'EUR', 'pm_card_visa', ${id('p')}::text,
        CASE WHEN n < ${count} THEN ${id('c')}::text END, ${id('p')}::text FROM ${rows};
    INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload)
      SELECT '${merchant}', ${id('e')}, 'payment.succeeded', ${id('p')}, '{}' FROM ${rows} WHERE n < ${count};
    WITH head AS (INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, description)
      SELECT '${merchant}', ${id('t')}, 'capture', ${id('p')}, 'x' FROM ${rows} WHERE n < ${count})
    INSERT INTO entry (merchant_id, transaction_id, position, account_id, currency, amount)
      SELECT '${merchant}', ${id('t')}, place, md5(code)::uuid, 'EUR', amount
      FROM ${rows}, (VALUES (1, 'gateway_clearing', 100), (2, 'sales', -100)) AS line (place, code, amount) WHERE n < ${count};
    INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key)
      SELECT '${merchant}', ${id('f')}, ${id('p')}, 'f' || n, 1, 'EUR', 'c', ${id('f')}::text FROM ${rows} WHERE n < ${count} AND n < 1000`)
}

const indexes = async () =>
  (
    await owner.query(`SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1`)
  ).rows

describe('the migration', () => {
  test('of a database with rows leaves every law kept, and the record that a dead server left is found', async () => {
    await owner.query(migrationSql('0023'))
    const { rows } = await owner.query(
      'SELECT p.finished_before < r.lease_until AS found FROM resolver_position p, idempotency_record r WHERE r.state = $1',
      ['sending'],
    )
    expect(rows).toEqual([{ found: true }])

    // Killed while it built an index: the index is there and invalid.
    await owner.query(`CREATE INDEX payment_of_order ON payment (merchant_id);
      UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'payment_of_order'::regclass`)
    await applyMigration(owner, migrationSql('0024'))
    const once = await indexes()
    expect(once.filter(({ indisvalid }) => !indisvalid)).toEqual([])
    await applyMigration(owner, migrationSql('0024'))
    expect(await indexes()).toEqual(once)
    const { rows: built } = await owner.query(
      `SELECT indexdef FROM pg_indexes WHERE indexname = 'payment_of_order'`,
    )
    expect(built[0].indexdef).toContain('order_id')
    for (const { name, sql } of migrations())
      if (name > '0025' && name < '0062') await applyMigration(owner, sql)
  })

  test('copies the charges of old payments, again after a kill, while payments get theirs', async () => {
    const charges = async () =>
      (
        await owner.query(`SELECT count(*)::int AS all, count(p.id)::int AS right, (SELECT count(*)::int FROM payment WHERE gateway_ref IS NOT NULL) AS wanted
        FROM payment_charge c LEFT JOIN payment p ON (p.merchant_id, p.id, p.gateway_ref) = (c.merchant_id, c.payment_id, c.gateway_ref)`)
      ).rows[0]
    const [order] = await openOrders(1)
    expect(await beginAsBefore(owner, order)).toHaveLength(1)
    await owner.query(`UPDATE payment SET status = 'succeeded', gateway_ref = 'ch_new' WHERE order_id = $1`, [
      order,
    ])
    expect(await charges()).toEqual({ all: 1, right: 1, wanted: 2_000 })
    const [copy = ''] = migrationSql('0062').split(';')
    await owner.query(copy)
    await applyMigration(owner, migrationSql('0062'))
    expect(await charges()).toEqual({ all: 2_000, right: 2_000, wanted: 2_000 })
    expect((await indexes()).map(({ relname }) => relname)).not.toContain('payment_one_per_charge')
    // It was never posted.
    await owner.query(`SET session_replication_role = replica; DELETE FROM payment WHERE gateway_ref = 'ch_new';
      DELETE FROM payment_charge WHERE gateway_ref = 'ch_new'; RESET session_replication_role`)
    for (const { name, sql } of migrations()) if (name > '0063') await applyMigration(owner, sql)
  })

  test('keeps what was unique: one live payment of an order, one charge, one capture, one reversal', async () => {
    const again = (columns: string) =>
      owner.query(`INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token)
        SELECT merchant_id, gen_random_uuid(), ${columns}, gen_random_uuid()::text FROM payment WHERE status = 'succeeded' LIMIT 1`)
    const live = await again(
      `order_id, record_id, 'sending', 100, 'EUR', 'pm', gen_random_uuid()::text, NULL`,
    )
    expect(live.rowCount).toBe(0)
    await expect(
      again(`order_id, record_id, 'declined', 100, 'EUR', 'pm', gen_random_uuid()::text, gateway_ref`),
    ).rejects.toThrow(/payment_charge_pkey/)
    const posting = (values: string) =>
      owner.query(`INSERT INTO ledger_transaction (merchant_id, id, kind, payment_id, reverses, description)
        SELECT merchant_id, gen_random_uuid(), ${values}, 'x' FROM (SELECT * FROM ledger_transaction WHERE payment_id IS NOT NULL LIMIT 1) AS t, generate_series(1, 2)`)
    await expect(posting(`'capture', payment_id, NULL::uuid`)).rejects.toThrow(/one_capture_of_payment/)
    await expect(posting(`'reversal', NULL::uuid, id`)).rejects.toThrow(/reversed_once/)
    // Any number of other kinds: these are refused for having no entries, not for being two.
    await expect(posting(`'refund', payment_id, NULL::uuid`)).rejects.toThrow(/has 0 entries/)
  })

  test.each([
    ['this version', begin],
    ['the version before', beginAsBefore],
  ])(
    'a payment of %s is begun under both guards: the index of the version before, and the trigger',
    async (_, begin) => {
      const other = new pg.Client({ connectionString: url })
      await other.connect()
      try {
        for (const change of ['', GUARD_BY_INDEX_TOO]) {
          if (change) await owner.query(change)
          const [first, second, third] = await openOrders(3)
          expect(await begin(owner, first, first, second)).toHaveLength(2)
          expect(await begin(owner, first, third)).toHaveLength(1)
          expect(await begin(owner, first, second, third)).toEqual([])
          const [fourth] = await openOrders(1)
          await owner.query('BEGIN')
          expect(await begin(owner, fourth)).toHaveLength(1)
          let answered = false
          const waiting = begin(other, fourth).finally(() => {
            answered = true
          })
          // Until it waits for the order's row, which the open transaction has.
          while (!answered && (await owner.query(WAITS_FOR_LOCK)).rowCount === 0);
          await owner.query('COMMIT')
          expect(await waiting).toEqual([])
          const [freed] = await begun(fourth)
          await owner.query(`UPDATE payment SET status = 'declined' WHERE id = $1`, [freed])
          expect(await begin(other, fourth)).toHaveLength(1)
        }
      } finally {
        await other.end()
        await owner.query('DROP INDEX IF EXISTS payment_one_live_per_order')
      }
    },
  )

  test('a payment’s update touches no index, and stays on its page', async () => {
    const count = async (what: string) =>
      Number(
        (await owner.query(`SELECT pg_stat_get_xact_tuples_${what}('payment'::regclass) AS n`)).rows[0].n,
      )
    const orders = await openOrders(20)
    expect(await begin(owner, ...orders)).toHaveLength(20)
    await owner.query('BEGIN')
    const before = [await count('updated'), await count('hot_updated')]
    for (const order of orders) {
      const [id] = await begun(order)
      const { text, values } = movePayment({ merchantId: OLD, id }, 'succeeded', {
        gatewayRef: `ch_${id}`,
      }).sql
      await owner.query(text, values)
    }
    const after = [await count('updated'), await count('hot_updated')]
    await owner.query('ROLLBACK')
    const [updates = 0, hot = 0] = after.map((all, n) => all - (before[n] ?? 0))
    expect(updates).toBe(20)
    expect(hot).toBeGreaterThan(10)
  })

  test('leaves no trigger that locks each row of a payment before it is updated', async () => {
    // ROW, BEFORE and UPDATE in pg_trigger.h. Of which columns the trigger is, PostgreSQL asks after the lock.
    const before = await owner.query(
      'SELECT tgname FROM pg_trigger WHERE tgrelid = ANY ($1::regclass[]) AND (tgtype & 19) = 19',
      [['payment', 'orders', 'idempotency_record']],
    )
    expect(before.rows).toEqual([])
  })

  test('of `migrate` itself goes through the same statements', async () => {
    const cluster = new URL(url)
    cluster.pathname = '/postgres'
    await onConnection(cluster.href, (client) => client.query(`CREATE DATABASE ${NAME}_fresh`))
    const fresh = new URL(url)
    fresh.pathname = `/${NAME}_fresh`
    try {
      // Two at once: neither waits for the other inside a transaction, which CONCURRENTLY would wait for.
      const both = await Promise.all([migrate(fresh.href), migrate(fresh.href)])
      expect(both.flat()).toContain(migrations().find(({ name }) => name.startsWith('0024'))?.name)
    } finally {
      await onConnection(cluster.href, (client) => client.query(`DROP DATABASE ${NAME}_fresh WITH (FORCE)`))
    }
  })
})

/** Open orders of a merchant. @returns their ids */
async function openOrders(count: number): Promise<string[]> {
  const { rows } = await owner.query(
    `INSERT INTO orders (merchant_id, id, currency, amount) SELECT $1, gen_random_uuid(), 'EUR', 100 FROM generate_series(1, $2) RETURNING id`,
    [OLD, count],
  )
  return rows.map(({ id }) => id)
}

type Begin = (client: pg.Client, ...orders: (string | undefined)[]) => Promise<unknown[]>

/** Begins a payment of each order, in one statement, as a batch does. @returns the rows that were written */
const begin: Begin = async (client, ...orders) => {
  const { text, values } = insertionOf(orders)
  return (await client.query(text, values)).rows
}

/** As a server of a version before 0102, whose payments name neither the version of their order nor how they are captured. */
const beginAsBefore: Begin = async (client, ...orders) => {
  const { text, values } = insertionOf(orders)
  const before = text
    .replaceAll(' order_version, record_id', ' record_id')
    .replaceAll(/( NULL::text AS)? capture_mode( AS "captureMode")?,/g, '')
  return (await client.query(before, values)).rows
}

function insertionOf(orders: (string | undefined)[]) {
  return insertPayment(
    withoutClaim(sql`(
      SELECT ${OLD}::uuid AS merchant_id, gen_random_uuid() AS subject_id, order_id, 1 AS order_version, 'r' AS record_id, 100::bigint AS amount, 'EUR' AS currency,
        'pm' AS method, NULL::text AS capture_mode, gen_random_uuid()::text AS gateway_key, gen_random_uuid()::text AS receipt_token, NULL AS description,
        '{}'::jsonb AS metadata, NULL AS actor, NULL AS address, NULL AS request_id
      FROM unnest(${orders}::uuid[]) AS order_id)`),
  )
}

const begun = async (order: string | undefined) =>
  (await owner.query('SELECT id FROM payment WHERE order_id = $1', [order])).rows.map(({ id }) => id)

const WAITS_FOR_LOCK = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

/** As between 0061 and 0062. */
const GUARD_BY_INDEX_TOO = `CREATE UNIQUE INDEX payment_one_live_per_order ON payment (merchant_id, order_id)
  WHERE status IN ('sending', 'unknown', 'requires_action', 'succeeded')`

describe('a look-up by key of a merchant whom the statistics do not know', () => {
  const read = readBatch()
  const move = movePayment({ merchantId: NEW, id: NEW }, 'succeeded', { gatewayRef: 'c' })
  const byKey = (table: string, ...columns: string[]) =>
    `SELECT 1 FROM ONLY ${table} x WHERE ${['merchant_id', ...columns].map((column, n) => `${column} = $${n + 1}`).join(' AND ')} FOR KEY SHARE OF x`
  const LOOK_UPS: [what: string, text: string, values: unknown[], index: string][] = [
    ['a record', readRecord(NEW, 'r').text, [NEW, 'r'], 'idempotency_record_pkey'],
    ['records in a batch', read.text, read.values([{ merchantId: NEW, id: 'r' }]), 'idempotency_record_pkey'],
    ['the move of a payment', move.sql.text, move.sql.values, 'payment_pkey'],
    ['a payment, by a foreign key', byKey('payment', 'id'), [NEW, NEW], 'payment_pkey'],
    ['an order, by a foreign key', byKey('orders', 'id'), [NEW, NEW], 'orders_(pkey|id_key)'],
    [
      'a transaction, by a foreign key',
      byKey('ledger_transaction', 'id'),
      [NEW, NEW],
      'ledger_transaction_pkey',
    ],
    ['a refund, by a foreign key', byKey('refund', 'id'), [NEW, NEW], 'refund_pkey'],
    ['an event', byKey('outbox_event', 'id'), [NEW, NEW], 'outbox_event_pkey'],
    ['the entries of a transaction', byKey('entry', 'transaction_id'), [NEW, NEW], 'entry_pkey'],
    ['the payments of an order', byKey('payment', 'order_id'), [NEW, NEW], 'payment_of_order'],
    [
      'the live payments of an order',
      `SELECT FROM payment p WHERE p.merchant_id = $1 AND p.order_id = $2 AND p.status IN ('sending', 'unknown', 'requires_action', 'succeeded')`,
      [NEW, NEW],
      'payment_of_order',
    ],
    [
      'the transactions of a payment',
      byKey('ledger_transaction', 'payment_id'),
      [NEW, NEW],
      'ledger_transaction_one_capture_of_payment',
    ],
    ['the events of a payment', byKey('outbox_event', 'subject_id'), [NEW, NEW], 'outbox_event_of_subject'],
    [
      'the records of a payment',
      byKey('idempotency_record', 'subject_id'),
      [NEW, NEW],
      'idempotency_record_of_subject',
    ],
    ['the refunds of a payment', byKey('refund', 'payment_id'), [NEW, NEW], 'refund_of_payment'],
  ]
  const plans = async (text: string, values: unknown[]) => {
    const explain = async (mode: string, how: string, given: unknown[]) => {
      await owner.query(`SET plan_cache_mode = ${mode}`)
      const { rows } = await owner.query(`EXPLAIN (${how}) ${text}`, given)
      return rows.map((row) => row['QUERY PLAN']).join('\n')
    }
    return [
      await explain('force_custom_plan', 'COSTS OFF', values),
      await explain('force_generic_plan', 'COSTS OFF', values),
    ]
  }
  const expectKeys = async (text: string, values: unknown[], index: string) => {
    for (const plan of await plans(text, values)) {
      expect(plan).toMatch(new RegExp(`using ${index} on|on ${index}\\b`))
      expect(plan).not.toMatch(/Seq Scan/)
    }
  }

  test.each(LOOK_UPS)('while there are no statistics at all: %s', async (_, text, values, index) => {
    const { rows } = await owner.query(
      `SELECT count(*)::int AS n FROM pg_stats WHERE schemaname = 'public' AND tablename = 'payment'`,
    )
    expect(rows[0].n).toBe(0)
    await expectKeys(text, values, index)
  })

  describe('after 5,000 rows that came after the last ANALYZE', () => {
    beforeAll(async () => {
      await owner.query('ANALYZE')
      await fill(NEW, 5_000)
    })
    test.each(LOOK_UPS)('%s', (_, text, values, index) => expectKeys(text, values, index))

    test('records without an answer, past all that are the merchant’s', async () => {
      const { text, values } = await statementOf((db: Db) =>
        listRecords(db, NEW, { state: 'sending', limit: 51 }),
      )
      for (const plan of await plans(text, values)) {
        expect(plan).toMatch(/Bitmap Index Scan on idempotency_record_lease\b/)
        expect(plan).not.toMatch(/(Seq Scan|using \w+) on idempotency_record\b|on idempotency_record_pkey\b/)
      }
    })

    const after = { at: '2020-01-01T00:00:00Z', id: 'r' }
    const line = { transactionId: NEW, position: 1 }
    test.each<[string, (db: Db) => Promise<unknown>, string]>([
      ['newest records', (db) => listRecords(db, NEW, { limit: 51 }), 'idempotency_record_by_time'],
      [
        'records of a later page',
        (db) => listRecords(db, NEW, { after, limit: 51 }),
        'idempotency_record_by_time',
      ],
      [
        'newest lines of an account',
        (db) => statement(db, OLD, { accountId: NEW, limit: 51 }),
        'entry_by_account',
      ],
      [
        'lines of a later page',
        (db) => statement(db, OLD, { accountId: NEW, after: line, limit: 51 }),
        'entry_by_account',
      ],
    ])('a page of the %s goes through the index in its order', async (_, read, index) => {
      const { text, values } = await statementOf(read)
      expect(await plans(text, values)).toEqual([
        expect.stringContaining(`Index Scan Backward using ${index} on`),
        expect.any(String),
      ])
    })
  })
})

test('the books of both merchants are right', async () => {
  const pool = openPool(url, { max: 1, name: 'lean-indexes' })
  const db = openDb(pool)
  const found = await findings(db, ['ledger'], null)
  expect(found.filter(({ offenders }) => offenders.length > 0)).toEqual([])
  await db.$disconnect()
  await pool.end()
})

const migrationSql = (number: string) => migrations().find(({ name }) => name.startsWith(number))?.sql ?? ''
