import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { openPool } from '@/platform/db'
import { checkStrays } from '@/platform/integrity-checks'
import { prepareLogins } from '@/setup/postgres/logins'
import { freePort } from '@/setup/process/port'
import { migrate } from '@/setup/schema/migrate'
import { check } from '@/setup/verify'
import { type LabBank, startLabBank } from '../../lab/bank/server'
import { ForgetfulDatabase, type Loss } from '../../lab/chaos/forgetful-database'
import { callProcedure, newOperator, type TestOperator } from './testing/operators'
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

/** What `npm run verify` finds: alone, or with the bank's own list, which the other database is behind. */
async function offenders(gateway: Gateway | null = null): Promise<string[]> {
  const { findings } = await check(product.deps.db, gateway)
  return findings.flatMap(({ id, offenders }) => offenders.map(({ subject }) => `${id}: ${subject}`))
}

const violations = () => product.deps.db.integrityViolation.count()

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
    const strays = await product.deps.db.openCharge.findMany({ select: { gatewayRef: true } })
    const named = (id: string) => strays.map(({ gatewayRef }) => `${id}: charge ${gatewayRef}`)
    expect((await offenders()).sort()).toEqual(named('no-charge-is-stray').sort())
    // The worker's check says the same on the pages.
    await checkStrays(product.deps.db)
    expect(await violations()).toBe(strays.length)
    expect((await offenders(product.deps.gateway)).sort()).toEqual(
      expect.arrayContaining(named('charge-has-its-payment').sort()),
    )
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
    await checkStrays(product.deps.db)
    expect(await violations()).toBe(0)
    await product.deps.attempts.flush()
    expect([await offenders(), await offenders(product.deps.gateway)]).toEqual([[], []])
  },
  PATIENCE_MS,
)

it(
  'D20 an order that is lost with its payment: two admins have its charge given back, once no retry can get it any more',
  async () => {
    const admins = [await newOperator(product, 'admin'), await newOperator(product, 'admin')]
    const owner = openPool(database.url, { max: 1, name: 'test-owner' })
    await owner.query(`UPDATE operator SET admin_since = now() - interval '2 days'`)
    const kept = await product.deps.db.payment.count()
    await database.mark('backup')
    const unitAmount = 77_777n
    const orderId = await product.newOrder({ items: [{ name: 'T-shirt', quantity: 1, unitAmount }] })
    const pay = () =>
      product.pay({ key: 'lost-with-its-order', orderId, version: 1, paymentMethod: 'pm_card_visa' }, cookie)
    expect((await pay()).status).toBe(200)
    await database.lose()
    await expect
      .poll(() => product.deps.db.payment.count().catch(() => null), { timeout: PATIENCE_MS / 2 })
      .toBe(kept)

    // The client's retry meets no order, and the charge lies at the bank.
    expect((await insist(async () => ({ status: (await pay()).status, id: null }), [503])).status).toBe(404)
    expect(await product.deps.reconcile()).toMatchObject({ alerts: 1 })
    const [stray] = await product.deps.db.openCharge.findMany()
    const subject = stray?.gatewayRef ?? ''
    expect(await offenders()).toEqual([`no-charge-is-stray: charge ${subject}`])

    const call = async (path: string, who: TestOperator | undefined, input: object, type = 'mutation') =>
      callProcedure(product, {
        path: `resolutions.${path}`,
        type,
        input,
        cookie: (await who?.cookie()) ?? '',
      })
    const propose = async (id: string) => {
      const { data } = await call('strays', admins[0], {}, 'query')
      const { shown } = data.cases.find((found: { subject: string }) => found.subject === subject)
      const about = { kind: 'stray', subject, ending: 'return', bankRef: null, payment: null, shown }
      return call('propose', admins[0], { ...about, evidence: 'Backup of 27 Nov was restored', newId: id })
    }
    expect(await propose(uuidv7())).toMatchObject({
      kind: 'not-resolvable',
      detail: expect.stringMatching(/24 hours/),
    })
    await owner.query(`UPDATE open_charge SET charged_at = now() - interval '25 hours'`)
    await product.owner.query(`DELETE FROM gateway_simulator.request WHERE charge_id = $1`, [subject])
    const id = uuidv7()
    expect((await propose(id)).kind).toBeNull()
    expect((await call('confirm', admins[0], { id })).kind).toBe('forbidden')
    expect(await product.deps.reconcile()).toMatchObject({ refunded: 0 })
    expect((await call('confirm', admins[1], { id })).kind).toBeNull()

    // Any number of workers: the bank gives it back once.
    const runs = await Promise.all([1, 2, 3].map(() => product.deps.reconcile()))
    expect(runs.reduce((sum, { refunded }) => sum + refunded, 0)).toBeGreaterThan(0)
    const { rows } = await product.owner.query(
      `SELECT sum(amount)::int AS amount, count(*)::int AS times FROM gateway_simulator.refund WHERE charge_id = $1`,
      [subject],
    )
    expect(rows).toEqual([{ amount: 77_777, times: 1 }])
    expect(await product.deps.db.openCharge.count()).toBe(0)
    await product.deps.reconcileMovements()
    const moved = await product.deps.db.bankMovement.findMany({
      where: { chargeRef: subject },
      orderBy: { amount: 'desc' },
    })
    expect(moved.map(({ state, amount }) => [state, amount])).toEqual([
      ['explained', 77_777n],
      ['explained', -77_777n],
    ])
    const audited = await owner.query(`SELECT action FROM audit_log WHERE subject = $1 ORDER BY seq`, [id])
    expect(audited.rows.map(({ action }) => action)).toEqual(['resolution.proposed', 'resolution.confirmed'])
    expect([await offenders(), await offenders(product.deps.gateway)]).toEqual([[], []])
    await owner.end()
  },
  PATIENCE_MS,
)
