import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { inject } from 'vitest'
import { type Db, openDb, openPool } from '@/platform/db'
import { APP_ROLE } from '@/platform/roles'
import { onConnection } from '../schema/schema-engine'

/** A database for one test file: a copy of the migrated template, so that files do not see each other's rows. */
export interface TestDatabase {
  /** The owner's URL. As in production, the product's roles are taken with `SET ROLE`. */
  url: string
  drop(): Promise<void>
}

export async function testDatabase(): Promise<TestDatabase> {
  const template = new URL(inject('clusterUrl'))
  const name = `test_${randomBytes(6).toString('hex')}`
  await administer(`CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)}`)
  return { url: at(name), drop: () => administer(`DROP DATABASE ${name} WITH (FORCE)`) }
}

/** A test database with two connections: the product's (`db`), and its owner's, which may also break the rules. */
export async function openTestDatabase(): Promise<{ db: Db; owner: pg.Client; close(): Promise<void> }> {
  const database = await testDatabase()
  const owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
  const pool = openPool(database.url, { max: 4, role: APP_ROLE, name: 'test' })
  const db = openDb(pool)
  const close = async () => {
    await db.$disconnect()
    await pool.end()
    await owner.end()
    await database.drop()
  }
  return { db, owner, close }
}

function at(database: string): string {
  const url = new URL(inject('clusterUrl'))
  url.pathname = `/${database}`
  return url.href
}

async function administer(statement: string): Promise<void> {
  await onConnection(at('postgres'), (client) => client.query(statement))
}
