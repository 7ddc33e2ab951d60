import { randomBytes } from 'node:crypto'
import { createApiKey, SCOPES } from '@/access/api-key'
import { Callers } from '@/access/callers'
import { sandboxMerchant } from '@/access/merchant'
import { createAuth, createOperator } from '@/access/operator'
import { readToken } from '@/access/token'
import { openAccounts } from '@/ledger/chart'
import { uuidv7 } from '@/lib/id'
import { type Db, sql } from '@/platform/db'

export interface SeedOptions {
  secret: string
  baseUrl: string
  /** The demo operator's password; undefined: a new one is made and set. */
  password: string | undefined
  /** The demo API key of an earlier run; one that does not work any more is replaced. */
  apiKey: string | undefined
}

export interface Seeded {
  merchantId: string
  operator: { email: string; password: string }
  apiKey: string
}

const EMAIL = 'demo@payonce.test'

/** The sandbox: one test merchant with its accounts in euro, one operator and one API key. Run twice, it changes nothing. */
export async function seed(db: Db, options: SeedOptions): Promise<Seeded> {
  const merchantId = (await sandboxMerchant(db)) ?? uuidv7()
  await db.$executeRaw(
    sql`INSERT INTO merchant (id, name, mode) VALUES (${merchantId}::uuid, 'Harbour Goods', 'test') ON CONFLICT (id) DO NOTHING`,
  )
  await db.$executeRaw(openAccounts(merchantId, 'EUR'))
  const auth = createAuth({ db, secret: options.secret, baseUrl: options.baseUrl })
  const password = options.password ?? randomBytes(12).toString('base64url')
  const operator = await createOperator(auth, { email: EMAIL, password, name: 'Demo operator', merchantId })
  if (!options.password) {
    const context = await auth.$context
    await context.internalAdapter.updatePassword(operator.id, await context.password.hash(password))
  }
  return {
    merchantId,
    operator: { email: EMAIL, password },
    apiKey: await demoKey(db, merchantId, options.apiKey),
  }
}

async function demoKey(db: Db, merchantId: string, known: string | undefined): Promise<string> {
  if (known && (await new Callers({ db, mode: 'test' }).whoIs(readToken(known)))?.merchantId === merchantId)
    return known
  const made = await createApiKey(
    db,
    { merchantId, name: 'Demo key', scopes: SCOPES, expiresInDays: null, by: 'seed' },
    uuidv7,
  )
  if (!made) throw new Error('there is no sandbox merchant')
  return made.token
}
