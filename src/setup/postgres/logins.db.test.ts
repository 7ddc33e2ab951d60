import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { onlyRightsOf } from '@/platform/least-rights'
import { APP_ROLE, BANK_ROLE } from '@/platform/roles'
import { migrate, migrations } from '../schema/migrate'
import { onConnection } from '../schema/schema-engine'
import { type TestDatabase, testDatabase } from '../test/database'
import { knownLogins, ownerUrl, prepareLogins, scramVerifier } from './logins'
import { prepareOwner } from './owner'

let database: TestDatabase
const home = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-logins-'))
/** Logins belong to the whole cluster, so each data folder's are dropped. */
const folders: string[] = []
const makers: string[] = []

beforeAll(async () => {
  database = await testDatabase()
})
afterAll(async () => {
  const users = folders.flatMap((folder) => Object.values(knownLogins(folder)).map(({ user }) => user))
  await database.drop()
  await onConnection(database.url.replace(/[^/]+$/, 'postgres'), async (client) => {
    for (const user of new Set([...users, ...makers])) await client.query(`DROP ROLE IF EXISTS ${user}`)
  })
  fs.rmSync(home, { recursive: true })
})

function dataDir(): string {
  const folder = path.join(home, randomBytes(4).toString('hex'))
  fs.mkdirSync(folder)
  folders.push(folder)
  return folder
}

const whoAmI = (url: string) =>
  onConnection(url, async (client) => (await client.query('SELECT session_user::text AS name')).rows[0].name)

test('each start finds the logins that the first one made, and their passwords are readable by their owner only', async () => {
  const folder = dataDir()
  const first = await prepareLogins(database.url, folder)
  expect(await prepareLogins(database.url, folder)).toEqual(first)
  expect(fs.statSync(path.join(folder, 'database-logins.json')).mode & 0o777).toBe(0o600)
  expect(fs.readdirSync(folder)).toEqual(['database-logins.json'])
  for (const [url, role] of [
    [first.app, APP_ROLE],
    [first.bank, BANK_ROLE],
  ] as const)
    await onConnection(url, (client) => onlyRightsOf(role, 'DATABASE_URL')(client))
})

test('two starts at once make them once', async () => {
  const folder = dataDir()
  const [one, two] = await Promise.all([
    prepareLogins(database.url, folder),
    prepareLogins(database.url, folder),
  ])
  expect(one).toEqual(two)
  expect(await whoAmI(one.app)).toBe(knownLogins(folder).app.user)
})

test('two installations on one database have logins of their own', async () => {
  const [one, two] = [
    await prepareLogins(database.url, dataDir()),
    await prepareLogins(database.url, dataDir()),
  ]
  expect(await whoAmI(one.app)).not.toBe(await whoAmI(two.app))
})

test('a login of one database is not let into another of the same cluster', async () => {
  const other = await testDatabase()
  const { app } = await prepareLogins(other.url, dataDir())
  const here = new URL(app)
  here.pathname = new URL(database.url).pathname
  await prepareLogins(database.url, dataDir())
  await expect(whoAmI(here.href)).rejects.toThrow(/permission denied for database/)
  await other.drop()
})

test('a password that somebody changed is set again', async () => {
  const folder = dataDir()
  const { app } = await prepareLogins(database.url, folder)
  await onConnection(database.url, (client) =>
    client.query(`ALTER ROLE ${knownLogins(folder).app.user} NOLOGIN PASSWORD 'other'`),
  )
  await prepareLogins(database.url, folder)
  expect(await whoAmI(app)).toBe(knownLogins(folder).app.user)
})

test('a damaged file is named, and nothing is made', async () => {
  const folder = dataDir()
  const file = path.join(folder, 'database-logins.json')
  fs.writeFileSync(file, JSON.stringify({ app: { user: 'x; DROP TABLE payment', password: 'y'.repeat(30) } }))
  await expect(prepareLogins(database.url, folder)).rejects.toThrow(/database-logins.json is damaged/)
  fs.rmSync(file)
})

test('the password itself is never sent: the server stores what we made of it', async () => {
  const folder = dataDir()
  await prepareLogins(database.url, folder)
  const { user, password } = knownLogins(folder).app
  const { rows } = await onConnection(database.url, (client) =>
    client.query('SELECT rolpassword FROM pg_authid WHERE rolname = $1', [user]),
  )
  const salt = Buffer.from(rows[0].rolpassword.split('$')[1].split(':')[1], 'base64')
  expect(rows[0].rolpassword).toBe(scramVerifier(password, salt))
})

test('the verifier is the one of RFC 7677', () => {
  expect(scramVerifier('pencil', Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64'))).toBe(
    'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=',
  )
})

test('a user who may make no logins is told what an administrator must run', async () => {
  const refused = prepareLogins(database.appUrl, dataDir())
  await expect(refused).rejects.toThrow(
    /may not make the logins(.|\n)*CREATE ROLE payonce_app_login(.|\n)*PAYONCE_BANK_DATABASE_URL/,
  )
})

test('an owner who may create roles is enough: no superuser is needed', async () => {
  const empty = await testDatabase()
  const user = `maker_${process.pid}`
  const groups = `${APP_ROLE}, ${BANK_ROLE}`
  await onConnection(empty.url, (client) =>
    client.query(`
      CREATE ROLE ${user} LOGIN CREATEROLE PASSWORD 'a password for tests'; GRANT ${groups} TO ${user} WITH ADMIN OPTION;
      DROP SCHEMA public, gateway_simulator, integrity_across, integrity_chain, integrity_ledger, integrity_system, graphile_worker CASCADE;
      CREATE SCHEMA public; ALTER SCHEMA public OWNER TO ${user}; ALTER DATABASE ${client.database} OWNER TO ${user}`),
  )
  const url = new URL(empty.url)
  url.username = user
  url.password = 'a password for tests'
  await migrate(url.href)
  const { app } = await prepareLogins(url.href, dataDir())
  await onConnection(app, (client) => onlyRightsOf(APP_ROLE, 'DATABASE_URL')(client))
  await empty.drop()
  makers.push(user)
})

test('a database of an earlier version is handed over to an owner who is no superuser, with all that is in it', async () => {
  const folder = dataDir()
  await prepareOwner(database.url, folder)
  const owner = await prepareOwner(database.url, folder)
  const left = await onConnection(database.url, (client) =>
    client.query(`
      SELECT c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relowner <> 'payonce_owner'::regrole
      UNION ALL SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND p.proowner <> 'payonce_owner'::regrole
      UNION ALL SELECT t.oid::regtype::text FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
        WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND t.typowner <> 'payonce_owner'::regrole
      UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' AND nspowner <> 'payonce_owner'::regrole`),
  )
  expect(left.rows).toEqual([])
  expect(await migrate(owner)).toEqual([])
  await onConnection(owner, async (client) => {
    await client.query(
      'CREATE VIEW integrity_ledger.later AS SELECT NULL::uuid AS merchant_id, $$x$$ AS subject, $$y$$ AS detail; CREATE TABLE later (x int)',
    )
    await expect(client.query("COPY (SELECT 1) TO PROGRAM 'id'")).rejects.toMatchObject({ code: '42501' })
    await expect(client.query('SET session_replication_role = replica')).rejects.toMatchObject({
      code: '42501',
    })
  })
  await onConnection(database.appUrl, async (client) => {
    expect((await client.query('SELECT * FROM integrity_ledger.later')).rows).toHaveLength(1)
    await expect(client.query('SELECT * FROM later')).rejects.toMatchObject({ code: '42501' })
    expect((await client.query('SELECT * FROM integrity_system.no_transaction_is_left_open')).rows).toEqual(
      [],
    )
  })
})

test('an empty database is migrated by that owner from the first migration on', async () => {
  const empty = await testDatabase()
  await onConnection(empty.url, (client) =>
    client.query(
      'DROP SCHEMA public, gateway_simulator, integrity_across, integrity_chain, integrity_ledger, integrity_system, graphile_worker CASCADE; CREATE SCHEMA public',
    ),
  )
  const folder = dataDir()
  const url = await prepareOwner(empty.url, folder)
  expect(url).toBe(ownerUrl(empty.url, folder))
  expect(await migrate(url)).toEqual(migrations().map(({ name }) => name))
  const { app } = await prepareLogins(empty.url, folder)
  const client = new pg.Client({ connectionString: app })
  await client.connect()
  await onlyRightsOf(APP_ROLE, 'DATABASE_URL')(client)
  await client.end()
  await empty.drop()
})
