import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { type RefundBalance, refundBalance, setBalanceLimit } from '@/payments/balance-limit'
import { dispute } from '@/payments/simulator/disputes'
import { openDb, openPool } from '@/platform/db'
import { check } from '@/setup/verify'
import { buildDeps, type Deps } from './deps'
import { callProcedure, newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

/** A limit below which refunds may not take the balance at the bank: decision 0084. */
let product: TestProduct
/** Another server on the same database. */
let second: Deps

const BY = { name: 'operator:test', address: null, requestId: 'q' }

beforeAll(async () => {
  product = await openTestProduct()
  second = buildDeps(product.deps.env)
})
afterAll(async () => {
  await everythingHolds()
  await second.close()
  await product.close()
})
beforeEach(async () => {
  vi.restoreAllMocks()
  expect(await limit(null)).toEqual({ kind: 'set' })
})

async function everythingHolds(): Promise<void> {
  const pool = openPool(product.owner.options.connectionString as string, { max: 1, name: 'verify' })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
}

const limit = async (leastMinor: bigint | null, shownMinor?: bigint | null) => {
  const { db } = product.deps
  const now = (await refundBalance(db, product.merchantId, 'EUR'))?.leastMinor ?? null
  const shown = shownMinor === undefined ? now : shownMinor
  return setBalanceLimit(
    db,
    { merchantId: product.merchantId, currency: 'EUR', shownMinor: shown, leastMinor, by: BY },
    uuidv7,
  )
}
const balance = async () =>
  (await refundBalance(product.deps.db, product.merchantId, 'EUR'))?.availableMinor ?? 0n

/** A new payment of €24.00. */
async function paid(): Promise<string> {
  const body = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  return (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })).body.id
}
const refund = (payment: string, key = uuidv7(), body: object = {}) =>
  product.api('POST', `/api/v1/payments/${payment}/refunds`, body, { 'idempotency-key': key })

/** A refund of all of a payment, by one of the two servers. */
async function refundAt({ engine, operations }: Deps, payment: string): Promise<string> {
  const { merchantId } = product
  const paymentId = readId('pay', payment) as string
  const reply = await engine.run(operations.refund, {
    scope: { merchantId, actor: 'api' },
    key: uuidv7(),
    input: { merchantId, paymentId, amount: null, reason: null },
    source: 'api',
    requestId: 'q',
  })
  return reply.kind === 'problem' ? reply.problem.kind : (reply.answer.problem ?? 'refunded')
}
const atBank = async () =>
  Number((await product.owner.query('SELECT count(*) FROM gateway_simulator.refund')).rows[0].count)

describe('a limit of the balance', () => {
  it('L3 50 refunds of 50 payments at once, on two servers: as many as fit, and the bank is asked for no other', async () => {
    const payments = await Promise.all(Array.from({ length: 50 }, paid))
    const least = (await balance()) - 10n * 2400n
    expect(await limit(least)).toEqual({ kind: 'set' })
    const asked = await atBank()
    const ends = await Promise.all(
      payments.map((payment, n) => refundAt(n % 2 ? product.deps : second, payment)),
    )
    const count = (kind: string) => ends.filter((end) => end === kind).length
    expect([count('refunded'), count('balance-too-low')]).toEqual([10, 40])
    expect([await balance(), await atBank()]).toEqual([least, asked + 10])
    // Nothing was written for the others, and nothing was taken from their payments.
    expect(await product.count('payments', `refunded_amount = 0`)).toBeGreaterThanOrEqual(40)
    await everythingHolds()
  })

  it('refuses a refund in words, and leaves its key free', async () => {
    const payment = await paid()
    await limit((await balance()) - 1000n)
    const key = uuidv7()
    const refused = await refund(payment, key)
    expect([refused.status, refused.body]).toEqual([
      409,
      expect.objectContaining({
        kind: 'balance-too-low',
        retry: 'after-fixing',
        safeNewKey: true,
        left: 1000,
        limit: Number((await balance()) - 1000n),
        currency: 'EUR',
        account: expect.stringMatching(/^acc_/),
        detail: expect.stringMatching(
          /^The balance at the bank may not fall below €[\d.,]+, its limit\. Refunds can take €10\.00 of it now, and this one is of €24\.00\. Nothing was refunded\.$/,
        ),
      }),
    ])
    expect((await refund(payment, uuidv7(), { amount: 1000 })).status).toBe(201)
    expect((await refund(payment, uuidv7(), { amount: 1 })).body).toMatchObject({ left: 0 })
    await limit(null)
    expect((await refund(payment, key)).body).toMatchObject({ amount: 1400, status: 'succeeded' })
  })

  it('is not set above what is there; may lie below zero; and each change is in the audit log', async () => {
    await paid()
    const there = await balance()
    expect(await limit(there + 1n)).toEqual({ kind: 'too-high', availableMinor: there })
    expect(await limit(there)).toEqual({ kind: 'set' })
    expect(await limit(0n, null)).toEqual({ kind: 'changed', leastMinor: there })
    expect(await limit(-500n)).toEqual({ kind: 'set' })
    // Pressed twice.
    expect(await limit(-500n, there)).toEqual({ kind: 'set' })
    const { rows } = await product.owner.query(
      `SELECT detail, actor, changes FROM audit_log WHERE action = 'balance-limit.set' ORDER BY seq DESC LIMIT 1`,
    )
    expect(rows).toEqual([
      {
        detail: '−€5.00',
        actor: 'operator:test',
        changes: [{ field: 'Limit', before: expect.stringMatching(/^€/), after: '−€5.00' }],
      },
    ])
  })

  it('opens the account of a currency that was not used before', async () => {
    const to = {
      merchantId: product.merchantId,
      currency: 'USD' as const,
      shownMinor: null,
      leastMinor: 0n,
      by: BY,
    }
    expect(await setBalanceLimit(product.deps.db, to, uuidv7)).toEqual({ kind: 'set' })
    expect(await refundBalance(product.deps.db, product.merchantId, 'USD')).toMatchObject({
      leastMinor: 0n,
      availableMinor: 0n,
    })
  })

  it('counts a refund from its beginning; and what the bank has made is booked, however low the balance is by then', async () => {
    const [one, other] = [await paid(), await paid()]
    await limit((await balance()) - 2400n)
    const giveBack = product.bank.refund.bind(product.bank)
    vi.spyOn(product.bank, 'refund').mockImplementationOnce(async (request) => {
      await giveBack(request)
      throw new Error('the answer is lost')
    })
    expect((await refund(one)).body).toMatchObject({ kind: 'outcome-unknown' })
    expect((await refund(other)).body).toMatchObject({ kind: 'balance-too-low', left: 0 })
    // Meanwhile the bank takes the other payment back in a dispute, and nobody asks us.
    const { rows } = await product.owner.query('SELECT gateway_ref FROM payment WHERE id = $1', [
      readId('pay', other),
    ])
    const bank = openPool(product.bankDatabaseUrl, { max: 1, name: 'bank' })
    await product.deps.reconcileMovements()
    await dispute(bank, rows[0].gateway_ref)
    await bank.end()
    await product.deps.reconcileMovements()
    const { leastMinor, availableMinor } = (await refundBalance(
      product.deps.db,
      product.merchantId,
      'EUR',
    )) as RefundBalance
    expect(availableMinor).toBeLessThan(leastMinor as bigint)
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
    )
    await product.deps.engine.recover(product.deps.operations.refund, 20, 'test')
    const found = await product.api('GET', `/api/v1/payments/${one}/refunds`)
    expect(found.body.items).toMatchObject([{ status: 'succeeded' }])
    const held = await product.owner.query('SELECT * FROM integrity_across.balance_is_within_its_limit')
    expect(held.rows).toEqual([])
  })

  it('a payment waits for nothing of it, while a refund of the same merchant waits for the one before it', async () => {
    const payment = await paid()
    await limit(0n - 10_000_000n)
    const holder = await product.owner.connect()
    try {
      await holder.query('BEGIN')
      await holder.query('SELECT lock_refund_balance($1)', [product.merchantId])
      const waiting = refund(payment)
      await expect
        .poll(
          async () =>
            (await product.owner.query(`SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`))
              .rowCount,
        )
        .toBe(1)
      expect(await paid()).toMatch(/^pay_/)
      await holder.query('COMMIT')
      expect((await waiting).status).toBe(201)
    } finally {
      holder.release()
    }
  })

  it('holds for operators too, alone and in twos', async () => {
    const payment = await paid()
    const [admin, otherAdmin] = [await newOperator(product, 'admin'), await newOperator(product, 'admin')]
    await product.owner.query(`UPDATE operator SET admin_since = now() - interval '2 days'`)
    await limit((await balance()) - 100n)
    const call = async (path: string, who: typeof admin, input: object) =>
      callProcedure(product, { path, type: 'mutation', input, cookie: await who.cookie() })
    const newId = crypto.randomUUID()
    expect(await call('refunds.create', admin, { payment, amount: 101, key: uuidv7() })).toMatchObject({
      kind: 'balance-too-low',
    })
    await call('refunds.request', admin, { payment, amount: 101, reason: 'never arrived', newId })
    expect(await call('refunds.approve', otherAdmin, { id: newId })).toMatchObject({
      kind: 'balance-too-low',
    })
    await limit(null)
    expect(await call('refunds.approve', otherAdmin, { id: newId })).toMatchObject({ kind: null })
  })
})

describe('an admin sets it in the dashboard', () => {
  it('after a confirmation, of what they have seen, and not above what is there', async () => {
    await paid()
    const { rows } = await product.owner.query(
      `SELECT 'acc_' || replace(id::text, '-', '') AS id, code FROM account WHERE merchant_id = $1 AND currency = 'EUR'`,
      [product.merchantId],
    )
    const [account, sales] = ['gateway_clearing', 'sales'].map(
      (code) => rows.find((row) => row.code === code).id,
    )
    const [admin, viewer] = [await newOperator(product, 'admin'), await newOperator(product, 'viewer')]
    const get = async (who: typeof admin, id = account) =>
      (
        await callProcedure(product, {
          path: 'limits.get',
          type: 'query',
          input: { account: id },
          cookie: await who.cookie(),
        })
      ).data
    const set = async (limit: number | null, shown: number | null, id = account) =>
      callProcedure(product, {
        path: 'limits.set',
        type: 'mutation',
        input: { account: id, shown, limit },
        cookie: await admin.cookie(),
      })
    const there = Number(await balance())
    expect(await get(viewer)).toEqual({ limit: null, available: there, mayChange: false })
    expect(await set(there + 1, null)).toMatchObject({
      kind: 'validation',
      errors: [{ pointer: '/limit', detail: expect.stringContaining('Enter at most €') }],
    })
    expect((await set(1000, null)).data).toEqual({ limit: 1000, available: there, mayChange: true })
    expect(await set(2000, null)).toMatchObject({ kind: 'changed-meanwhile' })
    expect((await set(null, 1000)).data).toMatchObject({ limit: null })
    expect(await get(admin, sales)).toBeNull()
    expect(await set(0, null, sales)).toMatchObject({ kind: 'validation' })
  })
})

describe('what the database refuses, from any caller', () => {
  it('a refund below the limit, and a limit by another way than its function', async () => {
    const payment = readId('pay', await paid()) as string
    await limit(await balance())
    const app = openPool(product.deps.env.DATABASE_URL as string, { max: 1, name: 'app' })
    try {
      const insert = `INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key)
        SELECT merchant_id, gen_random_uuid(), id, record_id, 1, currency, gateway_ref, gen_random_uuid() FROM payment WHERE id = $1`
      await expect(app.query(insert, [payment])).rejects.toThrow('would take the balance below its limit')
      for (const statement of [
        'UPDATE account SET min_balance = NULL, limited_since = NULL',
        `INSERT INTO account (merchant_id, id, code, name, type, currency, min_balance) SELECT merchant_id, id, code, name, type, 'GBP', 0 FROM account`,
      ])
        await expect(app.query(statement)).rejects.toThrow('permission denied')
      const elsewhere = `UPDATE account SET min_balance = 0, limited_since = now() WHERE code = 'sales'`
      await expect(product.owner.query(elsewhere)).rejects.toThrow('account_limit_of_clearing')
    } finally {
      await app.end()
    }
  })
})
