import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { expireAnswers } from '@/idempotency/stores/record-sql'
import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { startDatabase } from '@/setup/postgres/keeper'
import { prepareLogins } from '@/setup/postgres/logins'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print } from '@/setup/process/console'
import { migrate } from '@/setup/schema/migrate'
import { seedPayments } from '@/setup/seed'

const USAGE = `Usage: node --import tsx bench/sizes.ts [--payments <number>] [--expired]

Fills a database of its own with payments (default: 100000), and prints how large each table is, with its indexes, for one payment.
--expired: after the retention of every stored answer, the tables of records written anew.`

/** Tables and their indexes, in bytes for a payment. Of smaller ones only the sum is shown. */
const SHOWN_BYTES = 20

async function run(): Promise<void> {
  const { payments: text, expired } = readOptions(USAGE, {
    payments: { type: 'string', default: '100000' },
    expired: { type: 'boolean', default: false },
  })
  const payments = readCount('--payments', text, USAGE)
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-sizes-'))
  fs.chmodSync(home, 0o711)
  const database = await startDatabase({ dataDir: home, settings: { fsync: 'off', max_wal_size: '4GB' } })
  const owner = openPool(database.url, { max: 1, name: 'sizes', statementMs: 600_000 })
  try {
    await migrate(database.url)
    const { app } = await prepareLogins(database.url, home)
    const merchantId = uuidv7()
    await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchantId])
    await seedPayments({
      ownerUrl: database.url,
      databaseUrl: app,
      merchantId,
      payments,
      onProgress: () => undefined,
    })
    if (expired) await expireAll(owner)
    await owner.query('ANALYZE')
    const { rows } = await owner.query<{ name: string; rows: number; table: number; indexes: number }>(`
      SELECT c.oid::regclass::text AS name, greatest(c.reltuples, 0)::float8 AS rows, pg_table_size(c.oid)::float8 AS table, pg_indexes_size(c.oid)::float8 AS indexes
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE c.relkind = 'r' AND n.nspname IN ('public', 'gateway_simulator') ORDER BY pg_total_relation_size(c.oid) DESC`)
    const each = (bytes: number) => Math.round(bytes / payments)
    const large = rows.filter((row) => each(row.table + row.indexes) >= SHOWN_BYTES)
    const small = rows
      .filter((row) => !large.includes(row))
      .reduce((sum, row) => sum + row.table + row.indexes, 0)
    const all = rows.reduce((sum, row) => sum + row.table + row.indexes, 0)
    print(`${payments} payments, bytes for each`)
    print('| Table | Rows | Table | Indexes | Together |\n|---|---|---|---|---|')
    for (const { name, rows: count, table, indexes } of large)
      print(
        `| \`${name}\` | ${(count / payments).toFixed(2)} | ${each(table)} | ${each(indexes)} | ${each(table + indexes)} |`,
      )
    print(`| all others | | | | ${each(small)} |\n| **together** | | | | **${each(all)}** |`)
  } finally {
    await owner.end()
    await database.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
}

/** Makes tombstones of all records, and says what one of them is. */
async function expireAll(owner: pg.Pool): Promise<void> {
  while ((await owner.query('SELECT index_searches(10000) AS copied')).rows[0].copied > 0);
  await owner.query(`UPDATE idempotency_record SET expires_at = now() - interval '1 second'`)
  while (((await owner.query(expireAnswers(10_000))).rowCount ?? 0) > 0);
  await owner.query('VACUUM FULL idempotency_record')
  await owner.query('VACUUM FULL record_key')
  const { rows } = await owner.query<{ bytes: number; name: string; index: number }>(`
    SELECT (SELECT avg(pg_column_size(r))::float8 FROM idempotency_record r WHERE state = 'tombstone') AS bytes,
      indexrelid::regclass::text AS name, pg_relation_size(indexrelid)::float8 / (SELECT count(*) FROM idempotency_record) AS index
    FROM pg_index WHERE indrelid = 'idempotency_record'::regclass`)
  print(`A tombstone: a row of ${rows[0]?.bytes} bytes, of which 32 are PostgreSQL's header`)
  for (const { name, index } of rows) print(`- ${name}: ${Math.round(index)} bytes`)
}

await run()
