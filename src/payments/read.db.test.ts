import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findRecord, listRecords } from '@/idempotency/stores/read'
import { type Db, openDb, openPool } from '@/platform/db'
import { openTestDatabase } from '@/setup/test/database'
import { overview } from './overview'
import { listPayments, type PaymentListing, paymentDetail } from './read'

const A = '018f0000-0000-7000-8000-00000000000a'
const B = '018f0000-0000-7000-8000-00000000000b'
const id = (n: number) => `018f0000-0000-7000-8000-${String(n).padStart(12, '0')}`

let db: Db
let appUrl: string
let owner: pg.Client
let close: () => Promise<void>

/**
 * Eleven payments of ours, in groups of three that were made in one and the same microsecond, microseconds apart from the next group;
 * and one of theirs. Payment 1 was declined and belongs to the order of payment 2, which was asked for five times and held 20 presses.
 */
beforeAll(async () => {
  const opened = await openTestDatabase()
  owner = opened.owner
  db = opened.db
  appUrl = opened.appUrl
  close = opened.close
  await owner.query(`INSERT INTO merchant (id, name) VALUES ('${A}', 'Ours'), ('${B}', 'Theirs')`)
  const pay = (merchant: string, n: number, order: number, status: string) => {
    // A payment is in the currency of its order.
    const currency = n === 11 ? 'USD' : 'EUR'
    return owner.query(`
      INSERT INTO orders (merchant_id, id, reference, currency, amount, customer_email)
        VALUES ('${merchant}', '${id(order)}', 'R-${order}', '${currency}', 2400, 'c${order}@example.com') ON CONFLICT DO NOTHING;
      INSERT INTO idempotency_record (merchant_id, id, scope, operation, key, fingerprint, fingerprint_version, state, token, worker, subject_id, status, answer, completed_at, created_at)
        VALUES ('${merchant}', 'rec${n}', 's', 'checkout.pay', 'key_${n}', 'f', 1, 'completed', gen_random_uuid(), 'w1', '${id(n)}', 200, '{}', now(), date_trunc('second', now()) + interval '${Math.floor(n / 3)} microsecond');
      INSERT INTO payment (merchant_id, id, order_id, record_id, status, amount, currency, method, gateway_key, gateway_ref, receipt_token, created_at)
        VALUES ('${merchant}', '${id(n)}', '${id(order)}', 'rec${n}', '${status}', 2400, '${currency}', 'pm_card_visa', 'g${n}', ${status === 'succeeded' ? `'ch_${n}'` : 'NULL'}, 't${n}',
          date_trunc('second', now()) + interval '${Math.floor(n / 3)} microsecond');`)
  }
  await pay(A, 1, 102, 'declined')
  for (let n = 2; n <= 11; n++) await pay(A, n, 100 + n, n === 5 ? 'unknown' : 'succeeded')
  await pay(B, 12, 112, 'succeeded')
  await owner.query(`
    INSERT INTO attempt SELECT '${A}', gen_random_uuid(), 'rec2', 'checkout.pay', o, p, 200, NULL, 'web', 'r', 'w1', 1, date_trunc('second', now()) + i * interval '1 ms', 3
      FROM unnest(ARRAY['executed', 'joined', 'replayed', 'replayed', 'rejected', 'held'], ARRAY[1, 1, 1, 1, 1, 20]) WITH ORDINALITY a(o, p, i);
    INSERT INTO outbox_event (merchant_id, id, type, subject_id, payload) VALUES ('${A}', '${id(500)}', 'payment.succeeded', '${id(2)}', '{}')`)
})
afterAll(() => close())

const numbers = async (filter: Partial<PaymentListing>, merchant = A) =>
  (await listPayments(db, merchant, { limit: 50, ...filter })).map((payment) => Number(payment.id.slice(-12)))

test.each([1, 2, 3, 4, 7])(
  'paging by %i shows every payment once, though many were made in one microsecond',
  async (limit) => {
    const seen: string[] = []
    let after: PaymentListing['after'] = null
    for (let page = 0; page < 20; page++) {
      const rows = await listPayments(db, A, { limit, after })
      seen.push(...rows.map((row) => row.id))
      const last = rows.at(-1)
      if (!last) break
      after = { at: last.cursor, id: last.id }
    }
    expect(seen).toEqual([11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map(id))
  },
)

test.each([1, 2, 5])('paging records by %i shows every record once', async (limit) => {
  const seen: string[] = []
  let after: { at: string; id: string } | null = null
  for (let page = 0; page < 20; page++) {
    const rows = await listRecords(db, A, { limit, after })
    seen.push(...rows.map((row) => row.id))
    const last = rows.at(-1)
    if (!last) break
    after = { at: last.cursor, id: last.id }
  }
  expect(seen.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((n) => `rec${n}`).toSorted())
})

test('filters: status, currency, words, ids, time', async () => {
  expect(await numbers({ statuses: ['unknown', 'declined'] })).toEqual([5, 1])
  expect(await numbers({ currency: 'USD' })).toEqual([11])
  expect(await numbers({ text: 'c102@' })).toEqual([2, 1])
  expect(await numbers({ text: 'r-103' })).toEqual([3])
  expect(await numbers({ text: 'ch_4' })).toEqual([4])
  expect(await numbers({ text: '%' })).toEqual([])
  expect(await numbers({ id: id(7) })).toEqual([7])
  expect(await numbers({ id: id(102) })).toEqual([2, 1])
  expect(await numbers({ from: new Date(Date.now() + 60_000).toISOString() })).toEqual([])
  expect(await numbers({ until: '2020-01-01T00:00:00Z' })).toEqual([])
})

test('a payment tells how often it was asked for, in order, and how many presses were held back', async () => {
  const [payment] = await listPayments(db, A, { id: id(2), limit: 1 })
  expect(payment).toMatchObject({ executed: 1, joined: 1, replayed: 2, rejected: 1, recovered: 0, held: 20 })
  expect(payment?.strip).toEqual(['executed', 'joined', 'replayed', 'replayed', 'rejected', 'held'])
})

test('one payment comes with its attempts, record, events, charges and the order’s other payments', async () => {
  const detail = await paymentDetail(db, A, id(2))
  expect(detail?.payment).toMatchObject({ reference: 'R-102', charges: 1, executed: 1, held: 20 })
  expect(detail?.attempts.map(({ outcome, presses }) => [outcome, presses])).toContainEqual(['held', 20])
  expect(detail?.record).toMatchObject({ id: 'rec2', key: 'key_2', leaseOver: false })
  expect(detail?.events.map(({ type }) => type)).toEqual(['payment.succeeded'])
  expect(detail?.siblings.map((sibling) => sibling.id)).toEqual([id(1)])
})

test('one payment says what was bought, with the metadata of program and order, and what became of its webhooks', async () => {
  const hook = (n: number, state: string, ended: string) => `
    INSERT INTO webhook_endpoint (merchant_id, id, url) VALUES ('${A}', '${id(800 + n)}', 'https://shop.example/${n}');
    INSERT INTO webhook_delivery (merchant_id, id, endpoint_id, event_id, event_type, body, state, ended_at)
      VALUES ('${A}', '${id(810 + n)}', '${id(800 + n)}', '${id(500)}', 'payment.succeeded', '{}', '${state}', ${ended});`
  await owner.query(`
    SET session_replication_role = replica;
    INSERT INTO order_item (merchant_id, order_id, position, name, quantity, unit_amount)
      VALUES ('${A}', '${id(102)}', 2, 'Postage', 1, 400), ('${A}', '${id(102)}', 1, 'Mug', 2, 1000), ('${B}', '${id(102)}', 3, 'Theirs', 1, 1);
    UPDATE payment SET description = 'Two mugs', metadata = '{"cart": "7431"}' WHERE id = '${id(2)}';
    UPDATE orders SET metadata = '{"shelf": "A"}' WHERE merchant_id = '${A}' AND id = '${id(102)}';
    ${hook(1, 'delivered', "'2026-03-01T12:00:00Z'")} ${hook(2, 'pending', 'NULL')}
    RESET session_replication_role`)
  const detail = await paymentDetail(db, A, id(2))
  expect(detail?.payment).toMatchObject({
    description: 'Two mugs',
    metadata: { cart: '7431' },
    orderMetadata: { shelf: 'A' },
    items: [
      { name: 'Mug', quantity: 2, unitAmount: 1000 },
      { name: 'Postage', quantity: 1, unitAmount: 400 },
    ],
  })
  expect(detail?.events).toMatchObject([
    { delivered: 1, pending: 1, failed: 0, sentAt: new Date('2026-03-01T12:00:00Z') },
  ])
  expect((await paymentDetail(db, A, id(3)))?.payment).toMatchObject({
    items: [],
    metadata: {},
    description: null,
  })
})

test('what a payment has beyond that is read with it: refunds, requests for one, further charges, disputes', async () => {
  const of = `'${A}', '${id(700)}', '${id(3)}'`
  const plain = await paymentDetail(db, A, id(4))
  expect([plain?.refunds, plain?.refundRequests, plain?.surplus, plain?.disputes, plain?.siblings]).toEqual(
    Array(5).fill([]),
  )
  await owner.query(`
    SET session_replication_role = replica;
    INSERT INTO refund (merchant_id, id, payment_id, record_id, amount, currency, charge_ref, gateway_key, status)
      VALUES (${of}, 'rec_refund', 100, 'EUR', 'ch_3', 'g_refund', 'failed');
    INSERT INTO refund_request (merchant_id, id, payment_id, amount, currency, reason, actor)
      VALUES (${of}, 100, 'EUR', 'too large', 'operator:x');
    INSERT INTO surplus_charge (merchant_id, transaction_id, payment_id, gateway_ref, amount, currency)
      VALUES (${of}, 'ch_3_again', 2400, 'EUR');
    INSERT INTO dispute (merchant_id, payment_id, gateway, ref, currency) VALUES ('${A}', '${id(3)}', 'simulator', 'dp_3', 'EUR');
    RESET session_replication_role`)
  const detail = await paymentDetail(db, A, id(3))
  expect(detail?.refunds.map(({ recordId }) => recordId)).toEqual(['rec_refund'])
  expect(detail?.refundRequests.map(({ reason }) => reason)).toEqual(['too large'])
  expect(detail?.surplus.map(({ gatewayRef }) => gatewayRef)).toEqual(['ch_3_again'])
  expect(detail?.disputes.map(({ ref }) => ref)).toEqual(['dp_3'])
  await owner.query(`
    SET session_replication_role = replica;
    DELETE FROM refund; DELETE FROM refund_request; DELETE FROM dispute; DELETE FROM surplus_charge;
    RESET session_replication_role`)
})

test('a payment is read in five statements, whatever it has bought', async () => {
  const statements: string[] = []
  const pool = openPool(appUrl, { max: 1, name: 'counting', waitMs: 30_000 })
  const counting = openDb(pool, ({ query }) => statements.push(query))
  await paymentDetail(counting, A, id(4))
  await counting.$disconnect()
  await pool.end()
  expect(statements.length).toBe(5)
})

test('one merchant never sees another’s payment or record', async () => {
  expect(await paymentDetail(db, A, id(12))).toBeNull()
  expect(await paymentDetail(db, B, id(2))).toBeNull()
  expect(await numbers({ id: id(2) }, B)).toEqual([])
  expect(await findRecord(db, B, 'rec2')).toBeNull()
  expect((await listRecords(db, B, { limit: 50 })).map((record) => record.id)).toEqual(['rec12'])
  expect((await listRecords(db, B, { subjectId: id(2), limit: 50 })).length).toBe(0)
})

test('records are found by the beginning of their key, literally', async () => {
  const found = async (search: string) =>
    (await listRecords(db, A, { search, limit: 50 })).map((record) => record.id)
  expect(await found('key_2')).toEqual(['rec2'])
  expect((await found('key_1')).toSorted()).toEqual(['rec1', 'rec10', 'rec11'])
  expect(await found('key%')).toEqual([])
  expect(await found('keyx2')).toEqual([])
})

test('the overview counts attempts by outcome, charges, and what was prevented', async () => {
  const seen = await overview(db, A, '1h')
  expect(seen.buckets).toHaveLength(60)
  expect(seen.buckets?.reduce((sum, bucket) => sum + bucket.charges, 0)).toBe(9)
  expect(seen.buckets?.reduce((sum, bucket) => sum + bucket.held, 0)).toBe(20)
  expect(seen.current).toMatchObject({ payments: 11, succeeded: 9, failed: 1, prevented: 23, requests: 5 })
  expect(seen.current?.volume).toEqual([
    { currency: 'EUR', amount: 19200n, payments: 8 },
    { currency: 'USD', amount: 2400n, payments: 1 },
  ])
  expect(seen).toMatchObject({ ambiguous: 1, any: true, bucketSeconds: 60 })
  expect(seen.previous?.payments).toBe(0)
})
