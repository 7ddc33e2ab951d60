import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { prepareLogins } from '@/setup/postgres/logins'
import { freePort } from '@/setup/process/port'
import { migrate } from '@/setup/schema/migrate'
import { type LabBank, startLabBank } from '../../lab/bank/server'
import { ForgetfulDatabase, type Loss } from '../../lab/chaos/forgetful-database'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * D14 D20: a database that forgets its last seconds, with real servers. The bank stands on another database and forgets nothing: it is
 * what the charges are counted at, by amounts of which each belongs to one key.
 */
let database: ForgetfulDatabase
let product: TestProduct
let bank: LabBank
let cookie: string
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-lost-'))

/** 120 s: three servers are started, maybe on a busy machine. On a quiet one it takes a tenth of that. */
const PATIENCE_MS = 120_000

beforeAll(async () => {
  let appUrl = ''
  database = await ForgetfulDatabase.start(async (url) => {
    await migrate(url)
    appUrl = (await prepareLogins(url, folder)).app
  })
  const port = await freePort()
  product = await openTestProduct({ DATABASE_URL: appUrl, PAYONCE_BANK_URL: `http://127.0.0.1:${port}` })
  bank = await startLabBank({ databaseUrl: product.owner.options.connectionString as string, port })
  cookie = await product.cookie()
}, PATIENCE_MS)
afterAll(async () => {
  await bank.close()
  await product.close()
  await database.stop()
  fs.rmSync(folder, { recursive: true })
}, PATIENCE_MS)

/** One request that its client repeats, with the same key, until the answer is final. */
type Request = () => Promise<{ status: number; id: string | null }>

/** Sends it until it has another answer than these. 503 is a server without a database, or a busy machine. */
async function insist(request: Request, notYet = [409, 503]) {
  for (const end = Date.now() + 30_000; ; await pause(50)) {
    const answer = await request()
    if (!notYet.includes(answer.status)) return answer
    if (Date.now() > end) throw new Error(`no answer but ${answer.status}`)
  }
}

const PER_KIND = 8

/** Requests of each kind that moves money, or tries to. No two charges have the same amount, nor two refunds. */
async function requestsOf(name: string, amounts: number): Promise<Request[]> {
  const each = Array.from({ length: PER_KIND }, (_, index) => index)
  const post = (where: string, key: string, body: object): Request => {
    return async () => {
      const reply = await product.api('POST', `/api/v1/payments${where}`, body, {
        'idempotency-key': `${name}-${key}`,
      })
      return { status: reply.status, id: reply.body.id ?? reply.body.payment ?? null }
    }
  }
  const create = (key: string, amount: number, paymentMethod = 'pm_card_visa') =>
    post('', key, { amount, currency: 'EUR', paymentMethod })
  const unitAmount = (index: number) => BigInt(amounts + 100 + index)
  const orders = await Promise.all(
    each.map((index) =>
      product.newOrder({ items: [{ name: 'T-shirt', quantity: 1, unitAmount: unitAmount(index) }] }),
    ),
  )
  const earlier = await Promise.all(each.map((index) => create(`earlier-${index}`, amounts + 200 + index)()))
  return [
    ...orders.map(
      (orderId, index): Request =>
        async () => {
          const body = { key: `${name}-page-${index}`, orderId, version: 1, paymentMethod: 'pm_card_visa' }
          const { status, result } = await product.pay(body, cookie)
          return { status, id: result?.payment.id ?? null }
        },
    ),
    ...each.map((index) => create(`program-${index}`, amounts + 300 + index)),
    ...each.map((index) => create(`declined-${index}`, amounts + 400 + index, 'pm_card_declined')),
    // In parts: the bank itself would refuse to give back a whole charge twice.
    ...earlier.map(({ id }, index) =>
      post(`/${id}/refunds`, `refund-${index}`, { amount: amounts / 10 + index }),
    ),
  ]
}

/** Amounts that the bank has moved, and those that it has moved more than once. */
async function moved(what: 'charge' | 'refund', amounts: number) {
  const { rows } = await product.owner.query<{ times: number }>(
    `SELECT count(*)::int AS times FROM gateway_simulator.${what} WHERE amount BETWEEN $1 AND $1 + 999 GROUP BY amount`,
    [what === 'charge' ? amounts : amounts / 10],
  )
  return { once: rows.length, twice: rows.filter(({ times }) => times > 1).length }
}

it.each<[string, Loss, number]>([
  ['D14 an asynchronous standby takes over that was behind', 'standby', 10_000],
  ['D20 a backup is restored', 'backup', 50_000],
])(
  '%s: retries under the same keys charge and refund nothing twice',
  async (_, loss, amounts) => {
    const requests = await requestsOf(loss, amounts)
    const rows = async () => (await product.deps.db.payment.count()) + (await product.deps.db.refund.count())
    const kept = await rows()
    await database.mark(loss)
    // One is in doubt when it is lost.
    bank.script.add([{ fault: 'error-after', on: 'charge', key: null, next: 1, ms: 0 }])
    const first = await Promise.all(requests.map((request) => insist(request, [503])))
    expect(first.filter(({ status }) => status === 409)).toHaveLength(1)
    expect(await rows()).toBe(kept + requests.length)
    await database.lose()
    await expect.poll(rows, { timeout: PATIENCE_MS / 2 }).toBe(kept)

    // The charges lie at the bank, and nothing of ours explains them.
    expect(await product.deps.reconcile()).toMatchObject({ alerts: PER_KIND * 2 })
    const again = await Promise.all(requests.map((request) => insist(request)))
    expect([await moved('charge', amounts), await moved('refund', amounts)]).toEqual([
      { once: PER_KIND * 3, twice: 0 },
      { once: PER_KIND, twice: 0 },
    ])

    // Each client gets the outcome that it got before, for a row of the same id, and the charges are explained.
    for (const [index, answer] of first.entries())
      if (answer.status !== 409) expect(again[index]).toEqual(answer)
    expect(await product.deps.reconcile()).toMatchObject({ alerts: 0 })
    expect(await product.deps.db.openCharge.count()).toBe(0)
  },
  PATIENCE_MS,
)
