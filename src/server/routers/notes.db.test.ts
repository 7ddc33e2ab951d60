import { afterAll, beforeAll, expect, test } from 'vitest'
import { readId, uuidv7 } from '@/lib/id'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { openTestProduct, type TestProduct } from '../testing/product'

/** Notes on a payment: who writes and who reads them, once, and never again. */
let product: TestProduct
let support: TestOperator
let viewer: TestOperator
let payment: string

beforeAll(async () => {
  product = await openTestProduct()
  support = await newOperator(product, 'support')
  viewer = await newOperator(product, 'viewer')
  const body = { amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
  payment = (await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': 'noted' })).body.id
})
afterAll(() => product.close())

async function add(text: string, newId = uuidv7(), who = support) {
  const input = { payment, text, newId }
  return callProcedure(product, { path: 'notes.add', type: 'mutation', input, cookie: await who.cookie() })
}
async function list(who = viewer) {
  const input = { payment }
  return callProcedure(product, { path: 'notes.list', type: 'query', input, cookie: await who.cookie() })
}

test('14.2 a note is written once, with author and time, audited, and read by every operator as it was written', async () => {
  const newId = uuidv7()
  const text = '<b>called</b> & promised a refund'
  expect((await Promise.all([add(text, newId), add(text, newId)])).map(({ kind }) => kind)).toEqual([
    null,
    null,
  ])
  const { data } = await list()
  expect(data.notes).toMatchObject([
    { id: newId, text, by: { actor: `operator:${support.id}`, address: null } },
  ])
  expect(Date.parse(data.notes[0].createdAt)).toBeLessThanOrEqual(Date.now() + 1_000)
  const audited = await product.owner.query(
    `SELECT action, actor, detail FROM audit_log WHERE subject = $1`,
    [newId],
  )
  expect(audited.rows).toEqual([
    {
      action: 'payment.noted',
      actor: `operator:${support.id}`,
      detail: `payment ${readId('pay', payment)}, ${text.length} characters`,
    },
  ])
  expect((await add('another text', newId)).kind).toBe('key-reused')
})

test('a viewer writes none; an empty, a too long, and a card number are refused', async () => {
  expect((await add('x', uuidv7(), viewer)).status).toBe(403)
  expect((await add('   ')).kind).toBe('validation')
  expect((await add('x'.repeat(1_001))).kind).toBe('validation')
  expect((await add('x'.repeat(1_000))).kind).toBeNull()
  expect((await add('the card is 4242 4242 4242 4242')).kind).toBe('card-number')
})

test('another merchant reads and writes nothing', async () => {
  const other = await newOperator(product, 'admin', (await product.otherMerchant()).merchantId)
  expect((await list(other)).data.notes).toEqual([])
  expect((await add('x', uuidv7(), other)).kind).toBe('not-found')
})

test('the database changes and removes none', async () => {
  await expect(product.owner.query(`UPDATE payment_note SET text = 'y'`)).rejects.toThrow()
  await expect(product.owner.query('DELETE FROM payment_note')).rejects.toThrow()
})
