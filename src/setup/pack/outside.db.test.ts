import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { inRoot } from '../process/project-root'
import { onConnection } from '../schema/schema-engine'
import { differences, schemaFacts } from '../schema/schema-facts'
import { type PackedPackage, pack } from './pack'
import { APPS, type AppServer, makeApps, migrateApp, runIn, sqlOfApp, startApp } from './testing/outside-app'

/*
 * Three apps outside of this repository, with nothing of ours but the archives: Hono, Express and Next, with tRPC and Prisma, on a PostgreSQL
 * of their own.
 */

const out = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-pack-'))
const databases: string[] = []
let packed: PackedPackage[]
let folder: string
let url: string

/** A bank that knows keys: it charges once for each, and loses its first answer when told to. */
const charges = new Map<string, number>()
let bankDies: (() => void) | null = null
const bank = http.createServer((request, response) => {
  const id = request.url?.split('?')[0] ?? ''
  if (request.method === 'POST') charges.set(id, (charges.get(id) ?? 0) + 1)
  if (request.method === 'POST' && bankDies) return bankDies()
  response.end(JSON.stringify({ charged: charges.has(id) }))
})

beforeAll(async () => {
  packed = await pack(out)
  folder = await makeApps(packed.map(({ archive }) => archive))
  url = await newDatabase()
  await new Promise<void>((resolve) => bank.listen(0, '127.0.0.1', resolve))
}, 300_000)
afterAll(async () => {
  bank.close()
  for (const name of databases) await administer(`DROP DATABASE ${name} WITH (FORCE)`)
  for (const made of [out, folder]) if (made) fs.rmSync(made, { recursive: true, force: true })
})

test('the apps install the archives, migrates with Prisma, compiles, and is checked', async () => {
  const bin = (name: string, ...args: string[]) =>
    runIn(folder, path.join(folder, 'node_modules/.bin', name), args)
  expect(await bin('payonce-idempotency', 'check', '--url', url)).toMatchObject({
    code: 1,
    output: expect.stringMatching(/missing: table idempotency_record\n.*prisma migrate deploy/),
  })
  const refused = await startApp(folder, 'hono', serverEnv()).catch((error: Error) => error.message)
  expect(refused).toContain('SchemaIncomplete')
  expect(await migrateApp(folder, url)).toEqual(['0001_orders', '0002_idempotency'])
  expect(await bin('payonce-idempotency', 'check', '--url', url)).toMatchObject({ code: 0 })
  expect(await bin('conform', '--help')).toMatchObject({
    code: 0,
    output: expect.stringContaining('--profile'),
  })
  for (const project of ['.', 'next'])
    expect(await runIn(folder, inRoot('node_modules/.bin/tsc'), ['-p', project])).toEqual({
      code: 0,
      output: '',
    })
}, 120_000)

test('each entry loads what its user has, and those for browsers nothing of Node', () => {
  const loaded = (entry: string) => [...packagesOf(path.join(out, 'idempotency/dist', entry))].toSorted()
  expect(loaded('client.js')).toEqual([])
  expect(loaded('react.js')).toEqual(['react'])
  expect(loaded('trpc-client.js')).toEqual(['@trpc/client'])
  expect(loaded('http.js')).toEqual([])
  expect(loaded('trpc.js')).toEqual(['@trpc/server'])
  expect(loaded('index.js')).toEqual(['node:crypto'])
  expect(loaded('testing.js')).toEqual(['vitest'])
  expect(loaded('simulation.js')).toEqual(['fast-check', 'node:crypto'])
  expect(loaded('prisma.js')).toEqual(['@prisma/client/runtime/client', 'node:crypto'])
  expect([...packagesOf(path.join(out, 'sdk/dist/index.js'))]).toEqual([])
})

test('docs/packages.md has the sizes', () => {
  const page = fs.readFileSync(inRoot('docs/packages.md'), 'utf8')
  const shown = new Map(
    [...page.matchAll(/^\| `(@payonce[^|]*) \| (\d+) \|$/gm)].map(([, name, kb]) => [name, kb]),
  )
  const sizes = packed.flatMap(({ name, size, entries }) => [
    ...(name === '@payonce/idempotency' ? [[`${name}\`, the archive`, size] as const] : []),
    ...entries.map(({ entry, gzip }) => [`${name}${entry.slice(1)}\``, gzip] as const),
  ])
  expect([...shown.keys()]).toEqual(sizes.map(([name]) => name))
  // One kB more or less: a comment changes that.
  for (const [name, size] of sizes)
    expect(Math.abs(Number(shown.get(name)) - size / 1_000), name).toBeLessThan(1.5)
})

test('Prisma sees no difference between the schema fragment and the migration', async () => {
  const described = await newDatabase()
  const script = await sqlOfApp(folder, described)
  await onConnection(described, (client) => client.query(script))
  const facts = (of: string) => onConnection(of, schemaFacts)
  expect(differences(await facts(url), await facts(described))).toEqual([])
}, 60_000)

describe.each(APPS)('%s', (app) => {
  let server: AppServer
  const start = (env = {}) => startApp(folder, app, { ...serverEnv(), ...env })
  const post = (place: string, key: string, amount: number) => sender(server.url, place, app)(key, { amount })
  const orders = () => count('"Order"')
  beforeAll(async () => {
    server = await start()
  })
  afterAll(async () => void (await server?.stop()))

  test('storm, replay, another input, a refusal: each order is made once', async () => {
    const before = await orders()
    const storm = await Promise.all(Array.from({ length: 50 }, () => post('/orders', 'storm', 5)))
    expect(new Set(storm.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(storm[0]?.status).toBe(201)
    expect(storm.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(await post('/orders', 'storm', 6)).toMatchObject({
      status: 422,
      text: expect.stringContaining('/amount'),
    })
    const [dear, again] = [await post('/orders', 'dear', 2_000), await post('/orders', 'dear', 2_000)]
    expect(dear).toMatchObject({ status: 409, replayed: false })
    expect(again).toEqual({ ...dear, replayed: true })
    expect(await post('/orders', 'bad', -1)).toMatchObject({ status: 400 })
    expect(await fetch(`${server.url}/orders`, { method: 'POST' })).toMatchObject({ status: 401 })
    expect(await orders()).toBe(before + 1)
  }, 60_000)

  test('a storm of payments asks the bank once', async () => {
    const before = charges.size
    const storm = await Promise.all(Array.from({ length: 50 }, () => post('/payments', 'pay', 5)))
    expect(new Set(storm.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(storm[0]?.status).toBe(201)
    expect([charges.size, new Set(charges.values())]).toEqual([before + 1, new Set([1])])
  }, 60_000)

  test.skipIf(app === 'express')(
    'a tRPC mutation is done once, and says why it is refused',
    async () => {
      const before = await orders()
      const client = await runIn(folder, process.execPath, ['client.js', server.url])
      const { first, again, refused, ...there } = JSON.parse(client.output)
      expect(again).toEqual({ ...first, replayed: true })
      expect(refused).toMatchObject({ kind: 'key-reused', retry: 'no', differs: ['/amount'] })
      expect(there).toEqual({ wrong: 'function', sdk: 'function' })
      expect(await orders()).toBe(before + 1)
    },
    60_000,
  )

  test.runIf(app === 'next')('its page has the button that keeps its key', async () => {
    expect(await (await fetch(server.url)).text()).toContain('>Order</button>')
  })

  test('conform finds no broken rule', async () => {
    const judged = await runIn(folder, process.execPath, ['first-use/conform.js', `${server.url}/orders`])
    expect(judged).toMatchObject({ code: 0, output: expect.stringMatching(/MUST (\d+)\/\1 /) })
  }, 60_000)

  test('killed after the bank has charged, and before a commit: the next server does each once', async () => {
    const before = { orders: await orders(), charges: charges.size }
    bankDies = server.kill
    await expect(post('/payments', 'doubt', 9)).rejects.toThrow()
    expect((await server.ended).code).toBe(null)
    bankDies = null
    server = await start({ DIE: 'before the commit' })
    await expect(post('/orders', 'crash', 7)).rejects.toThrow()
    expect((await server.ended).code).toBe(null)
    expect(await orders()).toBe(before.orders)

    server = await start()
    expect(await post('/orders', 'crash', 7)).toMatchObject({ status: 201, replayed: false })
    expect(await post('/orders', 'crash', 7)).toMatchObject({ status: 201, replayed: true })
    expect(await orders()).toBe(before.orders + 1)
    const replies = await Promise.all(Array.from({ length: 20 }, () => post('/payments', 'doubt', 9)))
    expect(replies.every(({ status }) => status === 201 || status === 409)).toBe(true)
    await expect
      .poll(() => post('/payments', 'doubt', 9), { timeout: 20_000 })
      .toMatchObject({ status: 201, replayed: true })
    expect([charges.size, new Set(charges.values())]).toEqual([before.charges + 1, new Set([1])])
    expect(await count(`"Payment" WHERE status = 'paid'`)).toBe(charges.size)
  }, 120_000)
})

test('the guide "Make your tRPC mutation safe" shows these files, and what they print', async () => {
  const guide = fs.readFileSync(inRoot('docs/guides/safe-mutation.md'), 'utf8')
  const files = [...guide.matchAll(/^```ts (\S+)\n([\s\S]*?)^```$/gm)]
  expect(files.map(([, name]) => name)).toEqual(['before.ts', 'after.ts', 'place-order.ts'])
  for (const [, name = '', text] of files)
    expect(text, name).toBe(fs.readFileSync(path.join(folder, 'guide', name), 'utf8'))
  const archive = packed.find(({ name }) => name === '@payonce/idempotency')?.archive ?? ''
  expect(guide).toContain(`dist/packages/${path.basename(archive)}\n`)
  const [, printed] = /^```text\n([\s\S]*?)^```$/m.exec(guide) ?? []
  const { code, output } = await runIn(folder, process.execPath, ['guide/prove.js'], { DATABASE_URL: url })
  expect({ code, output }).toEqual({ code: 0, output: printed })
}, 60_000)

/** The READMEs, and the file that each of their programs is. */
const FIRST_USES = {
  'src/idempotency/package/README.md': ['idempotency.ts', 'store.test.ts'],
  'src/sdk/README.md': ['sdk.ts'],
  'conform/package/README.md': ['conform.ts'],
}

test('the READMEs show a first use of less than 30 lines, which does what they say', async () => {
  for (const [readme, files] of Object.entries(FIRST_USES)) {
    const blocks = [...fs.readFileSync(inRoot(readme), 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)].map(
      ([, text = '']) => text,
    )
    const programs = files.map((file) =>
      fs
        .readFileSync(path.join(folder, 'first-use', file), 'utf8')
        .replace("'../guide/prisma.ts'", "'./prisma'"),
    )
    for (const program of programs) expect(blocks).toContain(program)
    expect(blocks[0], readme).toBe(programs[0])
    expect(programs[0]?.split('\n').length, readme).toBeLessThan(30)
  }
  // The answer to the first request is lost; the second card is declined.
  const paid = { id: 'pay_1', status: 'succeeded', nextAction: null }
  const problem = { kind: 'payment-declined', status: 402, retry: 'no', safeNewKey: true }
  const keys: unknown[] = []
  const api = http.createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    if (keys.length === 1) return request.socket.destroy()
    const [status, body] =
      keys.length === 2 ? [201, paid] : [402, { ...problem, declineCode: 'insufficient_funds' }]
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  const PAYONCE_URL = `http://127.0.0.1:${(api.address() as AddressInfo).port}`
  const env = { DATABASE_URL: url, PAYONCE_API_KEY: 'sk_test_x', PAYONCE_URL }
  const { code, output } = await runIn(folder, process.execPath, ['first-use/prove.js'], env)
  api.close()
  expect(code, output).toBe(0)
  const { stored, ...printed } = JSON.parse(output)
  expect(printed).toEqual({
    once: true,
    refused: 'RequestRefused',
    paid: 'succeeded',
    declined: 'ask for another card: insufficient_funds',
  })
  expect(stored).toEqual([expect.any(String), null])
  expect(new Set(keys)).toEqual(new Set([`"${stored[0]}"`]))
}, 60_000)

test('a store of their own passes the contract suite, and random schedules', async () => {
  const vitest = path.join(folder, 'node_modules/vitest/vitest.mjs')
  const { code, output } = await runIn(folder, process.execPath, [vitest, 'run', '--root', 'first-use'])
  expect(code, output).toBe(0)
  expect(output).toMatch(/Tests .*\d+ passed/)
}, 120_000)

function serverEnv(): Record<string, string> {
  return { DATABASE_URL: url, BANK: `http://127.0.0.1:${(bank.address() as AddressInfo).port}` }
}

/** Sends a request under a key. */
function sender(server: string, place: string, user: string) {
  return async (key: string, body: object) => {
    const headers = { user, 'Content-Type': 'application/json', 'Idempotency-Key': key }
    const response = await fetch(server + place, { method: 'POST', headers, body: JSON.stringify(body) })
    const replayed = response.headers.get('Idempotent-Replayed') === 'true'
    return { status: response.status, replayed, text: await response.text() }
  }
}

/** What a file imports that is not in its package, through all that it loads. */
function packagesOf(file: string, seen = new Set<string>()): Set<string> {
  seen.add(file)
  const names = [
    ...fs
      .readFileSync(file, 'utf8')
      .matchAll(/^(?:import|export) .*?from "(.+?)";$|^import "(.+?)";$|^\} from "(.+?)";$/gm),
  ]
  return new Set(
    names.flatMap(([, one, two, three]) => {
      const name = one ?? two ?? three ?? ''
      if (!name.startsWith('.')) return [name]
      const next = path.join(path.dirname(file), name)
      return seen.has(next) ? [] : [...packagesOf(next, seen)]
    }),
  )
}

async function count(table: string): Promise<number> {
  const { rows } = await onConnection(url, (client) =>
    client.query(`SELECT count(*)::int AS n FROM ${table}`),
  )
  return rows[0].n
}

async function newDatabase(): Promise<string> {
  const name = `outside_${randomBytes(6).toString('hex')}`
  await administer(`CREATE DATABASE ${name}`)
  databases.push(name)
  return at(name)
}

async function administer(statement: string): Promise<void> {
  await onConnection(at('postgres'), (client) => client.query(statement))
}

function at(database: string): string {
  const address = new URL(inject('clusterUrl'))
  address.pathname = `/${database}`
  return address.href
}
