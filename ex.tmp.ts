import fs from 'node:fs'; import os from 'node:os'; import path from 'node:path'; import pg from 'pg'
import { uuidv7 } from '@/lib/id'
import { openDb, openPool, statementSender } from '@/platform/db'
import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { prepareLogins } from '@/setup/postgres/logins'
import { startThrowAway } from '@/setup/postgres/throw-away'
import { migrate } from '@/setup/schema/migrate'
import { makeOrders } from './bench/orders'
import { enginePath } from './bench/paths'
const database = await startThrowAway('payonce_bench')
try {
  await migrate(database.url)
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'l-'))
  const logins = await prepareLogins(database.url, folder)
  const owner = new pg.Pool({ connectionString: database.url, max: 2 }); owner.on('error', () => {})
  const pool = openPool(logins.app, { max: 10, name: 'bench' })
  const bp = openPool(logins.app, { max: 4, name: 'bench-batch', settings: BATCH_SETTINGS })
  const db = openDb(pool)
  const texts = new Map<string, string>()
  const { merchantId, orderIds } = await makeOrders(db, owner, 3000)
  const real = statementSender(bp)
  const pay = await enginePath(db, (s) => { texts.set(s.text.includes('keep_claimed') ? 'claim' : s.text.includes('WITH record') ? 'commit' : 'read', s.text); return real(s) }, merchantId)
  const go = async (n: number) => { for (let i = 0; i < n; i += 16) await Promise.all(orderIds.splice(0, 16).map((orderId) => pay({ key: uuidv7(), orderId }))) }
  const show = async (title: string) => { for (const [k, t] of texts) { console.log(`--- ${title} ${k}`); const c = new pg.Client({ connectionString: database.url, options: process.env.OPTS ?? '' }); await c.connect(); const { rows } = await c.query('EXPLAIN (GENERIC_PLAN, COSTS ON) ' + t); console.log(rows.map((r) => r['QUERY PLAN']).filter((l) => /Scan|Join|Loop|Cond|Filter|Insert|Update/.test(l)).join('\n')); await c.end() } }
  await go(32)
  if (process.env.FIRST) await show('32 rows')
  await go(1600)
  await show('1600 rows, no stats')
  await db.$disconnect(); await Promise.all([pool.end(), bp.end(), owner.end()])
} finally { await database.stop() }
