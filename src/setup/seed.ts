import { parseArgs } from 'node:util'
import { openDb, openPool } from '@/platform/db'
import { catchUp, fillPayments, sealAll } from '../../prisma/fill'
import { type Seeded, seed } from '../../prisma/seed'
import { readDemo } from './demo-file'

/**
 * Seeds an empty sandbox with the demo shop and its operator; a seeded one stays as it is. The password comes from `demo.json`,
 * since the database keeps only its hash. Loads the whole product: see `known-shop.ts` for what `npm start` asks first.
 */
export async function seedOnce(settings: {
  databaseUrl: string
  secret: string
  baseUrl: string
  dataDir: string
}): Promise<Seeded> {
  const { databaseUrl, secret, baseUrl, dataDir } = settings
  const pool = openPool(databaseUrl, { max: 2, name: 'payonce-seed' })
  const db = openDb(pool)
  try {
    const known = readDemo(dataDir)
    return await seed(db, {
      secret,
      baseUrl,
      password: known?.operator?.password,
      apiKey: known?.apiKey ?? undefined,
    })
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}

const USAGE =
  'Usage: npm run seed -- [--payments N]\n  --payments  also writes N payments of the last 90 days for the demo shop'

/** More than anybody looks at; a million take about ten minutes. */
const MOST_PAYMENTS = 5_000_000

/** @returns how many payments `npm run seed` was asked for. @throws Error with the usage */
export function readSeedArguments(args: string[]): number {
  const { payments } = parsed(args)
  if (payments === undefined) return 0
  const count = /^\d{1,9}$/.test(payments) ? Number(payments) : 0
  if (count < 1 || count > MOST_PAYMENTS)
    throw new Error(
      `--payments is a whole number from 1 to ${MOST_PAYMENTS}, not "${payments.slice(0, 20)}".\n${USAGE}`,
    )
  return count
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, options: { payments: { type: 'string' } } as const }).values
  } catch {
    throw new Error(USAGE)
  }
}

/** 30 min for one statement, as `verify` has: nobody's request waits for it. */
const STATEMENT_MS = 30 * 60_000

/**
 * Writes believable payments of the past for the demo shop, then seals, sums, counts and copies them, so that every page shows them at
 * once. May run beside the product.
 * @param ownerUrl URL of a user that may turn triggers off
 * @throws Error where it may not
 */
export async function seedPayments(settings: {
  ownerUrl: string
  databaseUrl: string
  merchantId: string
  payments: number
  onProgress(done: number): void | Promise<void>
}): Promise<void> {
  const { merchantId, payments, onProgress } = settings
  const limits = { max: 1, name: 'payonce-seed', statementMs: STATEMENT_MS }
  const owner = openPool(settings.ownerUrl, limits)
  const pool = openPool(settings.databaseUrl, limits)
  const db = openDb(pool)
  try {
    const onBatch = async (done: number) => {
      await sealAll(db)
      await onProgress(done)
    }
    const connection = await owner.connect()
    try {
      await fillPayments(connection, {
        payments,
        merchantIds: [merchantId],
        currencies: ['EUR', 'GBP', 'USD'],
        onBatch,
      })
    } finally {
      connection.release()
    }
    await catchUp(db)
  } catch (error) {
    throw (error as { code?: string }).code === INSUFFICIENT_PRIVILEGE
      ? new Error(MAY_NOT, { cause: error })
      : error
  } finally {
    await db.$disconnect()
    await Promise.all([pool.end(), owner.end()])
  }
}

const INSUFFICIENT_PRIVILEGE = '42501'
const MAY_NOT =
  'Payments of the past are written without triggers, which this user of the database may not turn off. Name a superuser in DATABASE_URL, or let one run: GRANT SET ON PARAMETER session_replication_role TO …'
