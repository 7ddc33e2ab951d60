import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { carriesCardNumber } from '@/lib/card-number'
import { readId } from '@/lib/id'
import { openTestProduct, type TestProduct } from '../testing/product'

/** A replay repeats the answer and nothing else, over tRPC and over REST. */
let product: TestProduct
let key: string
let n = 0

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
})
afterAll(() => product.close())
beforeEach(() => {
  key = `key-${++n}`
})

const order = (body: object, headers: Record<string, string> = {}) =>
  product.api('POST', '/api/v1/orders', body, { 'idempotency-key': key, ...headers })
const ITEM = { name: 'T-shirt', quantity: 1, unitAmount: 1200 }

describe('a replay', () => {
  it('F45 gives whatever was said, character for character', async () => {
    const words = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((text) => !text.includes('\0') && text.trim() !== '' && text !== '__proto__')
    const metadata = fc.dictionary(words, words, { maxKeys: 5 })
    await fc.assert(
      fc.asyncProperty(
        metadata,
        words,
        fc.integer({ min: 1, max: 1_000_000_000_000 }),
        async (own, name, unitAmount) => {
          // One in ten numbers of 16 digits could be a real card, and is refused as one.
          fc.pre(!carriesCardNumber([own, name, unitAmount]))
          key = `key-${++n}`
          const body = { currency: 'EUR', items: [{ name, quantity: 1, unitAmount }], metadata: own }
          const [first, again] = [await order(body), await order(body)]
          expect(first.status, first.text).toBe(201)
          expect([again.status, again.text, again.header('idempotent-replayed')]).toEqual([
            201,
            first.text,
            'true',
          ])
          expect(first.body).toMatchObject({ metadata: own, amount: unitAmount })
        },
      ),
      { numRuns: 25 },
    )
  })

  it('F46 of a problem over tRPC has the first one’s code, status and words', async () => {
    const cookie = await product.cookie()
    const orderId = await product.newOrder()
    const pay = () => product.pay({ key, orderId, version: 1, paymentMethod: 'pm_card_declined' }, cookie)
    const [first, again] = [await pay(), await pay()]
    expect([again.status, again.text]).toEqual([first.status, first.text])
    expect(JSON.parse(again.text).error.data).toMatchObject({
      code: 'PAYMENT_REQUIRED',
      httpStatus: 402,
      idempotency: { declineCode: 'card_declined' },
    })
  })

  it('F47 has headers of its own: no cookie, no origin, no request id of the first caller', async () => {
    const body = { currency: 'EUR', items: [ITEM] }
    const first = await order(body, { origin: 'https://first.example', cookie: 'payonce_shopper=x' })
    const again = await order(body)
    expect(again.text).toBe(first.text)
    for (const name of ['set-cookie', 'date', 'access-control-allow-credentials'])
      expect(again.header(name)).toBeNull()
    expect(again.header('request-id')).not.toBe(first.header('request-id'))
    expect(again.header('location')).toBe(first.header('location'))
  })

  it('F48 is not for a caller who lost the right to it', async () => {
    const body = { currency: 'EUR', items: [ITEM] }
    await order(body)
    const weak = await product.newApiKey({ scopes: ['orders:read'] })
    const reply = await order(body, { authorization: `Bearer ${weak}` })
    expect(reply).toMatchObject({ status: 403, body: { requiredScope: 'orders:write' } })
    expect(reply.text).not.toContain('ord_')
  })

  it('F49 of the largest answer is whole', async () => {
    const items = Array.from({ length: 100 }, (_, i) => ({
      name: `${i} ${'ü'.repeat(190)}`,
      quantity: 1_000_000,
      unitAmount: 1,
    }))
    const [first, again] = [await order({ currency: 'EUR', items }), await order({ currency: 'EUR', items })]
    expect(first.body.items).toHaveLength(100)
    expect(again.text).toBe(first.text)
  })

  it('F51 is not encoded, whatever encoding the client takes', async () => {
    const body = { currency: 'EUR', items: [ITEM] }
    const first = await order(body, { 'accept-encoding': 'gzip' })
    const again = await order(body, { 'accept-encoding': 'identity' })
    expect([again.text, first.header('content-encoding'), again.header('content-encoding')]).toEqual([
      first.text,
      null,
      null,
    ])
  })
})

describe('many keys', () => {
  it('F61 whose requests came to nothing leave nothing behind', async () => {
    for (let i = 0; i < 30; i++) {
      const reply = await product.api(
        'POST',
        '/api/v1/payments',
        { orderId: `ord_${'0'.repeat(32)}`, paymentMethod: 'pm_card_visa' },
        { 'idempotency-key': `flood-${i}` },
      )
      expect(reply.status).toBe(404)
    }
    expect(await product.deps.store.reap(1_000)).toBeGreaterThanOrEqual(30)
    expect(await product.count('records', `key LIKE 'flood-%'`)).toBe(0)
  })

  it('F61 on a paid order leave nothing behind, from the page or from a program, nor in what searches read', async () => {
    const [orderId, guest] = [await product.newOrder(), await product.cookie()]
    const paid = await product.pay({ key, orderId, version: 1, paymentMethod: 'pm_card_visa' }, guest)
    const payment = paid.result?.payment.id
    const again = (n: number) => [
      product.pay({ key: `late-${n}`, orderId, version: 1, paymentMethod: 'pm_card_visa' }, guest),
      product.api(
        'POST',
        '/api/v1/payments',
        { orderId, paymentMethod: 'pm_card_visa' },
        { 'idempotency-key': `late-${n}` },
      ),
    ]
    for (const [page, program] of [
      await Promise.all(again(1)),
      await Promise.all(again(2)),
      await Promise.all(again(1)),
    ]) {
      expect(page).toMatchObject({
        status: 409,
        problem: { kind: 'already-paid', payment, safeNewKey: false },
      })
      expect(program).toMatchObject({ status: 409, body: { kind: 'already-paid', payment, retry: 'no' } })
    }
    const late = `key LIKE 'late-%'`
    expect(await product.count('records', late)).toBe(4)
    const copy = async () =>
      (await product.owner.query(`SELECT count(*)::int FROM record_key WHERE ${late}`)).rows[0].count
    // Copies are made of records that are a minute old.
    await product.owner.query(`UPDATE idempotency_record SET created_at = created_at - interval '1 hour' WHERE ${late};
      INSERT INTO record_key (merchant_id, day, key, record_id) SELECT merchant_id, day_of(created_at), key, id FROM idempotency_record WHERE ${late}`)
    expect(await copy()).toBe(4)
    expect(await product.deps.store.reap(1_000)).toBeGreaterThanOrEqual(4)
    expect([await product.count('records', late), await copy()]).toEqual([0, 0])
    expect(await product.count('records', `key = '${key}'`)).toBe(1)
    expect(
      await product.count(
        'charges',
        `idempotency_key IN (SELECT gateway_key FROM payment WHERE order_id = '${readId('ord', orderId)}')`,
      ),
    ).toBe(1)
  })

  it('F62 a key of little chance is its owner’s alone', async () => {
    key = '1'
    const { token } = await product.otherMerchant()
    const [mine, theirs] = [
      await order({ currency: 'EUR', items: [ITEM] }),
      await order({ currency: 'EUR', items: [ITEM] }, { authorization: `Bearer ${token}` }),
    ]
    expect([mine.status, theirs.status]).toEqual([201, 201])
    expect(mine.body.id).not.toBe(theirs.body.id)
  })
})

describe('placing an order', () => {
  it('20 at once under one key: one order', async () => {
    const replies = await Promise.all(
      Array.from({ length: 20 }, () =>
        order({ currency: 'JPY', items: [ITEM], reference: 'once' }, { prefer: 'wait=10' }),
      ),
    )
    expect(new Set(replies.map(({ text }) => text))).toHaveLength(1)
    const { rows } = await product.owner.query(
      `SELECT count(*)::int AS n FROM orders WHERE reference = 'once'`,
    )
    expect(rows[0].n).toBe(1)
  })

  it('R9 of a process that died after it began: finished without the client', async () => {
    const { store, operations, engine } = product.deps
    const { placeOrder } = operations
    const { merchantId } = product
    const ids = { merchantId, recordId: key, subjectId: '018f3c2a-9d4e-7c31-b2a4-5f60718293a4' }
    const input = { merchantId, currency: 'EUR' as const, items: [ITEM] }
    const record = {
      merchantId,
      id: key,
      scope: 'api',
      operation: placeOrder.name,
      key,
      fingerprint: 'f',
      fingerprintVersion: 1,
      fields: '{}',
    }
    await store.claim({ ...record, subjectId: ids.subjectId }, (claim) => placeOrder.begin(input, ids, claim))
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE id = $1`,
      [key],
    )
    expect(await engine.recover(placeOrder, 20, 'test')).toBe(1)
    const stored = await store.read(merchantId, key)
    expect(stored).toMatchObject({ state: 'completed', status: 201 })
    expect(JSON.parse(stored?.answer ?? '')).toMatchObject({
      id: 'ord_018f3c2a9d4e7c31b2a45f60718293a4',
      amount: 1200,
      status: 'open',
    })
  })

  it('with the bank away orders are placed all the same', async () => {
    // Ten doubts in a row: the bank counts as away.
    for (let i = 0; i < 10; i++)
      await product.api(
        'POST',
        '/api/v1/payments',
        { amount: 1, currency: 'EUR', paymentMethod: 'pm_card_error_before_charge' },
        { 'idempotency-key': `away-${i}` },
      )
    const paying = await product.api(
      'POST',
      '/api/v1/payments',
      { amount: 1, currency: 'EUR', paymentMethod: 'pm_card_visa' },
      { 'idempotency-key': `${key}-pay` },
    )
    expect(paying).toMatchObject({
      status: 503,
      body: { kind: 'unavailable', retry: 'same-key', safeNewKey: false },
    })
    expect(Number(paying.header('retry-after'))).toBeGreaterThan(0)
    expect((await order({ currency: 'EUR', items: [ITEM] })).status).toBe(201)
  })
})
