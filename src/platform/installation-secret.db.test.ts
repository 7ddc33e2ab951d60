import type pg from 'pg'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openPool } from './db'
import { type Secrets, secretsFor } from './env'
import { OtherSecret, onlySecretOf } from './installation-secret'
import { refuseWrongConnections } from './least-rights'

const [FIRST, SECOND, THIRD] = ['1', '2', '3'].map((one) => one.repeat(32)) as [string, string, string]
let database: TestDatabase
let owner: pg.Pool
const pools: pg.Pool[] = []

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'test' })
})
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.end()))
  await owner.query('DELETE FROM installation_secret')
})
afterAll(async () => {
  await owner.end()
  await database.drop()
})

/** The start of a process with these secrets, as the product's own login. */
function start(PAYONCE_SECRET: string, PAYONCE_SECRET_PREVIOUS?: string) {
  const marks: Secrets = secretsFor({ PAYONCE_SECRET, PAYONCE_SECRET_PREVIOUS }, 'installation')
  const pool = openPool(database.appUrl, { max: 2, name: 'test', check: onlySecretOf(marks) })
  pools.push(pool)
  return refuseWrongConnections(pool)
}

it('F10 a second installation with a secret of its own is refused; one with the same is not', async () => {
  await start(FIRST)
  await start(FIRST)
  await expect(start(SECOND)).rejects.toThrow(/another PAYONCE_SECRET/)
  await start(FIRST)
})

it('of two that are the first at once, one starts', async () => {
  const started = await Promise.allSettled([start(FIRST), start(SECOND), start(THIRD)])
  expect(started.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected'])
})

it('a secret that follows another is known, in whatever order the servers are restarted', async () => {
  await start(FIRST)
  await start(FIRST, SECOND)
  await start(SECOND, FIRST)
  // A server that is still at the first step of the rotation starts again.
  await start(FIRST, SECOND)
  await start(SECOND)
  await start(THIRD, SECOND)
  await start(THIRD)
})

it('a secret before that nobody has had vouches for nothing', async () => {
  await start(FIRST)
  await expect(start(SECOND, THIRD)).rejects.toThrow(/another PAYONCE_SECRET/)
})

it('no statement runs in a process that is refused, and the database keeps nothing of it', async () => {
  await start(FIRST)
  const wrong = openPool(database.appUrl, {
    max: 1,
    name: 'test',
    check: onlySecretOf(secretsFor({ PAYONCE_SECRET: SECOND }, 'installation')),
  })
  pools.push(wrong)
  await expect(wrong.query('SELECT 1')).rejects.toBeInstanceOf(OtherSecret)
  const { rows } = await owner.query('SELECT mark FROM installation_secret')
  expect(rows).toHaveLength(1)
  // The mark does not show the secret.
  expect(JSON.stringify(rows)).not.toContain(FIRST)
})
