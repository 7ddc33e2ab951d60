import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { expireAnswers } from '@/idempotency/stores/record-sql'
import { uuidv7 } from '@/lib/id'
import { openPool } from '@/platform/db'
import { startDatabase } from '@/setup/postgres/keeper'
import { readCount, readOptions } from '@/setup/process/command-line'
import { print } from '@/setup/process/console'
import { migrate } from '@/setup/schema/migrate'

const USAGE = `Usage: node --import tsx bench/tombstones.ts [--records <number>]

Fills a database of its own with completed records (default: 100000), expires all, and prints how large one is before and after.`

/** Rows of one statement of retention here. The worker takes 500; the result is the same. */
const BATCH = 10_000

async function run(): Promise<void> {
  const { records: text } = readOptions(USAGE, { records: { type: 'string', default: '100000' } })
  const records = readCount('--records', text, USAGE)
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-tombstones-'))
  fs.chmodSync(home, 0o711)
  const database = await startDatabase({ dataDir: home, settings: { fsync: 'off', max_wal_size: '4GB' } })
  const owner = openPool(database.url, { max: 1, name: 'tombstones', statementMs: 600_000 })
  /** Both tables are written anew: a table that lives reuses what retention frees. */
  const measure = async (title: string) => {
    await owner.query('VACUUM FULL idempotency_record')
    await owner.query('VACUUM FULL record_key')
    const { rows } = await owner.query<{ name: string; bytes: number }>(
      `SELECT 'a row, with its header of 32' AS name, avg(pg_column_size(r))::float8 AS bytes FROM idempotency_record r
       UNION ALL SELECT c.relname, pg_table_size(c.oid)::float8 / $1 FROM pg_class c WHERE c.relname IN ('idempotency_record', 'record_key')
       UNION ALL SELECT i.indexrelid::regclass::text, pg_relation_size(i.indexrelid)::float8 / $1
         FROM pg_index i WHERE i.indrelid IN ('idempotency_record'::regclass, 'record_key'::regclass)`,
      [records],
    )
    print(`${title}, bytes for one of ${records}`)
    for (const { name, bytes } of rows) if (bytes >= 1) print(`  ${name}: ${Math.round(bytes)}`)
  }
  try {
    await migrate(database.url)
    const merchantId = uuidv7()
    await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchantId])
    await owner.query(
      `INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, fields, state, token, worker,
         subject_id, status, answer, created_at, completed_at, expires_at)
       SELECT $1, left(encode(sha256(i::text::bytea), 'base64'), 43), 'key:' || gen_random_uuid(), 'payments.create', gen_random_uuid(),
         left(encode(sha256(('f' || i)::bytea), 'base64'), 43), 1, '{"/amount":"' || repeat('x', 43) || '"}', 'completed', gen_random_uuid(),
         'web 4711', gen_random_uuid(), 201, repeat('x', 400), now() - i * interval '25 s', now(), now() - interval '1 s'
       FROM generate_series(1, $2::int) i`,
      [merchantId, records],
    )
    await owner.query(
      'INSERT INTO record_key (merchant_id, day, key, record_id) SELECT merchant_id, day_of(created_at), key, id FROM idempotency_record',
    )
    await measure('A stored answer')
    while (((await owner.query(expireAnswers(BATCH))).rowCount ?? 0) > 0);
    await measure('A tombstone')
  } finally {
    await owner.end()
    await database.stop()
    fs.rmSync(home, { recursive: true, force: true })
  }
}

await run()
