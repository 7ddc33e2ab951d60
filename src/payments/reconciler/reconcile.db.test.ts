import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAccounts } from '@/ledger/chart'
import { transactionsOfPayment } from '@/ledger/read'
import { uuidv7 } from '@/lib/id'
import { commit } from '@/platform/commit'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { findings, isBroken } from '@/platform/integrity'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import type { FaultOrder } from '../../../lab/bank/script'
import { type LabBank, startLabBank } from '../../../lab/bank/server'
import { charge as chargeAt, settle } from '../charge'
import type { Gateway } from '../gateway'
import { httpGateway } from '../simulator/client'
import { type BegunPayment, movePayment, recallPayment } from '../store'
import { Killed, mortalLife } from '../testing/mortal'
import { type Reconciled, type ReconcileEvent, reconcile } from './reconcile'

let database: TestDatabase
let owner: pg.Pool
let pool: pg.Pool
let db: Db
let bank: LabBank
const RETURN_URL = 'https://shop.example/checkout/ord_1'
const charge = (at: Gateway, payment: BegunPayment) => chargeAt(at, payment, RETURN_URL)

let gateway: Gateway
/** For faults that would keep us waiting. */
let hasty: Gateway
let merchant: string
let events: ReconcileEvent[]

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'reconcile-owner' })
  pool = openPool(database.appUrl, { max: 20, name: 'reconcile' })
  db = openDb(pool)
  bank = await startLabBank({ databaseUrl: database.url })
  gateway = httpGateway({ url: bank.url, timeoutMs: 10_000 })
  hasty = httpGateway({ url: bank.url, timeoutMs: 300 })
})
afterAll(async () => {
  await bank.close()
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end()])
  await database.drop()
})
beforeEach(async () => {
  bank.script.clear()
  events = []
  merchant = uuidv7()
  await forgetEverything()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchant])
  await db.$executeRaw(openAccounts(merchant, 'EUR'))
})

const forgetEverything = () =>
  owner.query(
    `TRUNCATE gateway_simulator.charge, gateway_simulator.request, gateway_simulator.refund, surplus_charge, open_charge, reconciliation`,
  )

const run = (changes: Partial<Parameters<typeof reconcile>[0]> = {}): Promise<Reconciled> =>
  reconcile({ db, gateway, newId: uuidv7, report: (event) => void events.push(event), ...changes })
const waitingFor = (fault: string) => (fault.startsWith('silence') ? { gateway: hasty } : {})
const told = (kind: ReconcileEvent['kind']) => events.filter((event) => event.kind === kind)
const script = (fault: FaultOrder['fault'], more: Partial<FaultOrder> = {}) =>
  bank.script.add([{ fault, on: 'refund', key: null, next: 1, ms: 0, ...more }])

/** A payment as it is begun; nobody has asked the bank yet. */
async function begin(method = 'pm_card_visa', of = merchant): Promise<BegunPayment> {
  const id = uuidv7()
  await owner.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400)`, [
    of,
    id,
  ])
  await db.$executeRaw(sql`
    INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
    VALUES (${of}::uuid, ${id}::uuid, ${id}::uuid, 'r', 2400, 'EUR', ${method}, ${id}, ${id})`)
  return (await recallPayment(db, of, id)) as BegunPayment
}

/** A payment that was charged and settled, as the product does it. */
async function pay(method = 'pm_card_visa'): Promise<BegunPayment> {
  const payment = await begin(method)
  await settleNow(payment)
  return payment
}

async function settleNow(payment: BegunPayment): Promise<void> {
  expect(await commit(db, settle(payment, await charge(gateway, payment), uuidv7).writes)).toEqual({
    committed: true,
  })
}

/** A payment that ended as not paid, and the charge that came all the same. */
async function chargedTooLate(status: 'declined' | 'not_charged'): Promise<BegunPayment> {
  const payment = await begin()
  await commit(db, [movePayment(payment, status)])
  await charge(gateway, payment)
  return payment
}

const booked = async ({ id }: BegunPayment) =>
  (await transactionsOfPayment(db, merchant, id))
    .map(({ kind, entries }) => [kind, ...entries.map(({ code, amount }) => `${code} ${amount}`)])
    .reverse()
const surplusRows = async () =>
  (
    await owner.query(
      'SELECT payment_id, status, tries, reason, settled_at IS NOT NULL AS settled FROM surplus_charge ORDER BY found_at, gateway_ref',
    )
  ).rows
/** What the outbox tells of its surplus charges. */
const news = async ({ id }: BegunPayment) =>
  (
    await owner.query(
      `SELECT type FROM outbox_event WHERE subject_id = $1 AND type LIKE 'payment.surplus%' ORDER BY type`,
      [id],
    )
  ).rows.map(({ type }) => type as string)
const heldAtBank = async ({ gatewayKey }: BegunPayment) =>
  (
    await owner.query(
      'SELECT amount - refunded_amount AS held FROM gateway_simulator.charge WHERE idempotency_key = $1 ORDER BY refunded_amount',
      [gatewayKey],
    )
  ).rows.map(({ held }) => Number(held))
const openOnes = async () =>
  (await owner.query('SELECT status FROM open_charge ORDER BY gateway_ref')).rows.map(({ status }) => status)
const inBalance = async () => expect((await findings(db, ['ledger'], merchant)).filter(isBroken)).toEqual([])
const nextTryNow = () => owner.query(`UPDATE surplus_charge SET next_try_at = now() WHERE status = 'found'`)

const SURPLUS = ['surplus', 'gateway_clearing 2400', 'surplus_charges -2400']
const GIVEN_BACK = ['reversal', 'surplus_charges 2400', 'gateway_clearing -2400']
const CAPTURE = ['capture', 'gateway_clearing 2364', 'processing_fees 36', 'sales -2400']

describe('what the reconciler leaves alone', () => {
  it('positive control: an ordinary payment, whatever the number of runs', async () => {
    const payment = await pay()
    expect(await run()).toEqual({ chargesRead: 1, refunded: 0, parked: 0, alerts: 0 })
    await run()
    expect([await heldAtBank(payment), await booked(payment), await surplusRows(), await openOnes()]).toEqual(
      [[2400], [CAPTURE], [], []],
    )
  })

  it.each(['pm_card_declined', 'pm_card_challenge'])(
    'a payment by %s, which has no charge',
    async (method) => {
      await pay(method)
      expect(await run()).toEqual({ chargesRead: 0, refunded: 0, parked: 0, alerts: 0 })
    },
  )

  it.each(['sending', 'unknown', 'requires_action'] as const)(
    'a payment that is %s is the resolver’s; once it has ended, its charge is judged',
    async (status) => {
      const payment = await begin()
      if (status !== 'sending') await commit(db, [movePayment(payment, status)])
      await charge(gateway, payment)
      expect(await run()).toMatchObject({ refunded: 0, alerts: 0 })
      expect([await openOnes(), await surplusRows()]).toEqual([['in-doubt'], []])
      await settleNow(payment)
      // The list is not needed for this: the charge may be older than the list is read back.
      await run({ gateway: { ...gateway, charges: async () => ({ kind: 'unknown', reason: 'away' }) } })
      expect([await openOnes(), await heldAtBank(payment), await booked(payment)]).toEqual([
        [],
        [2400],
        [CAPTURE],
      ])
    },
  )

  it('a surplus charge that the bank has given back by itself', async () => {
    const payment = await pay('pm_card_charged_twice')
    await owner.query(
      `UPDATE gateway_simulator.charge SET refunded_amount = amount WHERE id <> (SELECT gateway_ref FROM payment WHERE id = $1)`,
      [payment.id],
    )
    expect(await run()).toMatchObject({ refunded: 0, alerts: 0 })
    expect([await booked(payment), await surplusRows()]).toEqual([[CAPTURE], []])
  })
})

describe('what was charged in surplus', () => {
  it('G4 charged twice under one key: both charges and the refund are in the ledger, and the customer has the second one back', async () => {
    const payment = await pay('pm_card_charged_twice')
    expect(await run()).toEqual({ chargesRead: 2, refunded: 1, parked: 0, alerts: 0 })
    expect(await booked(payment)).toEqual([CAPTURE, SURPLUS, GIVEN_BACK])
    expect(await heldAtBank(payment)).toEqual([2400, 0])
    expect(await surplusRows()).toEqual([
      { payment_id: payment.id, status: 'refunded', tries: 1, reason: null, settled: true },
    ])
    expect([told('surplus').length, told('refunded').length]).toEqual([1, 1])
    await inBalance()
    expect(await news(payment)).toEqual(['payment.surplus_found', 'payment.surplus_refunded'])
    expect(await run()).toMatchObject({ refunded: 0 })
    expect(await booked(payment)).toHaveLength(3)
  })

  it('G4 the charge that is kept is the one that the payment names', async () => {
    const payment = await pay('pm_card_charged_twice')
    await run()
    const { rows } = await owner.query(
      'SELECT c.refunded_amount FROM gateway_simulator.charge c JOIN payment p ON p.gateway_ref = c.id WHERE p.id = $1',
      [payment.id],
    )
    expect(rows).toEqual([{ refunded_amount: '0' }])
  })

  it.each(['declined', 'not_charged'] as const)(
    'G5 a late charge of a payment that ended as %s',
    async (status) => {
      const payment = await chargedTooLate(status)
      expect(await run()).toMatchObject({ refunded: 1, alerts: 0 })
      expect([await booked(payment), await heldAtBank(payment)]).toEqual([[SURPLUS, GIVEN_BACK], [0]])
      await inBalance()
    },
  )

  it('G4 charged twice while the payment was in doubt: found when the doubt has ended, however late', async () => {
    const payment = await begin('pm_card_charged_twice')
    await charge(gateway, payment)
    await run()
    expect(await openOnes()).toEqual(['in-doubt', 'in-doubt'])
    await settleNow(payment)
    await owner.query(`UPDATE gateway_simulator.charge SET created_at = created_at - interval '1 day'`)
    await pay()
    await run()
    expect([await openOnes(), await heldAtBank(payment)]).toEqual([[], [2400, 0]])
    expect(await booked(payment)).toEqual([CAPTURE, SURPLUS, GIVEN_BACK])
  })

  it('what the bank has given back in part is owed in part', async () => {
    const payment = await chargedTooLate('declined')
    await owner.query('UPDATE gateway_simulator.charge SET refunded_amount = 400')
    await run()
    expect(await booked(payment)).toEqual([
      ['surplus', 'gateway_clearing 2000', 'surplus_charges -2000'],
      ['reversal', 'surplus_charges 2000', 'gateway_clearing -2000'],
    ])
  })

  it('a merchant from before there was such an account gets it in the same commit', async () => {
    await owner.query(`DELETE FROM account WHERE merchant_id = $1 AND code = 'surplus_charges'`, [merchant])
    await pay('pm_card_charged_twice')
    expect(await run()).toMatchObject({ refunded: 1 })
    await inBalance()
  })

  it('ten charges of ten payments, two of them in surplus', async () => {
    for (let n = 0; n < 6; n++) await pay()
    await pay('pm_card_charged_twice')
    await chargedTooLate('declined')
    expect(await run()).toEqual({ chargesRead: 9, refunded: 2, parked: 0, alerts: 0 })
  })
})

describe('a refund that is not plain', () => {
  it.each([
    'error-before',
    'error-after',
    'silence-before',
    'silence-after',
    'truncated',
    '429',
    'refuse',
  ] as const)('%s: put off, then given back once', async (fault) => {
    const payment = await pay('pm_card_charged_twice')
    script(fault)
    expect(await run(waitingFor(fault))).toMatchObject({ refunded: 0, parked: 0, alerts: 0 })
    expect(await surplusRows()).toMatchObject([
      { status: 'found', tries: 1, reason: expect.stringMatching(/./), settled: false },
    ])
    expect(await run()).toMatchObject({ refunded: 1 })
    expect([await booked(payment), await heldAtBank(payment)]).toEqual([
      [CAPTURE, SURPLUS, GIVEN_BACK],
      [2400, 0],
    ])
    expect((await owner.query('SELECT FROM gateway_simulator.refund')).rowCount).toBe(1)
  })

  it('waits longer after each try, and is parked after ten, with an alert', async () => {
    const payment = await pay('pm_card_charged_twice')
    script('error-before', { next: 99 })
    for (let tries = 1; tries <= 9; tries++) {
      expect(await run()).toMatchObject({ parked: 0, alerts: 0 })
      const { rows } = await owner.query(
        'SELECT tries, round(extract(epoch FROM next_try_at - now()))::int AS wait FROM surplus_charge',
      )
      expect(rows[0].tries).toBe(tries)
      expect(Math.abs(rows[0].wait - 10 * (2 ** (tries - 1) - 1))).toBeLessThan(5)
      if (tries > 1) expect((await run()).parked, 'it is not due').toBe(0)
      await nextTryNow()
    }
    expect(await run()).toMatchObject({ parked: 1, alerts: 1 })
    expect(await surplusRows()).toMatchObject([{ status: 'parked', tries: 10, settled: true }])
    expect(await run()).toMatchObject({ parked: 0, alerts: 0, refunded: 0 })
    expect(await booked(payment)).toEqual([CAPTURE, SURPLUS])
    expect(await news(payment)).toEqual(['payment.surplus_found', 'payment.surplus_parked'])
    await inBalance()
  })

  it('refused is parked at once, with the bank’s reason', async () => {
    await pay('pm_card_charged_twice')
    expect(
      await run({
        gateway: { ...gateway, refund: async () => ({ kind: 'refused', reason: 'already disputed' }) },
      }),
    ).toMatchObject({
      parked: 1,
      alerts: 1,
    })
    expect(await surplusRows()).toMatchObject([{ status: 'parked', tries: 1, reason: 'already disputed' }])
    expect(told('parked')).toMatchObject([{ reason: 'already disputed' }])
  })

  it('G11 a bank that is not well is left alone after three doubts, and nothing is forgotten', async () => {
    for (let n = 0; n < 5; n++) await pay('pm_card_charged_twice')
    script('error-before', { next: 3 })
    expect(await run()).toMatchObject({ refunded: 0 })
    expect(told('put-off')).toHaveLength(3)
    expect(await run()).toMatchObject({ refunded: 5 })
  })
})

describe('the bank’s list', () => {
  it.each(['error-before', 'silence-before', 'truncated', '429', 'refuse'] as const)(
    '%s: the next run begins at the same place',
    async (fault) => {
      await pay('pm_card_charged_twice')
      script(fault, { on: 'list' })
      expect(await run(waitingFor(fault))).toEqual({ chargesRead: 0, refunded: 0, parked: 0, alerts: 0 })
      expect(told('silent')).toHaveLength(1)
      expect(await run()).toMatchObject({ chargesRead: 2, refunded: 1 })
    },
  )

  it.each([1, 2, 3, 7])(
    'is read to its end over several runs, %i a page and two pages a run',
    async (page) => {
      for (let n = 0; n < 4; n++) await pay()
      await pay('pm_card_charged_twice')
      let looked = 0
      let runs = 0
      for (; told('refunded').length === 0 && runs < 10; runs++)
        looked += (await run({ limits: { page, pages: 2 } })).chargesRead
      expect([looked, told('surplus').length]).toEqual([6, 1])
      expect(runs).toBe(Math.ceil(6 / (2 * page)))
    },
  )

  it('is read from five minutes before the newest charge, not from its beginning', async () => {
    await pay()
    await owner.query(`UPDATE gateway_simulator.charge SET created_at = created_at - interval '1 hour'`)
    await pay()
    expect((await run()).chargesRead).toBe(2)
    expect((await run()).chargesRead).toBe(1)
  })

  it('a charge that shows late is found', async () => {
    await pay()
    await run()
    const late = await chargedTooLate('not_charged')
    await owner.query(
      `UPDATE gateway_simulator.charge SET created_at = created_at - interval '4 minutes' WHERE idempotency_key = $1`,
      [late.gatewayKey],
    )
    expect(await run()).toMatchObject({ refunded: 1 })
  })

  /** What is ahead of the clock by so long: a charge, as the bank dates it. */
  const datedAhead = ({ gatewayKey }: BegunPayment, ahead: string) =>
    owner.query(
      `UPDATE gateway_simulator.charge SET created_at = now() + $2::interval WHERE idempotency_key = $1`,
      [gatewayKey, ahead],
    )

  it.each([500, 1, 2, 3])(
    'charges that the bank dates ahead hide none that come after them, and none is found twice: %i a page',
    async (size) => {
      const limits = { page: size }
      await datedAhead(await pay(), '2 hours')
      await datedAhead(await chargedTooLate('declined'), '3 hours')
      await pay()
      expect(await run({ limits })).toMatchObject({ chargesRead: 3, refunded: 1 })
      expect(told('dated-ahead').length).toBeGreaterThan(0)
      const later = [await pay('pm_card_charged_twice'), await chargedTooLate('not_charged')]
      await pay()
      expect(await run({ limits })).toMatchObject({ refunded: 2, alerts: 0 })
      for (const payment of later) expect((await heldAtBank(payment)).at(-1)).toBe(0)
      expect(await run({ limits })).toMatchObject({ refunded: 0, alerts: 0 })
      expect((await surplusRows()).map(({ status }) => status)).toEqual(Array(3).fill('refunded'))
      await inBalance()
    },
  )

  it('a run that is cut off among charges dated ahead reads on before them', async () => {
    await pay()
    for (const ahead of ['1 hour', '2 hours', '3 hours']) await datedAhead(await pay(), ahead)
    await run({ limits: { page: 1, pages: 3 } })
    const late = await chargedTooLate('declined')
    expect(await run({ limits: { page: 1, pages: 3 } })).toMatchObject({ refunded: 1 })
    expect(await heldAtBank(late)).toEqual([0])
  })

  it('a position that is ahead of the clock is not believed: the list is read again, and nothing is written twice', async () => {
    const twice = await pay('pm_card_charged_twice')
    await run()
    await owner.query(
      `UPDATE reconciliation SET (since, last_charge_at) = (SELECT at, at FROM (SELECT date_trunc('ms', now() + interval '2 hours') AS at) x)`,
    )
    const late = await chargedTooLate('declined')
    expect(await run({ limits: { page: 2 } })).toMatchObject({ chargesRead: 3, refunded: 1, alerts: 0 })
    expect([await booked(twice), await booked(late)]).toEqual([
      [CAPTURE, SURPLUS, GIVEN_BACK],
      [SURPLUS, GIVEN_BACK],
    ])
    const { rows } = await owner.query('SELECT since <= now() AS past FROM reconciliation')
    expect(rows).toEqual([{ past: true }])
  })

  it('a clock of the bank that is a minute ahead is no alarm', async () => {
    await datedAhead(await pay(), '1 minute')
    await run()
    expect(told('dated-ahead')).toEqual([])
  })

  it('a bank without any charge is an empty list, each time', async () => {
    expect([await run(), await run()]).toEqual(
      Array(2).fill({ chargesRead: 0, refunded: 0, parked: 0, alerts: 0 }),
    )
  })
})

describe('W4 a charge of which we know nothing', () => {
  const strayed = async () => {
    await gateway.charge({
      key: uuidv7(),
      amountMinor: 5n,
      currency: 'EUR',
      method: 'pm_card_visa',
      returnUrl: RETURN_URL,
    })
  }

  it('is an alert, once, and no money is made of it', async () => {
    await strayed()
    const before = await owner.query('SELECT count(*) FROM ledger_transaction')
    expect(await run()).toEqual({ chargesRead: 1, refunded: 0, parked: 0, alerts: 1 })
    expect(await run()).toMatchObject({ alerts: 0 })
    expect(told('stray')).toMatchObject([{ charge: { amountMinor: 5n } }])
    expect([await surplusRows(), await openOnes()]).toEqual([[], ['stray']])
    expect((await owner.query('SELECT count(*) FROM ledger_transaction')).rows).toEqual(before.rows)
  })

  it('D14 D20 payments that a failover or a restore has lost: each later charge is named, none is refunded or made up', async () => {
    const lost = [await pay(), await pay()]
    await pay()
    const ids = lost.map(({ id }) => id)
    const client = await owner.connect()
    await client.query('SET session_replication_role = replica')
    await client.query(
      'DELETE FROM entry WHERE transaction_id IN (SELECT id FROM ledger_transaction WHERE payment_id = ANY($1))',
      [ids],
    )
    await client.query('DELETE FROM ledger_transaction WHERE payment_id = ANY($1)', [ids])
    await client.query('DELETE FROM payment WHERE id = ANY($1)', [ids])
    client.release(true)
    expect(await run()).toEqual({ chargesRead: 3, refunded: 0, parked: 0, alerts: 2 })
    const named = told('stray').map((event) => event.kind === 'stray' && event.charge.key)
    expect(named.toSorted()).toEqual(ids.toSorted())
    for (const payment of lost) expect(await heldAtBank(payment)).toEqual([2400])
  })

  it('D14 whose payment comes back is judged then', async () => {
    const payment = await begin()
    await charge(gateway, payment)
    const client = await owner.connect()
    await client.query('SET session_replication_role = replica')
    await client.query('CREATE TEMP TABLE kept AS SELECT * FROM payment WHERE id = $1', [payment.id])
    await client.query('DELETE FROM payment WHERE id = $1', [payment.id])
    expect(await run()).toMatchObject({ alerts: 1 })
    await client.query(
      `INSERT INTO payment SELECT * FROM kept; UPDATE payment SET status = 'declined' WHERE id = (SELECT id FROM kept)`,
    )
    client.release(true)
    expect(await run()).toMatchObject({ alerts: 0, refunded: 1 })
    expect([await openOnes(), await heldAtBank(payment)]).toEqual([[], [0]])
  })

  it('a charge in a currency that we do not know is not touched', async () => {
    const payment = await chargedTooLate('declined')
    await owner.query(`UPDATE gateway_simulator.charge SET currency = 'XXX'`)
    expect(await run()).toMatchObject({ refunded: 0, alerts: 1 })
    expect(await booked(payment)).toEqual([])
  })
})

describe('several reconcilers', () => {
  it('eight at once that get no answer count one try', async () => {
    await pay('pm_card_charged_twice')
    await run({
      gateway: { ...gateway, refund: async () => ({ kind: 'unknown', reason: 'away' }) },
      limits: { refunds: 1 },
    })
    await nextTryNow()
    let heard = () => {}
    const allHeard = new Promise<void>((resolve) => (heard = resolve))
    let asked = 0
    const together: Gateway = {
      ...gateway,
      refund: async () => {
        if (++asked === 8) heard()
        await allHeard
        return { kind: 'unknown', reason: 'away' }
      },
    }
    await Promise.all(Array.from({ length: 8 }, () => run({ gateway: together })))
    expect(await surplusRows()).toMatchObject([{ status: 'found', tries: 2 }])
  })

  it('eight at once record, post and refund each surplus charge once', async () => {
    const payments = [
      await pay('pm_card_charged_twice'),
      await pay('pm_card_charged_twice'),
      await chargedTooLate('declined'),
    ]
    await pay()
    const all = await Promise.all(Array.from({ length: 8 }, () => run({ limits: { page: 2 } })))
    expect(all.reduce((sum, { refunded }) => sum + refunded, 0)).toBe(3)
    for (const payment of payments) {
      expect((await booked(payment)).filter(([kind]) => kind !== 'capture')).toEqual([SURPLUS, GIVEN_BACK])
      expect(await news(payment)).toHaveLength(2)
    }
    expect((await owner.query('SELECT FROM gateway_simulator.refund')).rowCount).toBe(3)
    expect((await surplusRows()).map(({ status }) => status)).toEqual(Array(3).fill('refunded'))
    await inBalance()
  })
})

describe('killed at any step', () => {
  function mortal(at: number, when: 'before' | 'after') {
    const { db: mortalDb, step, survived } = mortalLife(db, at, when)
    const mortalBank: Gateway = {
      ...gateway,
      charges: (query) => step(() => gateway.charges(query)),
      refund: (request) => step(() => gateway.refund(request)),
    }
    return { db: mortalDb, gateway: mortalBank, survived }
  }

  it.each([
    ['before', 500],
    ['after', 500],
    // The next run goes on behind the page that was read last: a charge of it that was not judged is lost.
    ['after', 1],
  ] as const)(
    '%s it takes effect, in pages of %i: the next run ends as if nothing had been',
    async (when, page) => {
      const limits = { page }
      let steps = 0
      for (let at = 1; ; at++) {
        await forgetEverything()
        const twice = await pay('pm_card_charged_twice')
        const late = await chargedTooLate('not_charged')
        const doubtful = await begin()
        await charge(gateway, doubtful)
        await gateway.charge({
          key: uuidv7(),
          amountMinor: 5n,
          currency: 'EUR',
          method: 'pm_card_visa',
          returnUrl: RETURN_URL,
        })
        const life = mortal(at, when)
        const first = await run({ ...life, limits }).catch((error) => error)
        if (!life.survived()) expect(first).toBeInstanceOf(Killed)
        await run({ limits })
        expect(await surplusRows(), `killed at step ${at}`).toMatchObject([
          { status: 'refunded' },
          { status: 'refunded' },
        ])
        expect([await booked(twice), await booked(late)]).toEqual([
          [CAPTURE, SURPLUS, GIVEN_BACK],
          [SURPLUS, GIVEN_BACK],
        ])
        expect([await heldAtBank(twice), await heldAtBank(late), await heldAtBank(doubtful)]).toEqual([
          [2400, 0],
          [0],
          [2400],
        ])
        expect((await openOnes()).toSorted()).toEqual(['in-doubt', 'stray'])
        expect(told('stray').length, 'people have heard of it').toBeGreaterThanOrEqual(at)
        steps = at
        if (life.survived()) break
      }
      expect(steps).toBeGreaterThan(12)
      await inBalance()
    },
  )
})
