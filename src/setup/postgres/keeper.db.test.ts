import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { until } from '../process/console'
import { forkTypeScript } from '../process/fork-typescript'
import { parentOf, processId } from '../process/process-id'
import { inRoot } from '../process/project-root'
import { onConnection } from '../schema/schema-engine'
import { type Database, startDatabase } from './keeper'

// One data folder for all, in order: making one takes seconds.
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce data '))
fs.chmodSync(dataDir, 0o711)
let running: Database[] = []

afterEach(async () => {
  for (const database of running) await database.stop()
  running = []
})
afterAll(() => fs.rmSync(dataDir, { recursive: true, force: true }))

async function start(port: number | null = null): Promise<Database> {
  const database = await startDatabase({ dataDir, port, settings: { fsync: 'off' } })
  running.push(database)
  return database
}

const remember = (url: string) =>
  onConnection(url, (client) => client.query('CREATE TABLE kept AS SELECT 42 AS answer'))
const recall = (url: string) =>
  onConnection(url, async (client) => (await client.query('SELECT answer FROM kept')).rows[0]?.answer)
const refusesNewClients = (url: string) =>
  onConnection(url, () => Promise.resolve(false)).catch((error: unknown) =>
    /shutting down/.test(String(error)),
  )
/** A program that starts the database and goes on, until it is killed. */
const orphanMaker = path.join(dataDir, 'orphan-maker.mts')
fs.writeFileSync(
  orphanMaker,
  `import { startDatabase } from ${JSON.stringify(inRoot('src/setup/postgres/keeper.ts'))}
   const database = await startDatabase({ dataDir: ${JSON.stringify(dataDir)}, settings: { fsync: 'off' }, outliveMs: Number(process.argv[2] ?? 0) })
   process.send?.({ url: database.url, pid: database.pid() })`,
)
const isGone = (pid: number) => until(() => processId(pid) === null, 15_000)

test('an interrupted initdb, and a pid file that names another process, are no obstacle', async () => {
  fs.mkdirSync(path.join(dataDir, 'postgres', 'data.half', 'base'), { recursive: true })
  const first = await start()
  await remember(first.url)
  await first.stop()
  expect(await isGone(first.pid())).toBe(true)
  fs.writeFileSync(path.join(dataDir, 'postgres', 'data', 'postmaster.pid'), `${process.pid}\n`)
  expect(await recall((await start()).url)).toBe(42)
})

test('a database that dies is started again at the same address', async () => {
  const database = await start()
  const before = database.pid()
  process.kill(before, 'SIGKILL')
  expect(await until(() => database.pid() !== before, 20_000)).toBe(true)
  expect(await recall(database.url)).toBe(42)
})

test('a database whose keeper was killed is stopped by the next start, which keeps data and address', async () => {
  const first = await start()
  const orphan = first.pid()
  process.kill(parentOf(orphan), 'SIGKILL')
  await first.ended
  const second = await start(first.port)
  expect(processId(orphan)).toBe(null)
  expect(second.url).toBe(first.url)
  expect(await recall(second.url)).toBe(42)
})

test('when its parent is killed, those who are connected may finish; then it is stopped', async () => {
  const parent = forkTypeScript(orphanMaker, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ url, pid }] = (await once(parent, 'message')) as [{ url: string; pid: number }]
  await onConnection(url, async (client) => {
    await client.query('BEGIN')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    expect(await until(() => refusesNewClients(url), 10_000, 50)).toBe(true)
    expect((await client.query('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }])
    await client.query('COMMIT')
  })
  expect(await isGone(pid)).toBe(true)
})

test('when its parent is killed, the next start takes it over with those who are connected', async () => {
  const parent = forkTypeScript(orphanMaker, ['15000'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ url, pid }] = (await once(parent, 'message')) as [{ url: string; pid: number }]
  const next = await onConnection(url, async (client) => {
    await client.query('BEGIN')
    parent.kill('SIGKILL')
    await once(parent, 'exit')
    const started = await startDatabase({ dataDir, settings: { fsync: 'off' }, outliveMs: 1 })
    running.push(started)
    expect((await client.query('SELECT answer FROM kept')).rows).toEqual([{ answer: 42 }])
    await client.query('COMMIT')
    return started
  })
  expect([next.url, next.pid()]).toEqual([url, pid])
  // Whoever took it over restarts it, and stops it.
  process.kill(pid, 'SIGKILL')
  expect(await until(() => next.pid() !== pid, 20_000)).toBe(true)
  expect(await recall(url)).toBe(42)
  await next.stop()
  expect(await isGone(next.pid())).toBe(true)
})

test('a database that was started in another way is not taken over', async () => {
  const parent = forkTypeScript(orphanMaker, ['15000'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const [{ pid }] = (await once(parent, 'message')) as [{ pid: number }]
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const next = await startDatabase({
    dataDir,
    settings: { fsync: 'off', max_connections: '50' },
    outliveMs: 1,
  })
  running.push(next)
  expect(next.pid()).not.toBe(pid)
  expect(processId(pid)).toBe(null)
  expect(await recall(next.url)).toBe(42)
})

test('it listens on this machine only, and refuses a wrong password', async () => {
  const { url } = await start()
  const wrong = new URL(url)
  wrong.password = 'guess'
  await expect(onConnection(wrong.href, (client) => client.query('SELECT 1'))).rejects.toThrow(/password/)
  const listens = await onConnection(
    url,
    async (client) => (await client.query('SHOW listen_addresses')).rows[0],
  )
  expect(listens).toEqual({ listen_addresses: '127.0.0.1' })
})
