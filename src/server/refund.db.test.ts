import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { openDb, openPool } from '@/platform/db'
import { freePort } from '@/setup/process/port'
import { check } from '@/setup/verify'
import type { FaultOrder } from '../../lab/bank/script'
import { type LabBank, startLabBank } from '../../lab/bank/server'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Giving money back, with the bank at the other end of a network: how much, once, and what is true when the
 * bank or a process fails.
 */
let product: TestProduct
let bank: LabBank
let cookie: string
let payment: string

beforeAll(async () => {
  const port = await freePort()
  product = await openTestProduct({
    PAYONCE_BANK_URL: `http://127.0.0.1:${port}`,
    PAYONCE_GATEWAY_TIMEOUT_MS: '2500',
  })
  bank = await startLabBank({ databaseUrl: product.owner.options.connectionString as string, port })
  cookie = await product.cookie()
})
afterAll(async () => {
  await everythingHolds()
  await bank.close()
  await product.close()
})
beforeEach(async () => {
  bank.script.clear()
  payment = await paid()
})

/** A new payment of €24.00. */
async function paid(paymentMethod = 'pm_card_visa'): Promise<string> {
  const order = await product.newOrder()
  const { result, problem } = await product.pay(
    { key: order, orderId: order, version: 1, paymentMethod },
    cookie,
  )
  return readId(
    'pay',
    result?.payment.id ?? (problem as { payment?: string } | null)?.payment ?? '',
  ) as string
}

interface Asked {
  amount?: number | null
  reason?: string | null
  key?: string
  merchantId?: string
  of?: string
}

async function refund({
  amount = null,
  reason = null,
  key = uuidv7(),
  merchantId = product.merchantId,
  of = payment,
}: Asked = {}) {
  const input = { merchantId, paymentId: of, amount, reason }
  const reply = await product.deps.engine.run(product.deps.operations.refund, {
    scope: { merchantId, actor: 'api' },
    key,
    input,
    waitMs: 5_000,
    source: 'api',
    requestId: 'q',
  })
  if (reply.kind === 'problem')
    return { kind: reply.problem.kind, facts: reply.problem.facts, outcome: null, body: null }
  return {
    kind: reply.answer.problem ?? 'ok',
    facts: null,
    outcome: reply.outcome,
    body: JSON.parse(reply.answer.body),
  }
}

const script = (fault: FaultOrder['fault'], next = 1) =>
  bank.script.add([{ fault, on: 'refund', key: null, next, ms: 0 }])
const value = async (query: string, parameters: unknown[] = [payment]) =>
  (await product.owner.query(query, parameters)).rows[0]?.value
const counted = async () => Number(await value('SELECT refunded_amount AS value FROM payment WHERE id = $1'))
const atBank = async () =>
  Number(
    await value(
      `SELECT coalesce(sum(r.amount), 0) AS value FROM gateway_simulator.refund r JOIN payment p ON p.gateway_ref = r.charge_id WHERE p.id = $1`,
    ),
  )
const posted = async () =>
  Number(
    await value(`SELECT coalesce(sum(e.amount), 0) AS value FROM ledger_transaction t JOIN entry e ON e.transaction_id = t.id JOIN account a ON a.id = e.account_id
      WHERE t.payment_id = $1 AND t.kind = 'refund' AND a.code = 'refunds'`),
  )
const everywhere = async () => [await counted(), await atBank(), await posted()]
const settleDoubt = async (age = '1 minute') => {
  await product.owner.query(
    `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state IN ('sending', 'unknown')`,
  )
  await product.owner.query(
    `SET session_replication_role = replica; UPDATE refund SET created_at = now() - interval '${age}' WHERE status IN ('sending', 'unknown'); RESET session_replication_role`,
  )
  await product.deps.engine.recover(product.deps.operations.refund, 20, 'test')
}

async function everythingHolds(): Promise<void> {
  const pool = openPool(product.owner.options.connectionString as string, {
    max: 1,
    name: 'verify',
  })
  const db = openDb(pool)
  const { findings } = await check(db)
  await db.$disconnect()
  await pool.end()
  expect(findings.filter(({ offenders }) => offenders.length > 0)).toEqual([])
}

describe('giving money back', () => {
  it('positive control: all of it, at the bank, in the ledger and on the payment', async () => {
    expect(await refund({ reason: 'sent back' })).toMatchObject({
      kind: 'ok',
      outcome: 'executed',
      body: {
        amount: 2400,
        currency: 'EUR',
        status: 'succeeded',
        reason: 'sent back',
        paymentId: expect.stringMatching(/^pay_/),
      },
    })
    expect(await everywhere()).toEqual([2400, 2400, 2400])
    expect(
      await value(
        `SELECT count(*)::int AS value FROM outbox_event WHERE type = 'refund.succeeded' AND payload LIKE '%' || $1 || '%'`,
        [payment.replaceAll('-', '')],
      ),
    ).toBe(1)
  })

  it('in parts, up to what was captured; then all that is left; then nothing', async () => {
    expect((await refund({ amount: 1000 })).kind).toBe('ok')
    expect(await refund({ amount: 1401 })).toMatchObject({
      kind: 'not-refundable',
      facts: { refundable: 1400, currency: 'EUR' },
    })
    expect((await refund()).body.amount).toBe(1400)
    expect(await refund()).toMatchObject({ kind: 'not-refundable', facts: { refundable: 0 } })
    expect(await everywhere()).toEqual([2400, 2400, 2400])
  })

  it('the same key gives it back once, and gets the same answer', async () => {
    const first = await refund({ amount: 500, key: 'same' })
    const replies = await Promise.all(Array.from({ length: 10 }, () => refund({ amount: 500, key: 'same' })))
    expect(replies.map(({ body }) => body)).toEqual(Array(10).fill(first.body))
    expect(await everywhere()).toEqual([500, 500, 500])
  })

  it('F44 the same key ten times at once gives it back once', async () => {
    const replies = await Promise.all(Array.from({ length: 10 }, () => refund({ key: 'at-once' })))
    expect(new Set(replies.map(({ body }) => JSON.stringify(body)))).toHaveLength(1)
    expect(await everywhere()).toEqual([2400, 2400, 2400])
  })

  it('L3 F44 20 refunds at once under 20 keys: never above what was captured', async () => {
    const replies = await Promise.all(Array.from({ length: 20 }, () => refund({ amount: 500 })))
    expect(replies.filter(({ kind }) => kind === 'ok')).toHaveLength(4)
    expect(replies.filter(({ kind }) => kind === 'not-refundable')).toHaveLength(16)
    expect(await everywhere()).toEqual([2000, 2000, 2000])
  })

  it('L3 "all that is left" races with itself and with parts', async () => {
    const replies = await Promise.all(
      Array.from({ length: 12 }, (_, n) => refund({ amount: n % 2 ? null : 700 })),
    )
    const given = replies.filter(({ kind }) => kind === 'ok').reduce((sum, { body }) => sum + body.amount, 0)
    expect(given).toBeLessThanOrEqual(2400)
    expect(await everywhere()).toEqual([given, given, given])
  })

  it('L3 any amounts, at once: the ones that fit, and not a cent more', async () => {
    const amounts = fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 2, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(amounts, async (some) => {
        payment = await paid()
        const replies = await Promise.all(some.map((amount) => refund({ amount })))
        const given = replies
          .filter(({ kind }) => kind === 'ok')
          .reduce((sum, { body }) => sum + body.amount, 0)
        const refused = some.filter((_, n) => replies[n]?.kind === 'not-refundable')
        expect(given).toBeLessThanOrEqual(2400)
        // Each one that was refused did not fit beside those that were given.
        for (const amount of refused) expect(amount + given).toBeGreaterThan(2400)
        expect(await everywhere()).toEqual([given, given, given])
      }),
      { numRuns: 12 },
    )
  })

  it('K6 another amount under the same key is refused, and the field is named', async () => {
    await refund({ amount: 500, key: 'reused' })
    expect(await refund({ amount: 600, key: 'reused' })).toMatchObject({
      kind: 'key-reused',
      facts: { differs: ['/amount'] },
    })
    expect(await everywhere()).toEqual([500, 500, 500])
  })

  it.each(['pm_card_declined'])(
    'a payment that did not succeed (%s) has nothing to give back',
    async (card) => {
      payment = await paid(card)
      expect(await refund()).toMatchObject({ kind: 'not-refundable', facts: { refundable: 0 } })
      expect(await everywhere()).toEqual([0, 0, 0])
    },
  )

  it('another merchant’s payment is not there', async () => {
    const other = uuidv7()
    await product.owner.query(`INSERT INTO merchant (id, name) VALUES ($1, 'Other')`, [other])
    expect((await refund({ merchantId: other })).kind).toBe('not-found')
    expect(await everywhere()).toEqual([0, 0, 0])
  })

  it('a refused refund leaves its key free: with a smaller amount elsewhere given back, the same request may succeed', async () => {
    await refund({ amount: 2000 })
    expect((await refund({ amount: 500, key: 'later' })).kind).toBe('not-refundable')
    expect((await refund({ amount: 400, key: 'other' })).kind).toBe('ok')
    // Nothing was kept under it: no row, no record that would answer.
    expect(
      await value(
        `SELECT count(*)::int AS value FROM idempotency_record WHERE key = 'later' AND state <> 'claimed'`,
        [],
      ),
    ).toBe(0)
  })
})

describe('when the bank or a process fails', () => {
  it('the bank refuses: no money moves, and the amount can be refunded again', async () => {
    // Somebody gave it back at the bank, behind our back.
    await product.owner.query(
      `UPDATE gateway_simulator.charge SET refunded_amount = amount WHERE id = (SELECT gateway_ref FROM payment WHERE id = $1)`,
      [payment],
    )
    const reply = await refund({ amount: 700 })
    expect(reply).toMatchObject({ kind: 'refund-declined', body: { safeNewKey: true, status: 402 } })
    expect([await counted(), await posted()]).toEqual([0, 0])
    await product.owner.query(
      `UPDATE gateway_simulator.charge SET refunded_amount = 0 WHERE id = (SELECT gateway_ref FROM payment WHERE id = $1)`,
      [payment],
    )
    expect((await refund()).body.amount).toBe(2400)
  })

  it.each<[string, FaultOrder['fault']]>([
    ['G1', 'silence-before'],
    ['G1', 'error-before'],
    ['G2', 'silence-after'],
    ['G3', 'error-after'],
    ['G10', 'truncated'],
  ])(
    '%s %s: in doubt, its amount is held, and the bank is asked again under the same key: once',
    async (_, fault) => {
      script(fault)
      expect((await refund({ amount: 900, key: `doubt-${payment}` })).kind).toBe('outcome-unknown')
      expect(await counted()).toBe(900)
      expect(await refund({ amount: 1600 })).toMatchObject({
        kind: 'not-refundable',
        facts: { refundable: 1500 },
      })
      await settleDoubt()
      expect(await everywhere()).toEqual([900, 900, 900])
      expect(await refund({ amount: 900, key: `doubt-${payment}` })).toMatchObject({
        kind: 'ok',
        outcome: 'replayed',
        body: { amount: 900 },
      })
      expect(await everywhere()).toEqual([900, 900, 900])
    },
  )

  it('R9 a process that died after it began: finished without the client', async () => {
    const { store, operations } = product.deps
    const operation = operations.refund
    const id = uuidv7()
    const input = { merchantId: product.merchantId, paymentId: payment, amount: 300, reason: null }
    const ids = { merchantId: product.merchantId, recordId: id, subjectId: uuidv7() }
    const record = {
      merchantId: ids.merchantId,
      id,
      scope: 'api',
      operation: operation.name,
      key: id,
      fingerprint: 'f',
      fingerprintVersion: 1,
      fields: '{}',
    }
    expect(
      (
        await store.claim({ ...record, subjectId: ids.subjectId }, (claim) =>
          operation.begin(input, ids, claim),
        )
      )?.begun.kind,
    ).toBe('written')
    expect(await everywhere()).toEqual([300, 0, 0])
    await settleDoubt()
    expect(await everywhere()).toEqual([300, 300, 300])
  })

  it('G5 once the bank may have forgotten the key, nothing is sent any more: it is parked', async () => {
    script('silence-before')
    const key = `forgotten-${payment}`
    await refund({ amount: 100, key })
    await settleDoubt('23 hours 59 minutes 59 seconds')
    expect(await atBank()).toBe(0)
    expect(
      await value('SELECT parked_reason AS value FROM idempotency_record WHERE key = $1', [key]),
    ).toMatch(/forgotten/)
    expect((await refund({ amount: 100, key })).kind).toBe('outcome-unknown')
  })
})

describe('what the database refuses, from any caller', () => {
  const insert = (changes: Partial<Record<'amount' | 'currency' | 'payment', string>> = {}) =>
    product.deps.db.$executeRawUnsafe(
      `INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key)
       VALUES ('${product.merchantId}', gen_random_uuid(), '${changes.payment ?? payment}', 'r', ${changes.amount ?? '1'}, '${changes.currency ?? 'EUR'}', 'c', gen_random_uuid()::text)`,
    )

  it.each<[string, Parameters<typeof insert>[0], RegExp]>([
    ['more than was captured', { amount: '2401' }, /payment_refunded_amount/],
    ['nothing', { amount: '0' }, /refund_amount/],
    ['a negative amount', { amount: '-1' }, /refund_amount/],
    ['another currency', { currency: 'USD' }, /no succeeded payment in USD/],
  ])('%s', async (_, changes, says) => {
    await expect(insert(changes)).rejects.toThrow(says)
    expect(await counted()).toBe(0)
  })

  it('a refund of a payment that did not succeed', async () => {
    await expect(insert({ payment: await paid('pm_card_declined') })).rejects.toThrow(/no succeeded payment/)
  })

  it.each<[string, string]>([
    ['what was asked for may not change', `amount = amount - 1`],
    ['an end may not be undone', `status = 'unknown'`],
    ['nor become another one', `status = 'failed'`],
  ])('%s', async (_, set) => {
    await refund({ amount: 100 })
    await expect(
      product.owner.query(`UPDATE refund SET ${set} WHERE payment_id = '${payment}'`),
    ).rejects.toThrow(/may not change/)
  })

  it('a success without its posting', async () => {
    script('silence-before')
    await refund({ amount: 100 })
    await expect(
      product.deps.db.$executeRawUnsafe(
        `UPDATE refund SET status = 'succeeded' WHERE payment_id = '${payment}'`,
      ),
    ).rejects.toThrow(/refund_succeeded/)
    await settleDoubt()
  })

  it('deleting one', async () => {
    await refund({ amount: 100 })
    await expect(product.owner.query('DELETE FROM refund WHERE payment_id = $1', [payment])).rejects.toThrow(
      /may not be deleted/,
    )
  })
})
