import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { openPool } from './db'
import { onlyRightsOf, RefusedConnection, refuseWrongConnections, WrongRights } from './least-rights'
import { APP_ROLE, BANK_ROLE, type ProductRole } from './roles'

let database: TestDatabase
let owner: pg.Client
/** Logins that these tests made: they belong to the whole cluster. */
const made: string[] = []
const pools: pg.Pool[] = []

beforeAll(async () => {
  database = await testDatabase()
  owner = new pg.Client({ connectionString: database.url })
  await owner.connect()
})
afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.end()))
  for (const user of made) await owner.query(`DROP OWNED BY ${user} CASCADE; DROP ROLE ${user}`)
  await owner.end()
  await database.drop()
})

/** A new login with a password, and its URL. */
async function login(attributes: string): Promise<{ user: string; url: string }> {
  const user = `rights_${process.pid}_${made.length}`
  await owner.query(`CREATE ROLE ${user} LOGIN PASSWORD 'a password for tests' ${attributes}`)
  made.push(user)
  await owner.query(`GRANT CONNECT ON DATABASE ${owner.database} TO ${user}`)
  const url = new URL(database.url)
  url.username = user
  url.password = 'a password for tests'
  return { user, url: url.href }
}

function pool(url: string, role: ProductRole = APP_ROLE): pg.Pool {
  const opened = openPool(url, { max: 2, name: 'rights', check: onlyRightsOf(role, 'DATABASE_URL') })
  pools.push(opened)
  return opened
}

test('the product’s logins pass, each for its own role', async () => {
  await refuseWrongConnections(pool(database.appUrl), pool(database.bankUrl, BANK_ROLE), null)
  const { rows } = await pool(database.appUrl).query('SELECT current_user = session_user AS same')
  expect(rows).toEqual([{ same: true }])
})

describe('is refused, with the reason:', () => {
  const member = `IN ROLE ${APP_ROLE}`
  it.each<[string, string, (user: string) => string, RegExp]>([
    ['a superuser', `SUPERUSER ${member}`, () => '', /is a superuser/],
    ['who may create roles', `CREATEROLE ${member}`, () => '', /CREATEROLE/],
    ['who may create databases', `CREATEDB ${member}`, () => '', /CREATEDB/],
    ['who passes row security', `BYPASSRLS ${member}`, () => '', /BYPASSRLS/],
    ['who may replicate', `REPLICATION ${member}`, () => '', /REPLICATION/],
    ['who has no rights at all', '', () => '', /is no member of payonce_app/],
    [
      'who is both web and bank',
      `IN ROLE ${APP_ROLE}, ${BANK_ROLE}`,
      () => '',
      /is a member of payonce_bank/,
    ],
    ['who may read all data', `${member}, pg_read_all_data`, () => '', /is a member of pg_read_all_data/],
    ['who may run programs', `${member}, pg_execute_server_program`, () => '', /pg_execute_server_program/],
    [
      'who may pass its group on',
      '',
      (user) => `GRANT ${APP_ROLE} TO ${user} WITH ADMIN OPTION`,
      /may grant payonce_app/,
    ],
    [
      'a member that does not inherit, and could SET ROLE',
      member,
      (user) => `GRANT pg_monitor TO ${user} WITH INHERIT FALSE`,
      /is a member of pg_monitor/,
    ],
    [
      'who may make temporary tables',
      member,
      (user) => `GRANT TEMPORARY ON DATABASE ${owner.database} TO ${user}`,
      /may create temporary tables/,
    ],
    [
      'who may make schemas',
      member,
      (user) => `GRANT CREATE ON DATABASE ${owner.database} TO ${user}`,
      /may create schemas/,
    ],
    [
      'who may make tables',
      member,
      (user) => `GRANT CREATE ON SCHEMA public TO ${user}`,
      /may create objects in the schema public/,
    ],
    [
      'the owner of a table',
      member,
      (user) => `CREATE TABLE theirs (x int); ALTER TABLE theirs OWNER TO ${user}`,
      /make triggers on.* theirs/,
    ],
    [
      'who was given everything',
      member,
      (user) => `GRANT ALL ON ALL TABLES IN SCHEMA public TO ${user}`,
      /make triggers on.* account.* and \d+ more/,
    ],
    [
      'who may change the ledger',
      member,
      (user) => `GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${user}`,
      /change the facts of.* audit_log, entry, ledger_transaction/,
    ],
  ])('%s', async (_, attributes, grant, says) => {
    const { user, url } = await login(attributes)
    await owner.query(grant(user))
    await expect(refuseWrongConnections(pool(url))).rejects.toThrow(says)
  })
})

test('a user who only steps down by SET ROLE is refused', async () => {
  const url = new URL(database.url)
  url.searchParams.set('options', `-c role=${APP_ROLE}`)
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  await expect(onlyRightsOf(APP_ROLE, 'DATABASE_URL')(client)).rejects.toThrow(
    /works as payonce_app by SET ROLE/,
  )
  await client.end()
})

test('one message names all that is wrong, for all users, with the SQL that mends it', async () => {
  const { user, url } = await login('CREATEDB CREATEROLE')
  const error = await refuseWrongConnections(pool(url), pool(database.url, BANK_ROLE)).catch(
    (thrown) => thrown,
  )
  expect(error).toBeInstanceOf(RefusedConnection)
  for (const text of [
    user,
    'CREATEROLE',
    'CREATEDB',
    'is no member of payonce_app',
    '"postgres"',
    'is a superuser',
  ])
    expect(error.message).toContain(text)
  expect(error.message).toContain('CREATE ROLE payonce_app_login LOGIN PASSWORD')
  expect(error.message).toContain(`GRANT CONNECT ON DATABASE "${owner.database}"`)
})

test('the SQL of the message mends it', async () => {
  const error = await refuseWrongConnections(pool(database.url)).catch((thrown) => thrown)
  const statements = (error.message as string)
    .split('\n')
    .filter((line) => line.startsWith('  ') && line.endsWith(';'))
    .map((line) =>
      line.replace('…', 'a password for tests').replaceAll('payonce_app_login', `mended_${process.pid}`),
    )
  made.push(`mended_${process.pid}`)
  await owner.query(statements.join('\n'))
  const url = new URL(database.url)
  url.username = `mended_${process.pid}`
  url.password = 'a password for tests'
  await refuseWrongConnections(pool(url.href))
})

test('no statement runs as a user with wrong rights, whoever asks the pool', async () => {
  const wrong = pool(database.url)
  await expect(wrong.query('CREATE TABLE was_here (x int)')).rejects.toBeInstanceOf(WrongRights)
  await expect(wrong.connect()).rejects.toBeInstanceOf(WrongRights)
  const { rows } = await owner.query("SELECT to_regclass('was_here') AS found")
  expect(rows).toEqual([{ found: null }])
})

test('a database that is away ends no server: the check comes with the first connection', async () => {
  const away = new URL(database.appUrl)
  away.port = '1'
  await refuseWrongConnections(pool(away.href))
})

test('rights are read once for a pool, not for each connection', async () => {
  const sent = vi.spyOn(pg.Client.prototype, 'query')
  const counted = pool(database.appUrl)
  const [one, two] = [await counted.connect(), await counted.connect()]
  for (const client of [one, two]) client.release()
  expect(sent.mock.calls.filter(([text]) => String(text).includes('pg_has_role'))).toHaveLength(1)
  sent.mockRestore()
})
