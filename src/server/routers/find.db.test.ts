import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createOperator } from '@/access/operator'
import { receiptCode } from '@/checkout/receipt-code'
import { showId, uuidv7 } from '@/lib/id'
import { shorten } from '@/ui/copy-id'
import { openTestProduct, type TestProduct } from '../testing/product'

let product: TestProduct
let ours: string
let theirs: string
/** Of one payment with a refund: every name by which it goes. */
let names: Record<
  'payment' | 'uuid' | 'order' | 'refund' | 'token' | 'charge' | 'bankRefund' | 'posting',
  string
>

beforeAll(async () => {
  product = await openTestProduct()
  const other = uuidv7()
  await product.deps.db.merchant.create({ data: { id: other, name: 'Another shop' } })
  ours = await signIn('ours@example.com', product.merchantId)
  theirs = await signIn('theirs@example.com', other)
  const orderId = await product.newOrder({ reference: 'R-7' })
  const body = { orderId, version: 1, paymentMethod: 'pm_card_visa', key: 'key-of-the-find-test' }
  const paid = await product.pay(body, await product.cookie())
  expect(paid.status, paid.text).toBe(200)
  const { rows } = await product.owner.query('SELECT id, receipt_token, gateway_ref FROM payment')
  const payment = showId('pay', rows[0].id)
  const refunded = await product.api(
    'POST',
    `/api/v1/payments/${payment}/refunds`,
    { amount: 100 },
    {
      'idempotency-key': 'refund-of-the-find-test',
    },
  )
  expect(refunded.status, refunded.text).toBe(201)
  const { rows: refunds } = await product.owner.query('SELECT id, gateway_ref, transaction_id FROM refund')
  names = {
    payment,
    uuid: rows[0].id,
    order: orderId,
    refund: showId('ref', refunds[0].id),
    token: rows[0].receipt_token,
    charge: rows[0].gateway_ref,
    bankRefund: refunds[0].gateway_ref,
    posting: showId('txn', refunds[0].transaction_id),
  }
})
afterAll(() => product.close())

async function signIn(email: string, merchantId: string): Promise<string> {
  const password = 'correct horse battery'
  await createOperator(product.deps.auth, { email, password, name: 'Operator', merchantId })
  const answer = await product.call('/api/auth/sign-in/email', {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: 'http://localhost:3000' },
    body: JSON.stringify({ email, password }),
  })
  return (answer.headers.getSetCookie()[0] ?? '').split(';')[0] ?? ''
}

async function find(text: string, cookie = ours) {
  const input = encodeURIComponent(JSON.stringify({ text }))
  const answer = await product.call(`/api/trpc/find.pasted?input=${input}`, { headers: { cookie } })
  const body = await answer.json()
  return { status: answer.status, ...body.result?.data }
}

/** A payment with words of its own. */
async function payWith(body: object): Promise<string> {
  const paid = await product.api(
    'POST',
    '/api/v1/payments',
    { currency: 'EUR', paymentMethod: 'pm_card_visa', ...body },
    { 'idempotency-key': uuidv7() },
  )
  expect(paid.status, paid.text).toBe(201)
  return JSON.parse(paid.text).id
}

describe('what a person pastes', () => {
  it.each<[string, () => string, { kind: string; by: string; name: keyof typeof names }[]]>([
    ['an id of a payment', () => names.payment, [{ kind: 'payment', by: 'id', name: 'payment' }]],
    [
      'one as pages shorten it',
      () => shorten(names.payment, 8, 4),
      [{ kind: 'payment', by: 'id', name: 'payment' }],
    ],
    [
      'a bare UUID, the key sent to the bank',
      () => names.uuid,
      [{ kind: 'payment', by: 'id', name: 'payment' }],
    ],
    ['an id of a refund', () => names.refund, [{ kind: 'refund', by: 'id', name: 'refund' }]],
    ['an id of an order', () => names.order, [{ kind: 'order', by: 'id', name: 'order' }]],
    ['a posting', () => names.posting, [{ kind: 'transaction', by: 'id', name: 'posting' }]],
    [
      'a receipt’s link',
      () => `https://pay.example.com/receipt/${names.token}?x=1`,
      [{ kind: 'payment', by: 'receipt', name: 'payment' }],
    ],
    ['a receipt’s token', () => names.token, [{ kind: 'payment', by: 'receipt', name: 'payment' }]],
    [
      'the bank’s reference of a charge',
      () => names.charge,
      [{ kind: 'payment', by: 'bank', name: 'payment' }],
    ],
    [
      'the bank’s reference of a refund',
      () => names.bankRefund,
      [{ kind: 'refund', by: 'bank', name: 'refund' }],
    ],
    [
      'a link to a page of the dashboard',
      () => `http://localhost:3000/dashboard/payments/${names.payment}#books`,
      [{ kind: 'payment', by: 'id', name: 'payment' }],
    ],
  ])('%s is found', async (_, text, wanted) => {
    const { status, found } = await find(text())
    expect(status).toBe(200)
    expect(found.map(({ kind, by, id }: Record<string, string>) => ({ kind, by, id }))).toEqual(
      wanted.map(({ kind, by, name }) => ({ kind, by, id: names[name] })),
    )
    expect(found[0].paymentId).toBe(names.payment)
  })

  it('has the amount of what was found: of the refund, not of its payment', async () => {
    expect((await find(names.refund)).found[0]).toMatchObject({ amount: 100, currency: 'EUR', note: 'R-7' })
    expect((await find(names.payment)).found[0]).toMatchObject({ amount: 2400, status: 'succeeded' })
  })

  it.each(['key-of-the-find-test', 'key-of-the'])(
    'a key, or the beginning of one, leads to its record: %s',
    async (text) => {
      expect((await find(text)).found).toMatchObject([
        { kind: 'record', by: 'key', note: 'key-of-the-find-test' },
      ])
    },
  )

  it('of an order that nobody has tried to pay has no payment', async () => {
    const order = await product.newOrder()
    expect((await find(order)).found).toMatchObject([
      { kind: 'order', id: order, paymentId: null, status: null },
    ])
  })

  it.each([
    '4343',
    'nobody@example.com',
    '0123456789ab',
    '24.51',
    'JPY 2400',
    'e=%',
    'pay_00000000000070008000000000000000',
    '%',
    '_____',
    '…',
    "'; SELECT 1",
  ])('that is nothing of ours is no error: %s', async (text) => {
    expect(await find(text)).toMatchObject({ status: 200, found: [] })
  })

  it.each([
    ['nothing', ''],
    ['spaces', '   '],
    ['more than 500 characters', 'x'.repeat(501)],
  ])('that cannot be looked for is refused: %s', async (_, text) => {
    expect((await find(text)).status).toBe(400)
  })
})

describe('what a person types', () => {
  let tickets: string
  beforeAll(async () => {
    tickets = await payWith({
      amount: 1999,
      description: 'Two tickets',
      metadata: { cart: 'A-7431', '19': 'x' },
    })
    await payWith({ amount: 1999, currency: 'KWD', description: 'Ticket of another' })
  })

  it.each<[string, string, string]>([
    ['two TICKETS', 'description', 'Two tickets'],
    ['a-7431', 'metadata', 'cart=A-7431'],
    ['cart=a-7431', 'metadata', 'cart=A-7431'],
  ])('%s leads to a payment, by its %s', async (text, by, note) => {
    expect((await find(text)).found).toMatchObject([{ kind: 'payment', id: tickets, by, note }])
  })

  it.each(['19.99', '€19.99', '19,99 EUR'])('an amount leads to its payments: %s', async (text) => {
    const { found, amounts } = await find(text)
    expect(found).toMatchObject([{ kind: 'payment', id: tickets, by: 'amount', amount: 1999 }])
    expect(amounts).toEqual([{ currency: 'EUR', amount: 1999 }])
  })

  it('an amount without a currency is one of any that the merchant has', async () => {
    await payWith({ amount: 3000, currency: 'EUR' })
    await payWith({ amount: 30, currency: 'JPY' })
    expect((await find('30.00')).amounts).toEqual([{ currency: 'EUR', amount: 3000 }])
    const { amounts } = await find('JPY 30')
    expect(amounts).toEqual([{ currency: 'JPY', amount: 30 }])
  })

  it('the last four digits of a card find several, the newest five, and say that there are more', async () => {
    for (let n = 0; n < 5; n++) await payWith({ amount: 100 + n })
    const { found, moreWords } = await find('4242')
    expect([found.length, moreWords]).toEqual([5, true])
    expect(new Set(found.map(({ by }: { by: string }) => by))).toEqual(new Set(['card']))
  })

  it('the code on a receipt leads to its payment, in any case of its letters', async () => {
    const { rows } = await product.owner.query(
      `SELECT p.id::text, p.amount, t.id::text AS posting FROM payment p JOIN ledger_transaction t ON t.payment_id = p.id AND t.kind = 'capture'
       WHERE p.id = $1`,
      [names.uuid],
    )
    const proven = {
      paymentId: names.uuid,
      amount: BigInt(rows[0].amount),
      currency: 'EUR',
      transactionId: rows[0].posting,
    }
    const code = receiptCode(proven, product.deps.receiptSecrets[0])
    const { found, codesTried } = await find(code.toUpperCase())
    expect(found).toMatchObject([{ id: names.payment, by: 'code' }])
    expect(codesTried).toBe(2_000)
    expect((await find(code, theirs)).found).toEqual([])
  })
})

it('another merchant finds nothing by any of these names', async () => {
  for (const name of [...Object.values(names), 'key-of-the-find-test', '19.99', 'two tickets', 'cart=a-7431'])
    expect([name, (await find(name, theirs)).found]).toEqual([name, []])
})
