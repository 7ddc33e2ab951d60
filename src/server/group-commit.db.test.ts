import type { AnyOperation, NewRecord, Store } from '@payonce/idempotency'
import { PrismaStore } from '@payonce/idempotency/prisma'
import type { SqlForm } from '@payonce/idempotency/sql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '@/lib/id'
import type { ChargeOutcome } from '@/payments/charge'
import { openTestProduct, type TestProduct } from './testing/product'

/** What every operation writes in a batch is what it writes by itself. */

let product: TestProduct
beforeAll(async () => {
  product = await openTestProduct()
  await product.deps.ready
})
afterAll(() => product.close())

const BY = { name: 'key:test', address: '203.0.113.7', requestId: 'request' }
const APPROVED = (id: string): ChargeOutcome => ({
  kind: 'approved',
  ref: `ch_${id}`,
  feeMinor: 36n,
  cardLabel: 'Visa',
})
const ORDER = {
  currency: 'EUR' as const,
  items: [
    { name: 'A "quoted", {braced} \\ name', quantity: 2, unitAmount: 1_200 },
    { name: 'كتاب', quantity: 1, unitAmount: 5 },
  ],
  reference: 'R-1',
  customerEmail: 'a@example.org',
  metadata: { a: '{"b"}', c: 'd' },
  by: BY,
}

const uuidOf = (shown: string) =>
  shown.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
const newOrder = async () => uuidOf(await product.newOrder())
const recordOf = (operation: { name: string }): NewRecord => ({
  merchantId: product.merchantId,
  id: `record-${uuidv7()}`,
  scope: 's',
  operation: operation.name,
  key: 'k',
  fingerprint: 'f',
  fingerprintVersion: 1,
  fields: '{}',
  subjectId: uuidv7(),
})
const payInput = (orderId: string) => ({
  merchantId: product.merchantId,
  orderId,
  version: 1,
  paymentMethod: 'pm_card_visa',
  by: BY,
})

/** Claims, and stores the outcome. @returns what was begun */
async function carryOut(
  store: Store<SqlForm>,
  operation: AnyOperation<SqlForm>,
  input: object,
  effect: (id: string) => unknown,
) {
  const record = recordOf(operation)
  const ids = { merchantId: record.merchantId, recordId: record.id, subjectId: record.subjectId }
  const claimed = await store.claim(record, (claim) => operation.begin(input, ids, claim))
  if (claimed?.begun.kind !== 'written') return { record, begun: claimed?.begun ?? null, stored: null }
  const next = operation.finish(claimed.begun.row, effect(record.subjectId))
  return { record, begun: claimed.begun.row, stored: await store.commit(claimed.claim, next) }
}

/** Every row that hangs on the subject of a record, as text, without what is new each time: ids and times. */
async function written(subject: string, recordId: string): Promise<string[]> {
  const { rows } = await product.owner.query(
    `WITH p AS (SELECT * FROM payment WHERE id = $1 UNION SELECT p.* FROM payment p JOIN refund r ON r.payment_id = p.id WHERE r.id = $1),
     o AS (SELECT * FROM orders WHERE id = $1 OR id IN (SELECT order_id FROM p)),
     t AS (SELECT * FROM ledger_transaction WHERE payment_id IN (SELECT id FROM p))
     SELECT 'record ' || to_jsonb(r)::text AS row FROM idempotency_record r WHERE id = $2
     UNION ALL SELECT 'payment ' || to_jsonb(p)::text FROM p
     UNION ALL SELECT 'refund ' || to_jsonb(r)::text FROM refund r WHERE id = $1
     UNION ALL SELECT 'order ' || to_jsonb(o)::text FROM o
     UNION ALL SELECT 'item ' || to_jsonb(i)::text FROM order_item i WHERE order_id IN (SELECT id FROM o)
     UNION ALL SELECT 'transaction ' || to_jsonb(t)::text FROM t
     UNION ALL SELECT 'entry ' || to_jsonb(e)::text || (SELECT code FROM account a WHERE a.id = e.account_id) FROM entry e WHERE transaction_id IN (SELECT id FROM t)
     UNION ALL SELECT 'event ' || to_jsonb(e)::text FROM outbox_event e WHERE subject_id = $1
     UNION ALL SELECT 'audit ' || to_jsonb(a)::text FROM audit_log a WHERE subject IN ($1::text, $2)`,
    [subject, recordId],
  )
  return rows.map(({ row }) => neutral(row)).sort()
}

function neutral(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}/g, 'ID')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)/g, 'TIME')
    .replace(/"(receipt_token|hash|previous_hash)": "[^"]+"/g, '"$1": "NEW"')
    .replace(/\/receipt\/[\w-]+/g, 'RECEIPT')
    .replace(/"(xid|seq)": \d+/g, '"$1": 0')
}
const shape = (begun: unknown) =>
  neutral(
    JSON.stringify(begun, (name, value) =>
      typeof value === 'bigint'
        ? `${value}n`
        : /ageMs$/i.test(name)
          ? typeof value
          : name === 'receiptToken'
            ? 'NEW'
            : value,
    ),
  )

/** The same purchase by itself and in a batch. */
async function both(
  which: keyof TestProduct['deps']['operations'],
  input: () => Promise<object>,
  effect: (id: string) => unknown,
) {
  const { deps } = product
  const operation = deps.operations[which] as AnyOperation<SqlForm>
  const single = new PrismaStore(deps.db, 'test', uuidv7)
  const results = []
  const inputs = [await input(), await input(), await input()]
  const alone = await carryOut(single, operation, inputs[0] as object, effect)
  const together = await Promise.all(
    inputs.slice(1).map((own) => carryOut(deps.store, operation, own, effect)),
  )
  for (const { record, begun, stored } of [alone, ...together])
    results.push({ begun: shape(begun), stored, written: await written(record.subjectId, record.id) })
  const worker = (lines: string[]) => lines.map((line) => line.replace(/"worker": "[^"]+"/, '"worker": "W"'))
  return results.map((result) => ({ ...result, written: worker(result.written) }))
}

const paid = async () => {
  const { deps } = product
  const { record, stored } = await carryOut(
    deps.store,
    deps.operations.pay as AnyOperation<SqlForm>,
    payInput(await newOrder()),
    APPROVED,
  )
  expect(stored).toBe(true)
  return {
    merchantId: product.merchantId,
    paymentId: record.subjectId,
    amount: 700,
    reason: 'sent "back"',
    by: BY,
  }
}
const payAmount = async () => ({
  merchantId: product.merchantId,
  amount: 1_234,
  currency: 'EUR',
  paymentMethod: 'pm_card_visa',
  description: 'A book',
  metadata: { a: 'b' },
  by: BY,
})

describe('in a batch an operation writes the same rows as by itself', () => {
  it.each<[string, Parameters<typeof both>[0], () => Promise<object>, (id: string) => unknown]>([
    ['a shopper’s payment, approved', 'pay', async () => payInput(await newOrder()), APPROVED],
    [
      'declined',
      'pay',
      async () => payInput(await newOrder()),
      () => ({ kind: 'declined', code: 'card_declined', cardLabel: 'Visa' }),
    ],
    [
      'to be confirmed',
      'pay',
      async () => payInput(await newOrder()),
      () => ({ kind: 'challenge', actionUrl: '/bank/1' }),
    ],
    [
      'in doubt',
      'pay',
      async () => payInput(await newOrder()),
      () => ({ kind: 'unknown', reason: 'silence' }),
    ],
    ['not charged', 'pay', async () => payInput(await newOrder()), () => ({ kind: 'not-charged' })],
    [
      'parked',
      'pay',
      async () => payInput(await newOrder()),
      () => ({ kind: 'contradiction', reason: 'another amount' }),
    ],
    ['a program’s payment of an order', 'createPayment', async () => payInput(await newOrder()), APPROVED],
    ['a program’s payment of an amount', 'createPayment', payAmount, APPROVED],
    ['a refund', 'refund', paid, (id) => ({ kind: 'refunded', ref: `re_${id}` })],
    [
      'a refund of all that is left',
      'refund',
      async () => ({ ...(await paid()), amount: null, by: undefined }),
      (id) => ({ kind: 'refunded', ref: `re_${id}` }),
    ],
    ['a refused refund', 'refund', paid, () => ({ kind: 'refused', reason: 'closed' })],
    ['a refund in doubt', 'refund', paid, () => ({ kind: 'unknown', reason: 'silence' })],
  ])('%s', async (_, which, input, effect) => {
    const [alone, ...together] = await both(which, input, effect)
    expect(alone?.stored).toBe(true)
    expect(alone?.written.length).toBeGreaterThan(2)
    for (const result of together) expect(result).toEqual(alone)
  })

  it('an order with its items', async () => {
    const results = await both(
      'placeOrder',
      async () => ({ ...ORDER, merchantId: product.merchantId }),
      (id) => ({
        id,
        merchantId: product.merchantId,
        amount: 2_405n,
        currency: 'EUR',
        status: 'open',
        reference: null,
        customerEmail: null,
        metadata: {},
        items: [],
        createdAt: new Date('2026-11-24T12:00:00Z'),
      }),
    )
    expect(results[0]?.written.filter((line) => line.startsWith('item'))).toHaveLength(2)
    expect(results[0]?.written.join()).toContain('key:test')
    for (const result of results.slice(1)) expect(result).toEqual(results[0])
  })
})

describe('in one batch', () => {
  it('of two keys for one order one begins, and the other is refused', async () => {
    const orderId = await newOrder()
    const { store, operations } = product.deps
    const results = await Promise.all(
      [1, 2, 3].map(() =>
        carryOut(store, operations.pay as AnyOperation<SqlForm>, payInput(orderId), APPROVED),
      ),
    )
    expect(results.filter(({ stored }) => stored)).toHaveLength(1)
    expect(
      results.filter(({ begun }) => (begun as { kind?: string } | null)?.kind === 'refused'),
    ).toHaveLength(2)
    expect(await product.count('payments', `order_id = '${orderId}'`)).toBe(1)
  })

  it('a version that changed, an unknown order and an order that rests are refused, and no other', async () => {
    const [good, rests] = [await newOrder(), await newOrder()]
    const { store, operations } = product.deps
    const pay = operations.pay as AnyOperation<SqlForm>
    for (let decline = 0; decline < 10; decline++)
      await carryOut(store, pay, payInput(rests), () => ({
        kind: 'declined',
        code: 'card_declined',
        cardLabel: 'Visa',
      }))
    const inputs = [
      payInput(good),
      { ...payInput(await newOrder()), version: 2 },
      payInput(uuidv7()),
      payInput(rests),
    ]
    const results = await Promise.all(inputs.map((input) => carryOut(store, pay, input, APPROVED)))
    expect(results.map(({ stored }) => stored)).toEqual([true, null, null, null])
    for (const { record } of results.slice(1))
      expect(await store.read(record.merchantId, record.id)).toMatchObject({
        state: 'claimed',
        subjectId: null,
      })
  })

  it('L3 refunds of one payment see each other, and refunds of others go with the first', async () => {
    const refunds = [await paid(), await paid()]
    const { store, operations } = product.deps
    const results = await Promise.all(
      [1, 2, 3, 4].flatMap(() =>
        refunds.map((input) =>
          carryOut(store, operations.refund as AnyOperation<SqlForm>, input, (id) => ({
            kind: 'refunded',
            ref: `re_${id}`,
          })),
        ),
      ),
    )
    // 700 of 2,400 fit three times.
    expect(results.filter(({ stored }) => stored)).toHaveLength(6)
    const { rows } = await product.owner.query(
      'SELECT refunded_amount::int AS refunded FROM payment WHERE id = ANY($1)',
      [refunds.map(({ paymentId }) => paymentId)],
    )
    expect(rows).toEqual([{ refunded: 2_100 }, { refunded: 2_100 }])
  })

  it('the first orders of merchants open their accounts once, in each currency', async () => {
    const merchants = [(await product.otherMerchant()).merchantId, (await product.otherMerchant()).merchantId]
    const { store, operations } = product.deps
    const orders = merchants.flatMap((merchantId) =>
      (['EUR', 'USD', 'EUR'] as const).map(async (currency) => {
        const record = { ...recordOf(operations.placeOrder), merchantId }
        const ids = { merchantId, recordId: record.id, subjectId: record.subjectId }
        return store.claim(record, (claim) =>
          operations.placeOrder.begin({ ...ORDER, merchantId, currency }, ids, claim),
        )
      }),
    )
    expect((await Promise.all(orders)).map((claimed) => claimed?.begun.kind)).toEqual(
      Array(6).fill('written'),
    )
    const { rows } = await product.owner.query(
      `SELECT merchant_id, currency, count(*)::int AS accounts FROM account WHERE merchant_id = ANY($1) GROUP BY 1, 2`,
      [merchants],
    )
    expect(rows.map(({ accounts }) => accounts)).toEqual([5, 5, 5, 5])
  })

  it('L5 the entries of a batch are links of one chain', async () => {
    const { rows } = await product.owner.query('SELECT * FROM integrity_chain.audit_log_is_chained')
    expect(rows).toEqual([])
    const { rows: entries } = await product.owner.query(
      `SELECT count(*)::int AS n FROM audit_log WHERE action = 'refund.begun'`,
    )
    expect(entries[0].n).toBeGreaterThan(10)
  })
})
