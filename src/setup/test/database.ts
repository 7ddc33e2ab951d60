import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Db, openDb, openPool } from '@/platform/db'
import { onConnection } from '../schema/schema-engine'

/** A database for one test file: a copy of the migrated template, so that files do not see each other's rows. */
export interface TestDatabase {
  /** URL of a superuser, who may also break the rules. */
  url: string
  /** URLs of the product's own logins, with their rights and no others, as in production. */
  appUrl: string
  bankUrl: string
  drop(): Promise<void>
}

export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('clusterUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  const { app, bank } = inject('clusterLogins')
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`)
  // A copy has the rights on its tables, and PostgreSQL's own default for the rights on a database.
  await administer(`REVOKE ALL ON DATABASE ${name} FROM PUBLIC`)
  await administer(`GRANT CONNECT ON DATABASE ${name} TO ${userOf(app)}, ${userOf(bank)}`)
  const urls = { url: at(name), appUrl: at(name, app), bankUrl: at(name, bank) }
  return { ...urls, drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

/** A test database with two connections: the product's (`db`, of the login `appUrl`), and its owner's, which may also break the rules. */
export async function openTestDatabase(): Promise<{
  db: Db
  appUrl: string
  owner: pg.Client
  close(): Promise<void>
}> {
  const database = await testDatabase()
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  const pool = openPool(database.appUrl, { max: 4, name: 'test', waitMs: 30_000 })
  const db = openDb(pool)
  const close = async () => {
    await db.$disconnect()
    await pool.end()
    await owner.end()
    await database.drop()
  }
  return { db, appUrl: database.appUrl, owner, close }
}

const userOf = (url: string): string => new URL(url).username

function at(database: string, of = inject('clusterUrl')): string {
  const url = new URL(of)
  url.pathname = `/${database}`
  return url.href
}

async function administer(statement: string): Promise<void> {
  await onConnection(at('postgres'), (client) => client.query(statement))
}
