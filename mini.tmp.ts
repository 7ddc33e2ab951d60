import fs from 'node:fs'; import os from 'node:os'; import path from 'node:path'; import pg from 'pg'
import { uuidv7 } from '@/lib/id'
import { openDb, openPool, statementSender } from '@/platform/db'
import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { prepareLogins } from '@/setup/postgres/logins'
import { startThrowAway } from '@/setup/postgres/throw-away'
import { migrate } from '@/setup/schema/migrate'
import { baseline } from './bench/baseline'
import { measure } from './bench/measure'
import { makeOrders } from './bench/orders'
import { enginePath } from './bench/paths'
const N = Number(process.argv[2] ?? 800), rounds = Number(process.argv[3] ?? 2)
const database = await startThrowAway('payonce_bench')
try {
  await migrate(database.url)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'l-'))
  const logins = await prepareLogins(database.url, folder)
  const owner = new pg.Pool({ connectionString: database.url, max: 2 }); owner.on('error', () => {})
  const pool = openPool(logins.app, { max: 10, name: 'bench' })
  const bp = openPool(logins.app, { max: 4, name: 'bench-batch', settings: BATCH_SETTINGS + (process.env.MORE ?? '') })
  const db = openDb(pool)
  await owner.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  const { merchantId, orderIds } = await makeOrders(db, owner, 6 * rounds * N + 400)
  const pid = (await owner.query(`SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`)).rows[0].pid
  const here = { owner, postmasterPid: pid, cpuUs: async () => { const c = process.cpuUsage(); return c.user + c.system }, settle: async () => undefined }
  const take = (n: number) => orderIds.splice(0, n)
  const raw = baseline(pool, merchantId)
  const pay = await enginePath(db, statementSender(bp), merchantId)
  if (!process.env.COLD) for (const o of take(200)) { await raw.fresh(o) }
  await Promise.all(take(200).map((orderId) => pay({ key: uuidv7(), orderId })))
  if (!process.env.COLD) await owner.query('VACUUM ANALYZE')
  for (let r = 0; r < rounds; r++) for (const c of (process.env.CS ?? '16').split(',').map(Number)) {
    const n = c === 1 ? Math.floor(N/2) : N
    const show = (m: any) => console.log(`c${c} ${m.path.padEnd(8)} ${m.perSecond.toFixed(0)}/s p50 ${m.p50Ms.toFixed(2)} p99 ${m.p99Ms.toFixed(1)} node ${m.nodeCpuUs.toFixed(0)} pg ${m.postgresCpuUs?.toFixed(0)} rt ${m.roundTrips.toFixed(2)} commits ${m.commits.toFixed(2)} wal ${m.walBytes.toFixed(0)}`)
    show(await measure({ path: 'raw', what: 'fresh', jobs: take(n), concurrency: c }, raw.fresh as any, here))
    show(await measure({ path: 'engine', what: 'fresh', jobs: take(n).map((orderId) => ({ key: uuidv7(), orderId })), concurrency: c }, pay, here))
  }
  if (process.env.EXPLAIN) {
    for (const r of (await owner.query(`SELECT query, calls, mean_exec_time FROM pg_stat_statements WHERE query LIKE '%unnest%' ORDER BY total_exec_time DESC`)).rows) console.log(r.calls, r.mean_exec_time, r.query.slice(0, 200))
  }
  await db.$disconnect(); await Promise.all([pool.end(), bp.end(), owner.end()])
} finally { await database.stop() }
