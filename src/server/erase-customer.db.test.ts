import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkIntegrity } from '@/payments/integrity'
import { eraseCommand } from '@/setup/erase-customer'
import { openTestProduct, type TestProduct } from './testing/product'

/** `npm run merchant -- erase`: who ordered is forgotten, what was charged is not. */
const EMAIL = 'ada@example.com'
let product: TestProduct
let ownerUrl: string

beforeAll(async () => {
  product = await openTestProduct()
  ownerUrl = product.owner.options.connectionString ?? ''
})
afterAll(() => product.close())

const erase = (...flags: string[]) => eraseCommand(flags, async () => ownerUrl)
const erased = (email = EMAIL) => erase('--merchant', product.merchantId, '--email', email)

async function paidOrder(key: string, customerEmail: string) {
  const order = await product.api(
    'POST',
    '/api/v1/orders',
    { currency: 'EUR', customerEmail, items: [{ name: 'T-shirt', quantity: 1, unitAmount: 1200 }] },
    { 'idempotency-key': `order-${key}` },
  )
  const pay = (paymentMethod = 'pm_card_visa') =>
    product.api(
      'POST',
      '/api/v1/payments',
      { orderId: order.body.id, paymentMethod },
      { 'idempotency-key': `pay-${key}` },
    )
  return {
    id: order.body.id as string,
    order,
    pay,
    read: () => product.api('GET', `/api/v1/orders/${order.body.id}`),
  }
}

/** Rows of all tables that have the text somewhere, but for the searches' copies, which their job writes anew. */
async function placesOf(text: string): Promise<string[]> {
  const { rows: tables } = await product.owner.query<{ name: string }>(
    `SELECT c.oid::regclass::text AS name FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const { rows } = await product.owner.query(`SELECT 1 FROM ${name} t WHERE t::text ILIKE $1 LIMIT 1`, [
      `%${text}%`,
    ])
    if (rows.length > 0) found.push(name)
  }
  return found
}

it('blanks the e-mail, the answers and the mails; books and tombstones stay, and a late retry charges nothing', async () => {
  const mine = await paidOrder('mine', 'Ada@Example.com')
  const other = await paidOrder('other', 'bob@example.com')
  expect([(await mine.pay()).status, (await other.pay()).status]).toEqual([201, 201])
  const { rows } = await product.owner.query(
    `SELECT id, order_id FROM payment WHERE merchant_id = $1 ORDER BY created_at`,
    [product.merchantId],
  )
  await product.owner.query(
    `INSERT INTO mail (merchant_id, id, recipient, subject, body) VALUES ($1, $2, 'Ada@Example.com', 'Receipt', 'Dear Ada')`,
    [product.merchantId, rows[0].id],
  )
  await product.owner.query(
    `INSERT INTO receipt_mail (merchant_id, payment_id, number, id, amount, currency, transaction_id, code, signed_by, actor)
     SELECT $1, $2, 0, $2, 1200, 'EUR', t.id, '0123456789ab', '0123456789abcdef', 'system' FROM ledger_transaction t WHERE t.payment_id = $2`,
    [product.merchantId, rows[0].id],
  )
  const books = async () =>
    (await product.owner.query('SELECT count(*)::int AS n, sum(amount)::text FROM entry')).rows
  const [charges, before] = [await product.count('charges'), await books()]
  expect(await placesOf(EMAIL)).toEqual(expect.arrayContaining(['orders', 'mail']))

  expect(await erased()).toBe('Erased: orders 1, stored answers 2, mails with receipts 1.')
  expect(await placesOf(EMAIL)).toEqual([])
  expect((await mine.read()).body).toMatchObject({ id: mine.id, customerEmail: null, status: 'paid' })
  expect((await other.read()).body).toMatchObject({ customerEmail: 'bob@example.com' })
  const [{ state, recipient }] = (await product.owner.query('SELECT state, recipient FROM mail')).rows
  expect([state, recipient]).toEqual(['failed', 'erased'])

  expect(await mine.pay()).toMatchObject({ body: { kind: 'answer-expired' } })
  expect(await mine.pay('pm_card_visa_2')).toMatchObject({ body: { kind: 'answer-expired' } })
  expect((await other.pay()).header('idempotent-replayed')).toBe('true')
  expect([await product.count('charges'), await books()]).toEqual([charges, before])
  const { findings } = await checkIntegrity(product.deps.db, null)
  expect(findings.filter(({ id, offenders }) => offenders.length > 0 && !id.includes('receipt'))).toEqual([])
  const entries = await product.owner.query(`SELECT detail FROM audit_log WHERE action = 'customer.erased'`)
  expect(entries.rows).toEqual([
    { detail: 'orders 1, stored answers 2, mails 1, still under way 0; by npm run merchant' },
  ])
  expect(await erased()).toContain('orders 0, stored answers 0, mails with receipts 0')
})

it('leaves what is under way for another call', async () => {
  const order = await paidOrder('doubt', 'eve@example.com')
  await order.pay('pm_card_challenge')
  expect(await erased('eve@example.com')).toContain('Still under way: 1.')
  expect((await order.read()).body).toMatchObject({ customerEmail: 'eve@example.com' })
})

it('is the owner’s alone, and says how it is called', async () => {
  const { merchantId, deps } = product
  await expect(deps.db.$queryRawUnsafe(`SELECT erase_customer('${merchantId}', '${EMAIL}')`)).rejects.toThrow(
    'permission denied',
  )
  await expect(
    deps.db.$executeRawUnsafe(
      `UPDATE orders SET customer_email = NULL WHERE customer_email = 'bob@example.com'`,
    ),
  ).rejects.toThrow('may not change')
  for (const flags of [
    [],
    ['--email', EMAIL],
    ['--merchant', merchantId],
    ['--merchant', 'x', '--email', EMAIL],
    ['--all'],
  ])
    await expect(erase(...flags)).rejects.toThrow(/^Usage: npm run merchant -- erase/)
  await expect(
    erase(
      '--merchant',
      merchantId.replace(/.$/, (c) => (c === '0' ? '1' : '0')),
      '--email',
      EMAIL,
    ),
  ).rejects.toThrow('There is no merchant')
})
