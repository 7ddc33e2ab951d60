import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { startDatabase } from '@/setup/postgres/keeper'
import { prepareLogins } from '@/setup/postgres/logins'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print } from '@/setup/process/console'
import { migrate } from '@/setup/schema/migrate'
import { seedPayments } from '@/setup/seed'

const USAGE = `Usage: node --import tsx bench/sizes.ts [--payments <number>]

Fills a database of its own with payments (default: 100000), and prints how large each table is, with its indexes, for one payment.`

/** Tables and their indexes, in bytes for a payment. Of smaller ones only the sum is shown. */
const SHOWN_BYTES = 20

async function run(): Promise<void> {
  const { payments: text } = readOptions(USAGE, { payments: { type: 'string', default: '100000' } })
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

await run()
