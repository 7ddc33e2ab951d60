import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { childEnv } from '@/platform/env'
import { build } from '../build'
import { prepareLogins } from '../postgres/logins'
import { until } from '../process/console'
import { freePort } from '../process/port'
import { inRoot } from '../process/project-root'
import { onConnection } from '../schema/schema-engine'
import { productionPackages } from './production-packages'
import { releaseFolder } from './release'

/*
 * The built folder, moved out of the repository and given production packages only, on a PostgreSQL of its own: every command that
 * docs/deploy.md names, in its order.
 */

const run = promisify(execFile)
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce release '))
const folder = path.join(home, 'payonce')
const database = `release_${randomBytes(6).toString('hex')}`
const started: ChildProcess[] = []
let env: Record<string, string>

beforeAll(async () => {
  // Waits where `npm test` builds beside this.
  await build()
  fs.cpSync(releaseFolder, folder, { recursive: true, verbatimSymlinks: true })
  for (const place of Object.keys(productionPackages({}).lock.packages)) if (place) install(place)
  await administer(`CREATE DATABASE ${database}`)
  const port = await freePort()
  env = {
    PORT: String(port),
    PAYONCE_BASE_URL: `http://localhost:${port}`,
    PAYONCE_SECRET: randomBytes(32).toString('base64'),
    PAYONCE_DRAIN_LAG_MS: '0',
  }
}, 300_000)

afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL')
  await administer(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`)
  fs.rmSync(home, { recursive: true, force: true })
})

test('the folder migrates, serves, pays once, settles, is verified, and ends with code 0 on SIGTERM', async () => {
  expect(fs.existsSync(path.join(folder, 'node_modules/tsx'))).toBe(false)
  const owner = { DATABASE_URL: at(database) }
  expect(await command(['migrate'], owner)).toMatchObject({
    code: 0,
    said: expect.stringContaining('Applied'),
  })
  expect(await command(['migrate'], owner)).toMatchObject({
    code: 0,
    said: expect.stringContaining('up to date'),
  })
  const { app, bank } = await prepareLogins(at(database), home)
  const product = { DATABASE_URL: app, PAYONCE_BANK_DATABASE_URL: bank }

  const scopes = 'payments:write,payments:read'
  const made = await command(
    ['merchant', 'add', '--name', 'Shop', '--key', 'Till', '--scopes', scopes],
    product,
  )
  expect(made).toMatchObject({ code: 0 })
  const key = /sk_test_\w+/.exec(made.said)?.[0] ?? ''
  const invited = ['operator', 'add', '--email', 'ada@example.com', '--role', 'admin']
  expect(await command(invited, product)).toMatchObject({
    code: 0,
    said: expect.stringContaining(`${env.PAYONCE_BASE_URL}/invitation/`),
  })

  const web = start('web', product)
  const worker = start('worker', product)
  expect(await until(() => ready(web), 60_000, 100), web.output()).toBe(true)
  // Pages, of which one shows a source file and one a guide.
  for (const page of ['/', '/learn', '/docs/guides/safe-mutation', '/api/openapi.json'])
    expect((await fetch(env.PAYONCE_BASE_URL + page)).status, page).toBe(200)

  const [paid, again] = [await pay(key), await pay(key)]
  expect(paid).toMatchObject({ status: 201, replayed: null })
  expect(again).toEqual({ ...paid, replayed: 'true' })
  const sealed = () =>
    count('SELECT count(*) FROM ledger_transaction t JOIN ledger_seal s ON s.transaction_id = t.id')
  expect(await until(async () => (await sealed()) === 1, 30_000, 100), worker.output()).toBe(true)
  expect(await count('SELECT count(*) FROM gateway_simulator.charge')).toBe(1)
  expect(await command(['verify'], owner)).toMatchObject({
    code: 0,
    said: expect.stringMatching(/1 payments succeeded[\s\S]*all \d+ invariants hold/),
  })

  for (const child of [web, worker]) {
    child.process.kill('SIGTERM')
    expect(await child.ended, child.output()).toBe(0)
  }
}, 120_000)

test('a wrong command, and a start without what it needs, end with code 1 and say why', async () => {
  expect(await command(['wbe'], {})).toEqual({
    code: 1,
    said: expect.stringContaining('There is no command "wbe". Usage: node payonce.js web | worker | migrate'),
  })
  expect(await command(['web'], { DATABASE_URL: '' })).toEqual({
    code: 1,
    said: expect.stringContaining('DATABASE_URL'),
  })
})

/** Links a package's files, so that Node finds its packages beside it here, and none of the repository's. */
function install(place: string): void {
  // A package for another system.
  if (!fs.existsSync(inRoot(place))) return
  for (const entry of fs.readdirSync(inRoot(place), { withFileTypes: true })) {
    if (entry.name === 'node_modules') continue
    const source = inRoot(place, entry.name)
    if (entry.isDirectory()) install(path.join(place, entry.name))
    else link(source, path.join(folder, place, entry.name))
  }
}

function link(source: string, target: string): void {
  fs.mkdirSync(path.dirname(target), { recursive: true })
  try {
    fs.linkSync(source, target)
  } catch {
    // Another file system.
    fs.copyFileSync(source, target)
  }
}

/** Of this process's own environment nothing that is the product's, Node's or the test runner's. */
function cleanEnv(changes: Record<string, string>) {
  const others = Object.entries(childEnv()).filter(
    ([name]) => !/^(PAYONCE_|STRIPE_|VITEST|NODE_|DATABASE_URL$|PORT$|HOST$)/.test(name),
  )
  return { ...Object.fromEntries(others), ...env, ...changes } as NodeJS.ProcessEnv
}

function command(args: string[], changes: Record<string, string>): Promise<{ code: number; said: string }> {
  // In another folder, as cron and systemd may call it.
  const options = { cwd: home, env: cleanEnv(changes) }
  return run(process.execPath, [path.join(folder, 'payonce.js'), ...args], options).then(
    ({ stdout, stderr }) => ({ code: 0, said: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      said: error.stdout + error.stderr,
    }),
  )
}

interface Started {
  process: ChildProcess
  output(): string
  ended: Promise<number | null>
}

function start(name: 'web' | 'worker', changes: Record<string, string>): Started {
  const options = { cwd: home, env: cleanEnv(changes) }
  const child = spawn(process.execPath, [path.join(folder, 'payonce.js'), name], options)
  started.push(child)
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()))
  const ended = once(child, 'exit').then(([code]) => code as number | null)
  return { process: child, output: () => text, ended }
}

async function ready(web: Started): Promise<boolean> {
  if (web.process.exitCode !== null) throw new Error(web.output())
  return fetch(`${env.PAYONCE_BASE_URL}/api/ready`).then(
    ({ ok }) => ok,
    () => false,
  )
}

async function pay(key: string) {
  const answer = await fetch(`${env.PAYONCE_BASE_URL}/api/v1/payments`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${key}`,
      'Content-Type': 'application/json',
      'Idempotency-Key': 'till-1',
    },
    body: JSON.stringify({ amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }),
  })
  const replayed = answer.headers.get('idempotent-replayed')
  return { status: answer.status, body: await answer.text(), replayed }
}

const count = (query: string): Promise<number> =>
  onConnection(at(database), async (client) => Number((await client.query(query)).rows[0].count))

async function administer(statement: string): Promise<void> {
  await onConnection(at('postgres'), (client) => client.query(statement))
}

function at(name: string): string {
  const address = new URL(inject('clusterUrl'))
  address.pathname = `/${name}`
  return address.href
}
