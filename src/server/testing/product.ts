import type { ReplayInfo } from '@payonce/idempotency/trpc'
import type pg from 'pg'
import { type ApiScope, createApiKey, SCOPES } from '@/access/api-key'
import { createOrder, type NewOrder } from '@/checkout/order'
import type { PaymentBody } from '@/checkout/shopper-answers'
import { showId, uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import type { SimulatedBank } from '@/payments/simulator/bank'
import type { InboxAccounts } from '@/payments/stripe/inbox/account'
import { openPool, sql } from '@/platform/db'
import { readEnv } from '@/platform/env'
import { testDatabase } from '@/setup/test/database'
import { createApi } from '../api'
import { buildDeps, type Deps } from '../deps'
import { readLiveEnv } from './live'

/** The answer to a call of `checkout.pay` over HTTP. */
export interface PayReply {
  status: number
  headers: Headers
  text: string
  result: (PaymentBody & { idempotency: ReplayInfo }) | null
  problem: {
    kind: string
    status: number
    detail: string
    retry: string
    safeNewKey: boolean
    receiptUrl?: string
    payment?: string
  } | null
}

/** An answer of the HTTP API. */
export interface ApiReply {
  status: number
  text: string
  // biome-ignore lint/suspicious/noExplicitAny: a test says itself what it expects of the body
  body: any
  header(name: string): string | null
}

/**
 * The whole product behind its HTTP server, on a database of its own, for tests that check the answer, the
 * bank and the books.
 */
export interface TestProduct {
  deps: Deps
  /** The simulated bank itself, for a test that makes it fail. */
  bank: SimulatedBank
  merchantId: string
  /** The database as the simulated bank's login, for a second installation on it. */
  bankDatabaseUrl: string
  /** A pool of the database's owner, for reading everything and for breaking things. */
  owner: pg.Pool
  newOrder(changes?: Partial<NewOrder>): Promise<string>
  pay(body: Record<string, unknown>, cookie?: string): Promise<PayReply>
  /** The API itself, for a real socket. */
  fetch: ReturnType<typeof createApi>['fetch']
  /** Every route of the API. */
  routes: ReturnType<typeof createApi>['routes']
  call(path: string, init?: RequestInit): Promise<Response>
  /**
   * A request of a program, with an API key of the merchant that has every scope. `body` is sent as JSON; a
   * text is sent as it is.
   */
  api(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<ApiReply>
  newApiKey(of?: { merchantId?: string; scopes?: readonly ApiScope[] }): Promise<string>
  otherMerchant(): Promise<{ merchantId: string; token: string }>
  cookie(): Promise<string>
  /** Counts rows: charges at the bank, payments, transactions of the ledger, records. `where` is SQL. */
  count(what: 'charges' | 'payments' | 'captures' | 'records' | 'changes', where?: string): Promise<number>
  close(): Promise<void>
}

const JSON_TYPE = { 'content-type': 'application/json' }
const COUNTED = {
  charges: 'gateway_simulator.charge',
  payments: 'payment',
  captures: 'ledger_transaction',
  records: 'idempotency_record',
  changes: 'order_change',
}

/** Reads an answer of the HTTP API. */
export async function apiReply(response: Response): Promise<ApiReply> {
  const text = await response.text()
  const { status, headers } = response
  return {
    status,
    text,
    body: isJson(headers) ? JSON.parse(text) : null,
    header: (name) => headers.get(name),
  }
}

const isJson = (headers: Headers) => /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '')

/**
 * @param live the gateway of a product in live mode, which has no simulated bank
 * @param stripe a gateway to Stripe in the sandbox, and the accounts whose events are received
 */
export async function openTestProduct(
  settings: Record<string, string> = {},
  live?: Gateway,
  stripe?: { gateway: Gateway; accounts: InboxAccounts },
): Promise<TestProduct> {
  const database = await testDatabase()
  const read = live ? readLiveEnv : readEnv
  const env = read({
    DATABASE_URL: database.appUrl,
    PAYONCE_BANK_DATABASE_URL: live ? undefined : database.bankUrl,
    PAYONCE_SECRET: 'a secret for tests, long enough to pass',
    LOG_LEVEL: 'silent',
    NODE_ENV: 'test',
    PAYONCE_POOL_MAX: '20',
    // A busy machine is no failure of the product: a test that means one sets its own.
    PAYONCE_POOL_WAIT_MS: '30000',
    PAYONCE_RATE_PER_MINUTE: '1000000',
    PAYONCE_SHOPPER_RATE_PER_MINUTE: '1000000',
    ...settings,
  })
  const deps = buildDeps(env, live ?? stripe?.gateway)
  if (stripe) deps.stripeAccounts = stripe.accounts
  const owner = openPool(database.url, { max: 3, name: 'test-owner' })
  const merchantId = uuidv7()
  await deps.db.$executeRaw(
    sql`INSERT INTO merchant (id, name, mode) VALUES (${merchantId}::uuid, 'Test shop', ${deps.gateway.mode})`,
  )
  const app = createApi(deps)
  const call = async (path: string, init?: RequestInit) =>
    app.fetch(new Request(`http://localhost:3000${path}`, init))
  const newApiKey: TestProduct['newApiKey'] = async (of = {}) => {
    const made = await createApiKey(
      deps.db,
      { merchantId, name: 'Test', scopes: SCOPES, expiresInDays: null, by: 'test', ...of },
      uuidv7,
    )
    return made?.token ?? ''
  }
  const ownToken = await newApiKey()
  return {
    deps,
    bankDatabaseUrl: database.bankUrl,
    get bank() {
      return bankOf(deps)
    },
    merchantId,
    newApiKey,
    api: async (method, path, body, headers = {}) => {
      const content = typeof body === 'string' ? body : JSON.stringify(body)
      const init = {
        method,
        headers: {
          authorization: `Bearer ${ownToken}`,
          ...(body === undefined ? {} : JSON_TYPE),
          ...headers,
        },
      }
      return apiReply(await call(path, body === undefined ? init : { ...init, body: content }))
    },
    otherMerchant: async () => {
      const other = uuidv7()
      await deps.db.$executeRaw(
        sql`INSERT INTO merchant (id, name, mode) VALUES (${other}::uuid, 'Other shop', ${deps.gateway.mode})`,
      )
      return { merchantId: other, token: await newApiKey({ merchantId: other }) }
    },
    owner,
    fetch: app.fetch,
    routes: app.routes,
    call,
    newOrder: async (changes) => {
      const items = [{ name: 'T-shirt', quantity: 2, unitAmount: 1_200n }]
      const { id } = await createOrder(deps.db, { merchantId, currency: 'EUR', items, ...changes }, uuidv7())
      return showId('ord', id)
    },
    pay: async (body, cookie) => {
      const headers = { 'content-type': 'application/json', ...(cookie ? { cookie } : {}) }
      return payReply(
        await call('/api/trpc/checkout.pay', { method: 'POST', headers, body: JSON.stringify(body) }),
      )
    },
    cookie: async () =>
      ((await call('/api/trpc/checkout.order?input=%7B%7D')).headers.get('set-cookie') ?? '').split(';')[0] ??
      '',
    count: async (what, where = 'true') =>
      Number((await owner.query(`SELECT count(*) FROM ${COUNTED[what]} WHERE ${where}`)).rows[0].count),
    close: async () => {
      await deps.close()
      await owner.end()
      await database.drop()
    },
  }
}

/** @throws Error in live mode, which has none */
export function bankOf({ sandbox }: Deps): SimulatedBank {
  if (!sandbox) throw new Error('live mode has no simulated bank')
  return sandbox.bank
}

export async function payReply(response: Response): Promise<PayReply> {
  const text = await response.text()
  const parsed = JSON.parse(text)
  return {
    status: response.status,
    headers: response.headers,
    text,
    result: parsed.result?.data ?? null,
    problem: parsed.error?.data?.idempotency ?? null,
  }
}
