import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readSetupEnv } from '@/platform/env'
import { writeDemo } from './demo-file'
import { knownLogins } from './postgres/logins'
import {
  databaseToMigrate,
  databaseToVerify,
  findProductDatabase,
  prepareNamedDatabase,
} from './product-database'
import { onConnection } from './schema/schema-engine'
import { type TestDatabase, testDatabase } from './test/database'

let database: TestDatabase
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-urls-'))

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  const { app, bank } = knownLogins(dataDir)
  await database.drop()
  await onConnection(database.url.replace(/[^/]+$/, 'postgres'), (client) =>
    client.query(`DROP ROLE ${app.user}, ${bank.user}`),
  )
  fs.rmSync(dataDir, { recursive: true })
})

const env = (given: Record<string, string>) => readSetupEnv({ PAYONCE_DATA_DIR: dataDir, ...given })
const userOf = (url: string | undefined) => new URL(url ?? 'none:').username

test('in the sandbox one URL of an administrator is enough: web and bank get logins of their own', async () => {
  const { databaseUrl, bankDatabaseUrl } = await prepareNamedDatabase(env({ DATABASE_URL: database.url }))
  expect([userOf(databaseUrl), userOf(bankDatabaseUrl)]).toEqual([
    knownLogins(dataDir).app.user,
    knownLogins(dataDir).bank.user,
  ])
  expect(await findProductDatabase(env({ DATABASE_URL: database.url }))).toEqual({
    databaseUrl,
    bankDatabaseUrl,
  })
})

test('in live mode a user who may change the tables is refused, and nothing is made', async () => {
  const live = env({ DATABASE_URL: database.url, PAYONCE_MODE: 'live' })
  await expect(prepareNamedDatabase(live)).rejects.toThrow(/PAYONCE_OWNER_DATABASE_URL/)
})

test.each(['live', 'sandbox'])(
  '%s: the owner that is named migrates, and the logins that are named are used',
  async (mode) => {
    const named = env({
      DATABASE_URL: database.appUrl,
      PAYONCE_OWNER_DATABASE_URL: database.url,
      PAYONCE_BANK_DATABASE_URL: database.bankUrl,
      PAYONCE_MODE: mode,
    })
    const urls = { databaseUrl: database.appUrl, bankDatabaseUrl: database.bankUrl }
    expect(await prepareNamedDatabase(named)).toEqual(urls)
    expect(await findProductDatabase(named)).toEqual(urls)
    expect([await databaseToMigrate(named), databaseToVerify(named)]).toEqual([database.url, database.url])
  },
)

test('a login that may not migrate is used as it is, and left to npm run migrate', async () => {
  const urls = { databaseUrl: database.appUrl, bankDatabaseUrl: undefined }
  expect(await prepareNamedDatabase(env({ DATABASE_URL: database.appUrl }))).toEqual(urls)
  expect(await findProductDatabase(env({ DATABASE_URL: database.appUrl }))).toEqual(urls)
})

test('an owner without a login for web and worker is refused', async () => {
  const alone = env({ PAYONCE_OWNER_DATABASE_URL: database.url })
  await expect(prepareNamedDatabase(alone)).rejects.toThrow(/^DATABASE_URL: name the login/)
})

test('with nothing named, commands use the database of the data folder, each as the user for it', async () => {
  expect(() => databaseToVerify(env({}))).toThrow(/No database is named/)
  publish(null)
  expect([await databaseToMigrate(env({})), databaseToVerify(env({}))]).toEqual([database.url, database.url])
  expect(userOf((await findProductDatabase(env({}))).databaseUrl)).toBe(knownLogins(dataDir).app.user)
  publish(4711)
  expect(userOf(await databaseToMigrate(env({})))).toBe('payonce_owner')
  expect(databaseToVerify(env({}))).toBe(database.url)
})

/** `demo.json` of a running product; `postgres` is the pid of our own PostgreSQL. */
function publish(postgres: number | null): void {
  const pids = { supervisor: 1, web: 1, worker: 1, postgres }
  const facts = { operator: null, apiKey: null, merchantId: null, baseUrl: 'http://x' }
  writeDemo(dataDir, { ...facts, databaseUrl: database.url, pids })
}
