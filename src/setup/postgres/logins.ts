import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import type pg from 'pg'
import { z } from 'zod'
import { APP_ROLE, BANK_ROLE } from '@/platform/roles'
import { onConnection } from '../schema/schema-engine'

/** A login of this installation: a role of its own, so that two installations on one cluster never change each other's password. */
const login = z.object({ user: z.string().regex(/^[a-z_][a-z0-9_]*$/), password: z.string().min(20) })
const logins = z.object({ owner: login, app: login, bank: login })
type Login = z.infer<typeof login>

/** URLs of the product's two database users: of web, worker and queue, and of the simulated bank. */
export interface ProductUrls {
  app: string
  bank: string
}

/**
 * Makes the product's logins in a migrated database, or finds those made before. Their passwords are kept in the data folder, in
 * `database-logins.json` (mode 0600).
 * @param adminUrl a user that may create roles and grant `payonce_app` and `payonce_bank`
 * @throws Error with the SQL for an administrator, when that user may not
 */
export async function prepareLogins(adminUrl: string, dataDir: string): Promise<ProductUrls> {
  const { app, bank } = knownLogins(dataDir)
  const urls = { app: urlOf(adminUrl, app), bank: urlOf(adminUrl, bank) }
  await onConnection(adminUrl, async (client) => {
    // Two starts may come at once: the second finds the logins made. Released when the connection ends.
    await client.query("SELECT pg_advisory_lock(hashtext('payonce logins'))")
    try {
      await makeLogin(client, app, urls.app, APP_ROLE)
      await makeLogin(client, bank, urls.bank, BANK_ROLE)
      await closeDatabase(client, [app.user, bank.user])
    } catch (error) {
      throw (error as { code?: string }).code === INSUFFICIENT_PRIVILEGE
        ? new Error(askAdministrator(client), { cause: error })
        : error
    }
  })
  return urls
}

/** URL of the owner that `prepareOwner` made for our own PostgreSQL. */
export const ownerUrl = (adminUrl: string, dataDir: string): string =>
  urlOf(adminUrl, knownLogins(dataDir).owner)

export function knownLogins(dataDir: string): z.infer<typeof logins> {
  const file = path.join(dataDir, 'database-logins.json')
  if (!fs.existsSync(file)) writeOnce(file, JSON.stringify(newLogins(), null, 2))
  const parsed = logins.safeParse(JSON.parse(fs.readFileSync(file, 'utf8')))
  if (parsed.success) return parsed.data
  throw new Error(`${file} is damaged. Delete it: new database logins are made at the next start.`)
}

/** Writes aside and links, so that of two processes that come at once both read what the first wrote. */
function writeOnce(file: string, content: string): void {
  const draft = `${file}.${process.pid}`
  fs.writeFileSync(draft, content, { mode: 0o600 })
  try {
    fs.linkSync(draft, file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    fs.rmSync(draft, { force: true })
  }
}

function newLogins(): z.infer<typeof logins> {
  const installation = randomBytes(4).toString('hex')
  const make = (name: string): Login => ({ user: name, password: randomBytes(24).toString('base64url') })
  return {
    owner: make('payonce_owner'),
    app: make(`${APP_ROLE}_${installation}`),
    bank: make(`${BANK_ROLE}_${installation}`),
  }
}

/** A login that works is left as it is. */
async function makeLogin(
  client: pg.Client,
  { user, password }: Login,
  url: string,
  group: string,
): Promise<void> {
  await createLogin(client, user)
  const { rows } = await client.query('SELECT pg_has_role($1::name, $2::name, $3) AS member', [
    user,
    group,
    'USAGE',
  ])
  if (!rows[0].member) await client.query(`GRANT ${group} TO ${user}`)
  await client.query(`GRANT CONNECT ON DATABASE ${databaseOf(client)} TO ${user}`)
  await setPassword(client, { user, password }, url)
}

export async function createLogin(client: pg.Client, user: string): Promise<void> {
  const { rowCount } = await client.query('SELECT FROM pg_roles WHERE rolname = $1', [user])
  if (rowCount === 0)
    await client.query(
      `CREATE ROLE ${user} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
    )
}

/** Sends the SCRAM verifier, so that the password is in no log of the server and never stored as MD5. */
export async function setPassword(client: pg.Client, { user, password }: Login, url: string): Promise<void> {
  const works = await onConnection(url, async () => true).catch(() => false)
  if (!works) await client.query(`ALTER ROLE ${user} LOGIN PASSWORD '${scramVerifier(password)}'`)
}

/** `SCRAM-SHA-256$iterations:salt$StoredKey:ServerKey` of a password in ASCII (RFC 5803). 4096 iterations: the least that RFC 7677 allows, enough for 192 random bits. */
export function scramVerifier(password: string, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const storedKey = createHash('sha256').update(keyed('Client Key')).digest('base64')
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${storedKey}:${keyed('Server Key').toString('base64')}`
}

/**
 * Only our logins may connect, and the owner, and superusers. Without this the logins of another installation on the same cluster could
 * come in: they are members of the same group roles.
 */
async function closeDatabase(client: pg.Client, users: string[]): Promise<void> {
  const { rows } = await client.query(
    "SELECT pg_has_role(datdba, 'USAGE') AS ours FROM pg_database WHERE datname = current_database()",
  )
  if (!rows[0].ours) return
  const names = [...users, client.escapeIdentifier(client.user ?? '')].join(', ')
  await client.query(`GRANT CONNECT ON DATABASE ${databaseOf(client)} TO ${names}`)
  await client.query(`REVOKE CONNECT ON DATABASE ${databaseOf(client)} FROM PUBLIC`)
}

const databaseOf = (client: pg.Client): string => client.escapeIdentifier(client.database ?? '')

function urlOf(url: string, { user, password }: Login): string {
  const changed = new URL(url)
  changed.username = user
  changed.password = password
  return changed.href
}

const INSUFFICIENT_PRIVILEGE = '42501'

function askAdministrator(client: pg.Client): string {
  const database = databaseOf(client)
  return [
    `The database user "${client.user}" may not make the logins that web and worker need. Let an administrator run`,
    `  CREATE ROLE ${APP_ROLE}_login LOGIN PASSWORD '…' IN ROLE ${APP_ROLE};`,
    `  CREATE ROLE ${BANK_ROLE}_login LOGIN PASSWORD '…' IN ROLE ${BANK_ROLE};`,
    `  GRANT CONNECT ON DATABASE ${database} TO ${APP_ROLE}_login, ${BANK_ROLE}_login;`,
    `then set PAYONCE_OWNER_DATABASE_URL to this user's URL, DATABASE_URL to ${APP_ROLE}_login's and PAYONCE_BANK_DATABASE_URL to ${BANK_ROLE}_login's.`,
  ].join('\n')
}
