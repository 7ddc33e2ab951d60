import { afterAll, beforeAll, expect, test } from 'vitest'
import { migrate, migrations } from '../schema/migrate'
import { onConnection } from '../schema/schema-engine'
import { type TestDatabase, testDatabase } from './database'

let database: TestDatabase

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test('a copy of the template has all migrations, and a second run finds nothing to do', async () => {
  const done = await onConnection(database.url, (client) =>
    client.query('SELECT migration_name FROM _prisma_migrations ORDER BY 1'),
  )
  expect(done.rows.map((row) => row.migration_name)).toEqual(migrations().map((migration) => migration.name))
  expect(await migrate(database.url)).toEqual([])
})

test('migrations that were interrupted before their commit are applied again', async () => {
  const broken = await testDatabase()
  await onConnection(broken.url, (client) =>
    client.query(`CREATE SCHEMA aside; ALTER TABLE _prisma_migrations SET SCHEMA aside;
      DROP SCHEMA public, gateway_simulator, integrity_across, integrity_chain, integrity_ledger, integrity_system, graphile_worker CASCADE; CREATE SCHEMA public;
      ALTER TABLE aside._prisma_migrations SET SCHEMA public; UPDATE _prisma_migrations SET finished_at = NULL`),
  )
  expect(await migrate(broken.url)).toEqual(migrations().map((migration) => migration.name))
  expect(await migrate(broken.url)).toEqual([])
  await broken.drop()
})

test('two starts that migrate at once do it once', async () => {
  const empty = await testDatabase()
  await onConnection(empty.url, (client) =>
    client.query(
      'DROP SCHEMA public, gateway_simulator, integrity_across, integrity_chain, integrity_ledger, integrity_system, graphile_worker CASCADE; CREATE SCHEMA public',
    ),
  )
  const both = await Promise.all([migrate(empty.url), migrate(empty.url)])
  expect(both.flat()).toEqual(migrations().map((migration) => migration.name))
  await empty.drop()
})
