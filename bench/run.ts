import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type pg from 'pg'
import { createApiKey, SCOPES } from '@/access/api-key'
import { BATCH_SETTINGS } from '@/idempotency/stores/open-store'
import { uuidv7 } from '@/lib/id'
import { type Db, openDb, openPool, statementSender } from '@/platform/db'
import { type ProductUrls, prepareLogins } from '@/setup/postgres/logins'
import { startThrowAway } from '@/setup/postgres/throw-away'
import { readCount, readOptions } from '@/setup/process/command-line'
import { migrate } from '@/setup/schema/migrate'
import { baseline } from './baseline'
import { type Measured, measure, type Probe } from './measure'
import { makeOrders } from './orders'
import { type BenchPayment, enginePath, type MeasuredServer, restPath, startServer, trpcPath } from './paths'

/** `npm run bench`: times fresh payments and replays over five paths, in one run on one database. */
const USAGE = `Usage: npm run bench -- [options]

Times fresh payments and replays, in one run on one database: raw SQL, the engine alone, tRPC and REST over HTTP, and a
hand-written node:http handler that runs REST's SQL.

  --payments <number>      payments a path (4000)
  --concurrency <number>   payments at a time (16)
  --json                   print the results as JSON`

const values = readOptions(USAGE, {
  payments: { type: 'string', default: '4000' },
  concurrency: { type: 'string', default: '16' },
  json: { type: 'boolean', default: false },
})
const payments = readCount('--payments', values.payments, USAGE)
const concurrency = readCount('--concurrency', values.concurrency, USAGE)
const warmUp = Math.min(500, payments)

const database = await startThrowAway('payonce_bench')
try {
  await migrate(database.url)
  const results = await bench(database.url, await newLogins(database.url))
  process.stdout.write(values.json ? `${JSON.stringify(results, null, 2)}\n` : report(results))
} finally {
  await database.stop()
}

async function newLogins(url: string): Promise<ProductUrls> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-logins-'))
  try {
    return await prepareLogins(url, folder)
  } finally {
    fs.rmSync(folder, { recursive: true })
  }
}

async function bench(url: string, logins: ProductUrls): Promise<Measured[]> {
  // Five minutes: it writes all orders of a run in one statement.
  const owner = openPool(url, { max: 2, name: 'bench-owner', statementMs: 5 * 60_000 })
  const pool = openPool(logins.app, { max: 10, name: 'bench' })
  const batchPool = openPool(logins.app, { max: 4, name: 'bench-batch', settings: BATCH_SETTINGS })
  const db = openDb(pool)
  const servers: MeasuredServer[] = []
  try {
    return await paths({ owner, pool, batchPool, db, servers, logins })
  } finally {
    // Whoever uses the database first, then the pools, then (above) the database itself: it ends the connections that are left.
    await Promise.all(servers.map((server) => server.close()))
    await db.$disconnect()
    await Promise.all([owner.end(), pool.end(), batchPool.end()])
  }
}

interface Bench {
  owner: pg.Pool
  pool: pg.Pool
  batchPool: pg.Pool
  db: Db
  /** Filled with those that were started. */
  servers: MeasuredServer[]
  logins: ProductUrls
}

async function paths({ owner, pool, batchPool, db, servers, logins }: Bench): Promise<Measured[]> {
  await owner.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements')
  const { merchantId, orderIds } = await makeOrders(db, owner, 5 * (payments + warmUp))
  const postmasterPid = await postmaster(owner)
  const here: Probe = { owner, postmasterPid, cpuUs: async () => ownCpuUs(), settle: async () => undefined }
  const take = (count: number) => orderIds.splice(0, count)
  const jobs = (count: number) => take(count).map((orderId): BenchPayment => ({ key: uuidv7(), orderId }))

  const raw = baseline(pool, merchantId)
  for (const orderId of take(warmUp)) await raw.fresh(orderId)
  const written: string[] = []
  const rawFresh = await measure(
    { path: 'raw SQL', what: 'fresh', jobs: take(payments), concurrency },
    async (orderId) => written.push(await raw.fresh(orderId)),
    here,
  )
  const rawReplay = await measure(
    { path: 'raw SQL', what: 'replay', jobs: written, concurrency },
    raw.replay,
    here,
  )

  const engine = await both(
    'engine',
    await enginePath(db, statementSender(batchPool), merchantId),
    jobs(warmUp),
    jobs(payments),
    here,
  )
  const key = await createApiKey(
    db,
    { merchantId, name: 'Bench', scopes: SCOPES, expiresInDays: null, by: 'bench' },
    uuidv7,
  )
  const token = key?.token ?? ''
  const start = async (file: 'server' | 'plain-server') => {
    const server = await startServer(file, logins, concurrency)
    servers.push(server)
    return server
  }
  const [product, plain] = [await start('server'), await start('plain-server')]
  const at = ({ cpuUs, settle }: MeasuredServer): Probe => ({ owner, postmasterPid, cpuUs, settle })
  const trpc = await both(
    'tRPC over HTTP',
    await trpcPath(product),
    jobs(warmUp),
    jobs(payments),
    at(product),
  )
  const rest = await both('REST', restPath(product, token), jobs(warmUp), jobs(payments), at(product))
  const byHand = await both(
    'node:http, the same SQL',
    restPath(plain, token),
    jobs(warmUp),
    jobs(payments),
    at(plain),
  )
  const all = [[rawFresh, rawReplay], engine, trpc, rest, byHand]
  return [...all.map((path) => path[0] as Measured), ...all.map((path) => path[1] as Measured)]
}

/** Fresh payments, then each of them once more with the same key. */
async function both(
  path: string,
  pay: (job: BenchPayment) => Promise<void>,
  warm: BenchPayment[],
  jobs: BenchPayment[],
  probe: Probe,
): Promise<Measured[]> {
  for (const job of warm) await pay(job)
  return [
    await measure({ path, what: 'fresh', jobs, concurrency }, pay, probe),
    await measure({ path, what: 'replay', jobs, concurrency }, pay, probe),
  ]
}

async function postmaster(owner: pg.Pool): Promise<number> {
  const { rows } = await owner.query(
    `SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::int AS pid`,
  )
  return rows[0].pid
}

function ownCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

function report(results: Measured[]): string {
  const machine = `${os.cpus().length} × ${os.cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}; ${payments} payments a path, ${concurrency} at a time, a bank that answers at once`
  const head = [
    'path',
    '',
    'per s',
    'p50 ms',
    'p99 ms',
    'Node µs',
    'PostgreSQL µs',
    'round trips',
    'commits',
    'WAL bytes',
  ]
  const rows = results.map((r) => [
    r.path,
    r.what,
    r.perSecond.toFixed(0),
    r.p50Ms.toFixed(2),
    r.p99Ms.toFixed(2),
    r.nodeCpuUs.toFixed(0),
    r.postgresCpuUs?.toFixed(0) ?? '—',
    r.roundTrips.toFixed(2),
    r.commits.toFixed(2),
    r.walBytes.toFixed(0),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
  return `${machine}\n\n${[head, ...rows].map(line).join('\n')}\n\nµs: CPU time an operation. For raw SQL and the engine it includes the load generator, which is the same process.\n`
}
