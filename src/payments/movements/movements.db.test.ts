import { readFile } from 'node:fs/promises'
import type pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { refund as refundPosting } from '@/ledger/posting'
import { showId, uuidv7 } from '@/lib/id'
import { commit } from '@/platform/commit'
import { type Db, openDb, openPool, sql } from '@/platform/db'
import { findings, isBroken } from '@/platform/integrity'
import { type TestDatabase, testDatabase } from '@/setup/test/database'
import { EVENTS, type EventType } from '@/webhooks/events'
import { endDispute, openDispute, reinstate } from '../../../lab/stripe-double/disputes'
import {
  chargeFee,
  failPayout,
  failRefund,
  payElsewhere,
  payOut,
  refundElsewhere,
} from '../../../lab/stripe-double/payouts'
import { type RunningDouble, startStripeDouble } from '../../../lab/stripe-double/server'
import { charge as chargeAt, settle } from '../charge'
import type { Gateway, MovementsPage } from '../gateway'
import { reconcile } from '../reconciler/reconcile'
import { listRefunds, moveRefund } from '../refund-store'
import { SimulatedBank } from '../simulator/bank'
import * as simulatedDisputes from '../simulator/disputes'
import { simulatorGateway } from '../simulator/gateway'
import * as simulated from '../simulator/movements'
import { type BegunPayment, movePayment, recallPayment } from '../store'
import { StripeCalls } from '../stripe/calls'
import { stripeGateway } from '../stripe/gateway'
import { intentStore } from '../stripe/intents'
import { Killed, mortalLife } from '../testing/mortal'
import { hintDispute, listDisputes } from './dispute-store'
import { type MovementEvent, type MovementsDeps, reconcileMovements } from './reconcile-movements'

const RETURN_URL = 'https://shop.example/checkout/ord_1'
/** 2.9 % and 30 cents of 24.00. */
const FEE = 100n

let database: TestDatabase
let owner: pg.Pool
let bankPool: pg.Pool
let pool: pg.Pool
let db: Db
let double: RunningDouble
let stripe: Gateway
let simulator: Gateway
let merchant: string
let events: MovementEvent[]

beforeAll(async () => {
  database = await testDatabase()
  owner = openPool(database.url, { max: 2, name: 'movements-owner' })
  pool = openPool(database.appUrl, { max: 20, name: 'movements' })
  bankPool = openPool(database.bankUrl, { max: 4, name: 'movements-bank' })
  db = openDb(pool)
  simulator = simulatorGateway({ bank: new SimulatedBank(bankPool), timeoutMs: 10_000 })
})
afterAll(async () => {
  await db.$disconnect()
  await Promise.all([pool.end(), owner.end(), bankPool.end()])
  await database.drop()
})
beforeEach(async () => {
  events = []
  merchant = uuidv7()
  await forgetEverything()
  await owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Shop')`, [merchant])
  await db.$executeRaw(openAccounts(merchant, 'EUR'))
  await double?.close()
  double = await startStripeDouble()
  const { hostname: host, port } = new URL(double.url)
  const address = { host, port: Number(port), protocol: 'http' } as const
  stripe = stripeGateway({
    intents: intentStore(db),
    calls: new StripeCalls({ secretKey: 'sk_test_double', address, perSecond: 1_000 }),
    mode: 'test',
    timeoutMs: 5_000,
  })
})
afterAll(() => double.close())

/** The books as at the beginning; a merchant of its own for each test keeps the rest apart. */
const forgetEverything = async () => {
  const client = await owner.connect()
  await client.query(`SET session_replication_role = replica`)
  await client.query(
    `TRUNCATE dispute_loss, dispute, bank_movement, gateway_simulator.lost_dispute, gateway_simulator.charge, gateway_simulator.request, gateway_simulator.refund, gateway_simulator.movement,
       surplus_charge, open_charge, reconciliation, stripe_intent`,
  )
  client.release(true)
}

const run = (changes: Partial<MovementsDeps> = {}) =>
  reconcileMovements({
    db,
    gateway: stripe,
    newId: uuidv7,
    owner: async () => merchant,
    report: (event) => void events.push(event),
    ...changes,
  })
const told = (kind: MovementEvent['kind']) => events.filter((event) => event.kind === kind)

/** A payment as it is begun; nobody has asked the bank yet. */
async function begin(method = 'pm_card_visa'): Promise<BegunPayment> {
  const id = uuidv7()
  await owner.query(`INSERT INTO orders (merchant_id, id, currency, amount) VALUES ($1, $2, 'EUR', 2400)`, [
    merchant,
    id,
  ])
  await db.$executeRaw(sql`
    INSERT INTO payment (merchant_id, id, order_id, record_id, amount, currency, method, gateway_key, receipt_token)
    VALUES (${merchant}::uuid, ${id}::uuid, ${id}::uuid, 'r', 2400, 'EUR', ${method}, ${id}, ${id})`)
  return (await recallPayment(db, merchant, id)) as BegunPayment
}

/** A payment that was charged and settled, as the product does it. */
async function pay(at = stripe, method = 'pm_card_visa'): Promise<BegunPayment> {
  const payment = await begin(method)
  await settleNow(payment, at)
  return payment
}

async function settleNow(payment: BegunPayment, at = stripe): Promise<void> {
  const outcome = await chargeAt(at, payment, RETURN_URL)
  expect(await commit(db, settle(payment, outcome, uuidv7).writes)).toEqual({ committed: true })
}

const refOf = async ({ id }: BegunPayment): Promise<string> =>
  (await owner.query('SELECT gateway_ref FROM payment WHERE id = $1', [id])).rows[0].gateway_ref

/** A refund as the product makes it; `settled` false: its answer was lost. */
async function refund(payment: BegunPayment, amount: bigint, at = stripe, settled = true): Promise<string> {
  const id = uuidv7()
  const ref = await refOf(payment)
  await db.$executeRaw(sql`
    INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key)
    VALUES (${merchant}::uuid, ${id}::uuid, ${payment.id}::uuid, 'r', ${amount}::bigint, 'EUR', ${ref}, ${id})`)
  const outcome = await at.refund({ key: id, ref, amountMinor: amount, currency: 'EUR' })
  if (settled && outcome.kind === 'refunded') await settleRefund(id, payment, amount, outcome.ref)
  return id
}

async function settleRefund(id: string, payment: BegunPayment, amount: bigint, gatewayRef: string) {
  const transactionId = uuidv7()
  const posting = refundPosting({
    merchantId: merchant,
    paymentId: payment.id,
    money: { minor: amount, currency: 'EUR' },
    description: 'Refund',
  })
  const moved = moveRefund({ merchantId: merchant, id }, 'succeeded', { gatewayRef, transactionId })
  expect(await commit(db, [moved, ...post(posting, transactionId)])).toEqual({ committed: true })
}

const bankRefund = async (id: string): Promise<string> =>
  (await owner.query('SELECT gateway_ref FROM refund WHERE id = $1', [id])).rows[0].gateway_ref

const movements = async (): Promise<string[]> =>
  (
    await owner.query(
      `SELECT kind || ' ' || amount - fee || ' ' || state || ': ' || rule AS line FROM bank_movement WHERE merchant_id = $1
       ORDER BY happened_at, noticed_at, kind`,
      [merchant],
    )
  ).rows.map(({ line }) => line)

/** Balances that are not zero. */
const balances = async (): Promise<Record<string, number>> =>
  Object.fromEntries(
    (
      await owner.query(
        `SELECT a.code, sum(e.amount)::int AS sum FROM entry e JOIN account a ON (a.merchant_id, a.id) = (e.merchant_id, e.account_id)
         WHERE e.merchant_id = $1 GROUP BY a.code HAVING sum(e.amount) <> 0`,
        [merchant],
      )
    ).rows.map(({ code, sum }) => [code, sum]),
  )

const VIEWS = [
  'bank_movement_equals_its_posting',
  'bank_movement_is_posted_once',
  'clearing_account_is_the_sum_of_movements',
  'returned_refund_is_reversed',
  'lost_dispute_is_posted',
  'held_in_disputes_is_the_sum_of_disputes',
  'refunds_are_within_their_payment',
  'refund_is_posted',
  'surplus_charge_is_posted',
]

const broken = async (): Promise<string[]> => {
  const found = await Promise.all(
    VIEWS.map(async (view) => {
      const { rows } = await owner.query(
        `SELECT detail FROM integrity_across.${view} WHERE merchant_id = $1`,
        [merchant],
      )
      return rows.map(({ detail }) => `${view}: ${detail}`)
    }),
  )
  return found.flat()
}

const inBalance = async () => {
  expect(await broken()).toEqual([])
  expect((await findings(db, ['ledger'], merchant)).filter(isBroken)).toEqual([])
}

const eventsSent = async (type: string) =>
  (
    await owner.query('SELECT payload FROM outbox_event WHERE merchant_id = $1 AND type = $2', [
      merchant,
      type,
    ])
  ).rows

describe('what we did ourselves is matched', () => {
  it('charges and a refund, with the fee that was posted; a second run has nothing to do', async () => {
    const first = await pay()
    await pay()
    await refund(first, 1_000n)
    expect(await run()).toEqual({ read: 3, differences: 0 })
    expect(await movements()).toEqual([
      'charge 2300 matched: a payment',
      'charge 2300 matched: a payment',
      'refund -1000 matched: a refund',
    ])
    const before = await balances()
    expect(before.gateway_clearing).toBe(Number(2n * (2_400n - FEE)) - 1_000)
    await run()
    expect([await balances(), told('movement-posted')]).toEqual([before, []])
    await inBalance()
  })

  it('a payment in doubt waits, and is matched once it is settled', async () => {
    const payment = await begin()
    await chargeAt(stripe, payment, RETURN_URL)
    expect(await run()).toMatchObject({ differences: 0 })
    expect(await movements()).toEqual(['charge 2300 open: its payment is not settled yet'])
    await settleNow(payment)
    await run()
    expect(await movements()).toEqual(['charge 2300 matched: a payment'])
    await inBalance()
  })

  it('a refund whose answer was lost waits, and is matched once it is settled', async () => {
    const payment = await pay()
    const id = await refund(payment, 500n, stripe, false)
    await run()
    expect(await movements()).toContain('refund -500 open: its refund is not settled yet')
    await settleRefund(id, payment, 500n, double.account.refunds[0]?.id ?? '')
    await run()
    expect(await movements()).toContain('refund -500 matched: a refund')
    await inBalance()
  })

  it('a surplus charge, given back: the fee of both is posted beside them', async () => {
    await pay(simulator, 'pm_card_charged_twice')
    await run({ gateway: simulator })
    expect(await movements()).toContain('charge 2400 open: its payment is not settled yet')
    await reconcile({ db, gateway: simulator, newId: uuidv7, report: () => undefined })
    expect(await run({ gateway: simulator })).toMatchObject({ differences: 0 })
    expect((await movements()).toSorted()).toEqual([
      'charge 2364 matched: a payment',
      'charge 2400 matched: a surplus charge',
      'refund -2400 matched: a surplus charge given back',
    ])
    await inBalance()
  })

  it('a late charge of a payment that ended unpaid has a fee that nobody posted: it is posted beside it', async () => {
    const payment = await begin()
    await commit(db, [movePayment(payment, 'declined')])
    await chargeAt(simulator, payment, RETURN_URL)
    await reconcile({ db, gateway: simulator, newId: uuidv7, report: () => undefined })
    await run({ gateway: simulator })
    expect((await movements()).toSorted()).toEqual([
      'charge 2364 matched: a surplus charge',
      'refund -2400 matched: a surplus charge given back',
    ])
    expect(await balances()).toEqual({ gateway_clearing: -36, processing_fees: 36 })
    await inBalance()
  })
})

describe('a refund that fails weeks later', () => {
  it('is reversed once: mark, reversal and event in one commit, and the payment can be refunded again', async () => {
    const payment = await pay()
    const id = await refund(payment, 1_000n)
    await run()
    failRefund(double.account, await bankRefund(id))
    expect(await run()).toMatchObject({ differences: 0 })
    expect((await movements()).at(-1)).toBe(
      'refund_failure 1000 explained: a refund that the card’s bank returned',
    )
    expect(await balances()).toEqual({ gateway_clearing: 2_300, processing_fees: 100, sales: -2_400 })
    const { rows } = await owner.query('SELECT refunded_amount::int AS n FROM payment WHERE id = $1', [
      payment.id,
    ])
    expect(rows).toEqual([{ n: 0 }])
    const [shown] = await listRefunds(db, merchant, { paymentId: payment.id, after: null, limit: 5 })
    expect(shown?.status).toBe('returned')
    await run()
    expect(await eventsSent('refund.returned')).toHaveLength(1)
    await inBalance()
    await refund(payment, 2_400n)
    await run()
    await inBalance()
  })

  it('is found with its refund in one page', async () => {
    const id = await refund(await pay(), 1_000n)
    failRefund(double.account, await bankRefund(id))
    await run()
    expect(await eventsSent('refund.returned')).toHaveLength(1)
    await inBalance()
  })

  it('on the simulated bank too', async () => {
    const id = await refund(await pay(simulator), 1_000n, simulator)
    expect(await simulated.failRefund(bankPool, await bankRefund(id))).toBe(true)
    expect(await simulated.failRefund(bankPool, await bankRefund(id))).toBe(false)
    await run({ gateway: simulator })
    expect(await eventsSent('refund.returned')).toHaveLength(1)
    await inBalance()
  })
})

describe('what happened at the bank itself is posted as such', () => {
  it('a payout empties the clearing account; one that comes back fills it again', async () => {
    await pay()
    const payout = payOut(double.account, 'eur')
    await run()
    expect(await balances()).toMatchObject({ bank_account: 2_300 })
    expect(await balances()).not.toHaveProperty('gateway_clearing')
    failPayout(double.account, payout)
    await run()
    expect(await balances()).toMatchObject({ gateway_clearing: 2_300 })
    expect(await balances()).not.toHaveProperty('bank_account')
    await inBalance()
  })

  it('a payout of the simulated bank', async () => {
    await pay(simulator)
    expect(await simulated.payOut(bankPool, 'EUR')).toBe(2_364n)
    expect(await simulated.payOut(bankPool, 'EUR')).toBe(0n)
    await run({ gateway: simulator })
    expect(await balances()).toEqual({ bank_account: 2_364, processing_fees: 36, sales: -2_400 })
    await inBalance()
  })

  it('a fee of its own', async () => {
    await pay()
    chargeFee(double.account, 250, 'eur')
    await run()
    expect(await balances()).toMatchObject({ processing_fees: 350, gateway_clearing: 2_050 })
    await inBalance()
  })

  it('a payment in its own dashboard, and a refund of that', async () => {
    await pay()
    const elsewhere = await payElsewhere(double.account, 5_000, 'eur')
    await refundElsewhere(double.account, elsewhere, 1_000)
    expect(await run()).toMatchObject({ differences: 0 })
    expect(await balances()).toMatchObject({ bank_sales: -4_000 })
    await inBalance()
  })

  it('a refund of our payment: a refund like any other, told to the merchant, and no more is refundable than is left', async () => {
    const payment = await pay()
    await refundElsewhere(double.account, await refOf(payment), 2_000)
    await run()
    await run()
    const refunds = await listRefunds(db, merchant, { paymentId: payment.id, after: null, limit: 5 })
    expect(refunds).toMatchObject([
      { status: 'succeeded', amount: 2_000n, reason: 'Made at the bank itself' },
    ])
    expect(await eventsSent('refund.succeeded')).toHaveLength(1)
    expect(await balances()).toMatchObject({ refunds: 2_000 })
    await expect(refund(payment, 401n)).rejects.toThrow('payment_refunded_amount')
    await inBalance()
    failRefund(double.account, refunds[0] ? await bankRefund(refunds[0].id) : '')
    await run()
    expect(await balances()).not.toHaveProperty('refunds')
    await inBalance()
  })

  it('a refund beside one of ours that holds the rest waits until ours has ended', async () => {
    const payment = await pay()
    await refundElsewhere(double.account, await refOf(payment), 2_000)
    const ours = await refund(payment, 2_000n, stripe, false)
    await run()
    expect((await movements()).at(-1)).toBe('refund -2000 open: other refunds of the payment are under way')
    await commit(db, [moveRefund({ merchantId: merchant, id: ours }, 'failed')])
    await run()
    expect((await movements()).at(-1)).toBe('refund -2000 explained: a refund made at the bank itself')
    await inBalance()
  })
})

const disputes = async () => (await listDisputes(db, merchant, { limit: 50 })).toReversed()
/** A dispute that is not settled is looked at again hours later. */
const hoursLater = () =>
  owner.query(`UPDATE dispute SET next_check_at = now() WHERE next_check_at IS NOT NULL`)
/** Beside the balances of one payment of 24.00 whose dispute cost 15.00. */
const DISPUTED = { gateway_clearing: -1_600, processing_fees: 1_600, sales: -2_400 }

describe('a dispute', () => {
  const opened = async () => openDispute(double.account, await refOf(await pay()))

  it('holds the amount and costs a fee; won, the amount is back', async () => {
    const dispute = await opened()
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    expect(await disputes()).toMatchObject([
      { ref: dispute.id, state: 'open', takenMinor: 2_400n, lostMinor: 0n, checkedAt: expect.any(Date) },
    ])
    endDispute(double.account, dispute, 'won')
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, gateway_clearing: 800 })
    expect(await disputes()).toMatchObject([{ state: 'won', takenMinor: 0n, lostMinor: 0n }])
    await inBalance()
  })

  it('is lost, and no event says so: it is asked for hours later, and the loss is posted once', async () => {
    const dispute = await opened()
    await run()
    endDispute(double.account, dispute, 'lost')
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    await hoursLater()
    await run()
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_lost: 2_400 })
    expect(await disputes()).toMatchObject([{ state: 'lost', takenMinor: 2_400n, lostMinor: 2_400n }])
    expect(told('dispute-posted')).toEqual([
      { kind: 'dispute-posted', dispute: dispute.id, lostMinor: 2_400n },
    ])
    await inBalance()
  })

  it('an event has it asked for at once', async () => {
    const dispute = await opened()
    await run()
    endDispute(double.account, dispute, 'lost')
    await hintDispute(db, 'stripe', dispute.id)
    await hintDispute(db, 'stripe', 'dp_nobody')
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_lost: 2_400 })
    await hintDispute(db, 'stripe', dispute.id)
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_lost: 2_400 })
    await inBalance()
  })

  it.each(['lost', 'won', 'warning_closed'] as const)(
    'was %s before its movement was read: one run is enough',
    async (end) => {
      endDispute(double.account, await opened(), end)
      await run()
      expect(await disputes()).toMatchObject([{ state: end === 'warning_closed' ? 'closed' : end }])
      expect(await balances()).toEqual(
        {
          lost: { ...DISPUTED, disputes_lost: 2_400 },
          won: { ...DISPUTED, gateway_clearing: 800 },
          // The bank has not given the money back: nobody knows that it is lost.
          warning_closed: { ...DISPUTED, disputes_held: 2_400 },
        }[end],
      )
      await inBalance()
    },
  )

  it.each([
    ['and the dispute is won after all', 'won', 2_400],
    ['and the bank goes on calling it lost', 'lost', 2_400],
    ['in part', 'lost', 1_000],
  ] as const)('was lost, and is given back later, %s', async (_, status, back) => {
    const dispute = await opened()
    endDispute(double.account, dispute, 'lost')
    await run()
    dispute.status = status
    reinstate(double.account, dispute, back)
    await run()
    await run()
    const lost = 2_400 - back
    expect(await balances()).toEqual({
      ...DISPUTED,
      gateway_clearing: back - 1_600,
      ...(lost > 0 ? { disputes_lost: lost } : {}),
    })
    expect(await disputes()).toMatchObject([{ state: status, lostMinor: BigInt(lost) }])
    expect(told('dispute-posted')).toHaveLength(2)
    await inBalance()
  })

  /** Events of disputes that wait to be sent, in order, with what they say. */
  const saidOfDisputes = async () => {
    const { rows } = await owner.query(
      `SELECT type, subject_id, payload FROM outbox_event WHERE merchant_id = $1 AND type LIKE 'dispute.%' ORDER BY id`,
      [merchant],
    )
    return rows.map(({ type, subject_id: subject, payload }) => {
      // Each is as the document says.
      EVENTS[type as EventType].data.parse(JSON.parse(payload))
      return { type, subject, ...JSON.parse(payload) }
    })
  }
  const typesTold = async () => (await saidOfDisputes()).map(({ type }) => type)

  it('is told to its merchant when it is opened and when it is lost, once each, in the commit that says so', async () => {
    const payment = await pay()
    const charge = await refOf(payment)
    const dispute = openDispute(double.account, charge)
    await run()
    await hoursLater()
    await run()
    const said = {
      dispute: dispute.id,
      payment: showId('pay', payment.id),
      charge,
      amount: 2_400,
      currency: 'EUR',
    }
    const opened = { type: 'dispute.opened', subject: payment.id, ...said, status: 'opened' }
    expect(await saidOfDisputes()).toEqual([opened])
    endDispute(double.account, dispute, 'lost')
    await hoursLater()
    await Promise.all([run(), run(), run()])
    await run()
    expect(await saidOfDisputes()).toEqual([opened, { ...opened, type: 'dispute.lost', status: 'lost' }])
  })

  it.each([
    ['won', 'dispute.won'],
    ['lost', 'dispute.lost'],
    ['warning_closed', 'dispute.closed'],
  ] as const)('that was %s before anybody had asked is told as opened, and as %s', async (end, type) => {
    endDispute(double.account, await opened(), end)
    await run()
    expect(await typesTold()).toEqual(['dispute.opened', type])
  })

  it('is told with what was disputed, whatever came back, and again when an appeal opens it', async () => {
    const dispute = await opened()
    endDispute(double.account, dispute, 'won')
    await run()
    dispute.status = 'under_review'
    await hintDispute(db, 'stripe', dispute.id)
    await run()
    expect((await saidOfDisputes()).map(({ type, amount }) => `${type} ${amount}`)).toEqual([
      'dispute.opened 2400',
      'dispute.won 2400',
      'dispute.opened 2400',
    ])
  })

  it('of a charge that is no payment of ours is told without one', async () => {
    await pay()
    openDispute(double.account, await payElsewhere(double.account, 2_400, 'eur'))
    await run()
    expect(await saidOfDisputes()).toMatchObject([{ type: 'dispute.opened', payment: null, amount: 2_400 }])
  })

  it('is not told before the bank has said how it stands', async () => {
    await opened()
    await run({ gateway: { ...stripe, dispute: async () => ({ kind: 'unknown', reason: 'away' }) } })
    expect(await typesTold()).toEqual([])
    await hoursLater()
    await run()
    expect(await typesTold()).toEqual(['dispute.opened'])
  })

  it('was lost, is called won before its money is back, and then it comes', async () => {
    const dispute = await opened()
    endDispute(double.account, dispute, 'lost')
    await run()
    dispute.status = 'won'
    await hintDispute(db, 'stripe', dispute.id)
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    await inBalance()
    reinstate(double.account, dispute, 2_400)
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, gateway_clearing: 800 })
    await inBalance()
  })

  it.each([
    ['does not answer', { kind: 'unknown', reason: 'away' }, 'dispute-silent'],
    ['knows nothing of it', { kind: 'absent' }, 'dispute-unclear'],
  ] as const)('of which the bank %s: nothing is posted, and it is asked again', async (_, answer, kind) => {
    endDispute(double.account, await opened(), 'lost')
    await run({ gateway: { ...stripe, dispute: async () => answer } })
    expect(told(kind)).toHaveLength(1)
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    await hoursLater()
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_lost: 2_400 })
    await inBalance()
  })

  it('of a status that nobody knows is in doubt, and no end', async () => {
    const dispute = await opened()
    dispute.status = 'half_won' as never
    await run()
    expect(told('dispute-silent')).toMatchObject([{ reason: 'the dispute is half_won at Stripe' }])
    expect(await balances()).toEqual({ ...DISPUTED, disputes_held: 2_400 })
    await inBalance()
  })

  it('whose movement comes while the bank is being asked is looked at again', async () => {
    const dispute = await opened()
    await run()
    endDispute(double.account, dispute, 'lost')
    await hintDispute(db, 'stripe', dispute.id)
    let asked = false
    const meanwhile: Gateway = {
      ...stripe,
      dispute: async (ref) => {
        const found = await stripe.dispute(ref)
        if (!asked) {
          asked = true
          reinstate(double.account, dispute, 400)
          await run()
        }
        return found
      },
    }
    await run({ gateway: meanwhile })
    expect(await balances()).toEqual({ ...DISPUTED, gateway_clearing: -1_200, disputes_lost: 2_000 })
    expect(told('dispute-posted')).toHaveLength(1)
    await inBalance()
  })

  it('of a version before: its row comes with the migration’s own statement, and the loss is posted', async () => {
    const dispute = await opened()
    await run({ disputesMax: 0 })
    endDispute(double.account, dispute, 'lost')
    const client = await owner.connect()
    await client.query('SET session_replication_role = replica')
    await client.query('DELETE FROM dispute')
    client.release(true)
    const migration = await readFile('prisma/migrations/0055_disputes/migration.sql', 'utf8')
    const [backfill = ''] = /INSERT INTO dispute \(.*?\n {2}SELECT DISTINCT[^;]*;/s.exec(migration) ?? []
    await owner.query(backfill)
    await run()
    expect(await balances()).toEqual({ ...DISPUTED, disputes_lost: 2_400 })
    await inBalance()
  })

  it('on the simulated bank: won, lost, and lost and then won', async () => {
    const bankDispute = async () => simulatedDisputes.dispute(bankPool, await refOf(await pay(simulator)))
    const [won, lost, both] = [await bankDispute(), await bankDispute(), await bankDispute()]
    await run({ gateway: simulator })
    expect(await balances()).toMatchObject({ disputes_held: 7_200 })
    await simulatedDisputes.winDispute(bankPool, won)
    await simulatedDisputes.loseDispute(bankPool, lost)
    await simulatedDisputes.loseDispute(bankPool, both)
    await hoursLater()
    await run({ gateway: simulator })
    expect(await balances()).toMatchObject({ disputes_lost: 4_800 })
    expect(await balances()).not.toHaveProperty('disputes_held')
    await simulatedDisputes.winDispute(bankPool, both)
    await run({ gateway: simulator })
    expect(await balances()).toMatchObject({ disputes_lost: 2_400 })
    await inBalance()
  })
})

describe('a difference', () => {
  const strayed = () =>
    stripe.charge({
      key: uuidv7(),
      amountMinor: 2_400n,
      currency: 'EUR',
      method: 'pm_card_visa',
      returnUrl: RETURN_URL,
    })

  it('is an alert, once, and posts nothing', async () => {
    await strayed()
    expect(await run()).toMatchObject({ differences: 1 })
    expect(await run()).toMatchObject({ differences: 0 })
    expect(told('difference')).toMatchObject([{ rule: 'a charge under a key that we do not know' }])
    expect(await balances()).toEqual({})
    await inBalance()
  })

  it('whose payment comes back from a backup is matched then', async () => {
    const payment = await pay()
    const client = await owner.connect()
    await client.query('SET session_replication_role = replica')
    await client.query('CREATE TEMP TABLE kept AS SELECT * FROM payment WHERE id = $1', [payment.id])
    await client.query('DELETE FROM payment WHERE id = $1', [payment.id])
    expect(await run()).toMatchObject({ differences: 1 })
    await client.query('INSERT INTO payment SELECT * FROM kept')
    client.release(true)
    await run()
    expect(await movements()).toEqual(['charge 2300 matched: a payment'])
    await inBalance()
  })

  it.each<[string, () => unknown, string]>([
    [
      'another fee than was posted',
      () => Object.assign(double.account.balances[0] ?? {}, { fee: 101, net: 2_299 }),
      'the payment was posted with another fee',
    ],
    [
      'another amount than was posted',
      () => Object.assign(double.account.balances[0] ?? {}, { amount: 2_401, net: 2_301 }),
      'the payment has another amount',
    ],
    [
      'a kind that we do not know',
      () => Object.assign(double.account.balances[0] ?? {}, { type: 'climate_order_purchase' }),
      'a kind of movement that we do not know',
    ],
    [
      'a currency that we do not know',
      () => Object.assign(double.account.balances[0] ?? {}, { currency: 'xxx' }),
      'a currency that we do not know',
    ],
  ])('%s', async (_, change, rule) => {
    await pay()
    change()
    expect(await run()).toMatchObject({ differences: 1 })
    expect(told('difference')).toMatchObject([{ rule }])
  })
})

describe('the list', () => {
  it.each([1, 2, 3])('is read to its end over several runs, %i a page and two pages a run', async (page) => {
    for (let n = 0; n < 3; n++) await pay()
    payOut(double.account, 'eur')
    let runs = 0
    for (; (await movements()).length < 4 && runs < 9; runs++) await run({ limits: { page, pages: 2 } })
    expect(runs).toBe(Math.ceil(4 / (2 * page)))
    await inBalance()
  })

  it.each<[string, MovementsPage]>([
    ['no answer', { kind: 'unknown', reason: 'away' }],
    ['no such list', { kind: 'unlisted' }],
  ])('%s: nothing is concluded, and the next run begins at the same place', async (_, page) => {
    await pay()
    expect(await run({ gateway: { ...stripe, movements: async () => page } })).toEqual({
      read: 0,
      differences: 0,
    })
    expect(await run()).toMatchObject({ read: 1 })
  })

  it('no merchant yet: nothing is read', async () => {
    await pay()
    expect(await run({ owner: async () => null })).toEqual({ read: 0, differences: 0 })
  })

  it('a movement that the bank dates ahead of the clock hides none that comes after it', async () => {
    await pay(simulator)
    await owner.query(`UPDATE gateway_simulator.charge SET created_at = now() + interval '2 hours'`)
    await run({ gateway: simulator, limits: { page: 1 } })
    await pay(simulator)
    await run({ gateway: simulator, limits: { page: 1 } })
    expect(await movements()).toHaveLength(2)
    await inBalance()
  })
})

/** One of each kind. @returns how many movements there are */
async function everything(): Promise<number> {
  const payment = await pay()
  const id = await refund(payment, 1_000n)
  failRefund(double.account, await bankRefund(id))
  await refundElsewhere(double.account, await refOf(payment), 300)
  const elsewhere = await payElsewhere(double.account, 5_000, 'eur')
  await refundElsewhere(double.account, elsewhere, 1_000)
  chargeFee(double.account, 250, 'eur')
  endDispute(double.account, openDispute(double.account, await refOf(await pay())), 'won')
  endDispute(double.account, openDispute(double.account, await refOf(await pay())), 'lost')
  const returned = openDispute(double.account, await refOf(await pay()))
  endDispute(double.account, returned, 'lost')
  reinstate(double.account, returned, 900)
  payOut(double.account, 'eur')
  return double.account.balances.length
}

const END = {
  bank_account: 4_075,
  bank_sales: -4_000,
  disputes_lost: 3_900,
  processing_fees: 5_325,
  refunds: 300,
  sales: -9_600,
}

it('eight workers at once post each movement once', async () => {
  const count = await everything()
  await Promise.all(Array.from({ length: 8 }, () => run({ limits: { page: 3 } })))
  await run()
  expect([(await movements()).length, await balances()]).toEqual([count, END])
  expect(await eventsSent('refund.returned')).toHaveLength(1)
  await inBalance()
})

describe('killed at any step', () => {
  function mortal(at: number, when: 'before' | 'after') {
    const { db: mortalDb, step, survived } = mortalLife(db, at, when)
    const gateway: Gateway = {
      ...stripe,
      movements: (query) => step(() => stripe.movements(query)),
      dispute: (ref) => step(() => stripe.dispute(ref)),
    }
    return { db: mortalDb, gateway, survived }
  }

  it.each(['before', 'after'] as const)(
    '%s it takes effect: the next run ends as if nothing had been',
    async (when) => {
      const count = await everything()
      let steps = 0
      for (let at = 1; ; at++) {
        const life = mortal(at, when)
        await run({ ...life, limits: { page: 4 } }).catch((error: unknown) => {
          if (!(error instanceof Killed)) throw error
        })
        expect(await broken(), `killed at step ${at}`).toEqual([])
        if (life.survived()) break
        steps++
      }
      expect(steps).toBeGreaterThan(10)
      expect([(await movements()).length, await balances()]).toEqual([count, END])
      expect(await eventsSent('refund.returned')).toHaveLength(1)
      await inBalance()
    },
  )
})

describe('the invariants notice', () => {
  const tamper = async (text: string) => {
    const client = await owner.connect()
    await client.query('SET session_replication_role = replica')
    await client.query(text)
    client.release(true)
  }

  it.each<[string, string, string]>([
    [
      'a movement of another amount than its posting',
      `UPDATE bank_movement SET amount = amount + 1 WHERE kind = 'charge'`,
      'bank_movement_equals_its_posting',
    ],
    [
      'a sum that is not the bank’s',
      `UPDATE bank_movement SET fee = fee + 1 WHERE kind = 'fee'`,
      'clearing_account_is_the_sum_of_movements',
    ],
    [
      'a posting that the bank never listed',
      `DELETE FROM bank_movement WHERE kind = 'refund'; UPDATE ledger_transaction SET posted_at = now() - interval '2 hours'`,
      'clearing_account_is_the_sum_of_movements',
    ],
    [
      'a posting of no movement',
      `DELETE FROM bank_movement WHERE kind = 'payout'`,
      'bank_movement_is_posted_once',
    ],
    [
      'a posting of two movements',
      `DROP INDEX bank_movement_merchant_id_transaction_id_key; UPDATE bank_movement SET transaction_id = (SELECT transaction_id FROM bank_movement WHERE kind = 'payout' LIMIT 1) WHERE kind = 'fee'`,
      'bank_movement_is_posted_once',
    ],
    [
      'a loss that was posted twice',
      `INSERT INTO dispute_loss (merchant_id, gateway, ref, number, amount, transaction_id) SELECT merchant_id, gateway, ref, 9, amount, gen_random_uuid() FROM dispute_loss LIMIT 1`,
      'lost_dispute_is_posted',
    ],
    ['a lost dispute without a loss', `DELETE FROM dispute_loss`, 'lost_dispute_is_posted'],
    [
      'a loss that is not what was held',
      `UPDATE dispute_loss SET amount = amount + 1`,
      'held_in_disputes_is_the_sum_of_disputes',
    ],
    [
      'a mark without a reversal',
      `UPDATE refund SET returned_at = NULL, return_transaction_id = NULL`,
      'returned_refund_is_reversed',
    ],
  ])('%s', async (_, text, view) => {
    await everything()
    await run()
    await inBalance()
    await tamper(text)
    expect((await broken()).map((line) => line.split(':')[0])).toContain(view)
  })
})

describe('the database keeps what was posted', () => {
  it.each([
    ['a matched movement', `UPDATE bank_movement SET rule = 'x'`],
    ['what the bank said', `UPDATE bank_movement SET amount = 1`],
    ['a mark of a refund, twice', `UPDATE refund SET returned_at = now()`],
    ['a mark without its reversal', `UPDATE refund SET returned_at = now(), return_transaction_id = NULL`],
  ])('%s does not change', async (_, text) => {
    const id = await refund(await pay(), 1_000n)
    failRefund(double.account, await bankRefund(id))
    await run()
    await expect(owner.query(text)).rejects.toThrow(/may not change|violates/)
  })
})
