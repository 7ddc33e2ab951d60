import type { readSetupEnv } from '@/platform/env'
import { type Demo, readDemo } from './demo-file'
import { prepareLogins } from './postgres/logins'
import { prepareOwner } from './postgres/owner'
import { print } from './process/console'
import { migrate } from './schema/migrate'
import { onConnection } from './schema/schema-engine'

type SetupEnv = ReturnType<typeof readSetupEnv>

/** The database's URLs that the product's processes get: none of them may migrate. */
export interface ProductDatabase {
  databaseUrl: string
  /** Undefined where the bank is a process of its own. */
  bankDatabaseUrl: string | undefined
}

/** Migrates our own PostgreSQL as its owner, and makes the logins. @param adminUrl URL of its superuser */
export async function prepareOwnDatabase(adminUrl: string, dataDir: string): Promise<ProductDatabase> {
  await migrate(await prepareOwner(adminUrl, dataDir))
  return madeLogins(adminUrl, dataDir)
}

/**
 * Migrates the database that the environment names, as the user it names for that, and finds the logins of web, worker and bank.
 * In the sandbox one URL is enough: where its user may migrate, the logins are made.
 * @throws Error naming the variables that are missing
 */
export async function prepareNamedDatabase(env: SetupEnv): Promise<ProductDatabase> {
  const { DATABASE_URL: url, PAYONCE_OWNER_DATABASE_URL: owner, PAYONCE_BANK_DATABASE_URL: bank } = env
  if (!url)
    throw new Error(
      'DATABASE_URL: name the login of web and worker beside the owner’s PAYONCE_OWNER_DATABASE_URL',
    )
  const named = { databaseUrl: url, bankDatabaseUrl: bank }
  if (owner) await migrate(owner)
  else if (!(await mayMigrate(url)))
    print(
      '  not migrated: the user of DATABASE_URL may not (npm run migrate does, with PAYONCE_OWNER_DATABASE_URL)',
    )
  else if (env.PAYONCE_MODE === 'live')
    throw new Error(
      'The user of DATABASE_URL may change the tables. In live mode name the owner in PAYONCE_OWNER_DATABASE_URL, which only migrations use, and in DATABASE_URL a login that is a member of payonce_app',
    )
  else {
    await migrate(url)
    return madeLogins(url, env.dataDir)
  }
  return named
}

/** The URLs for one command (seed, worker) beside a product that may run: the environment's, else those of the data folder. */
export async function findProductDatabase(env: SetupEnv): Promise<ProductDatabase> {
  const { DATABASE_URL: url, PAYONCE_BANK_DATABASE_URL: bankDatabaseUrl } = env
  const admin = url ?? running(env).databaseUrl
  if (url && (env.PAYONCE_OWNER_DATABASE_URL || env.PAYONCE_MODE === 'live' || !(await mayMigrate(url))))
    return { databaseUrl: url, bankDatabaseUrl }
  return madeLogins(admin, env.dataDir)
}

/** The URL for migrations. Our own PostgreSQL has an owner for it, made here where an earlier version runs. */
export async function databaseToMigrate(env: SetupEnv): Promise<string> {
  const named = env.PAYONCE_OWNER_DATABASE_URL ?? env.DATABASE_URL
  if (named) return named
  const { databaseUrl, pids } = running(env)
  return pids.postgres === null ? databaseUrl : prepareOwner(databaseUrl, env.dataDir)
}

/** The URL for `verify`, which must read everything. */
export function databaseToVerify(env: SetupEnv): string {
  return env.PAYONCE_OWNER_DATABASE_URL ?? env.DATABASE_URL ?? running(env).databaseUrl
}

function running({ dataDir }: SetupEnv): Demo {
  const demo = readDemo(dataDir)
  if (demo) return demo
  throw new Error(
    'No database is named. Start the product (npm start) in another terminal, or set DATABASE_URL=postgres://…',
  )
}

async function madeLogins(adminUrl: string, dataDir: string): Promise<ProductDatabase> {
  const { app, bank } = await prepareLogins(adminUrl, dataDir)
  return { databaseUrl: app, bankDatabaseUrl: bank }
}

/** True for the owner and for a superuser; a login of web and worker may create nothing. */
function mayMigrate(url: string): Promise<boolean> {
  const query = "SELECT has_schema_privilege(oid, 'CREATE') AS may FROM pg_namespace WHERE nspname = 'public'"
  // A database without the schema `public` is being set up, and only its owner would do that.
  return onConnection(url, async (client) => (await client.query(query)).rows[0]?.may ?? true)
}
