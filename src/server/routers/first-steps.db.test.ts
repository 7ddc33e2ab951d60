import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { revokeApiKey } from '@/access/api-key'
import { readToken } from '@/access/token'
import { uuidv7 } from '@/lib/id'
import { callProcedure, newOperator, type TestOperator } from '../testing/operators'
import { apiReply, openTestProduct, type TestProduct } from '../testing/product'

/** What a newcomer is shown of their own shop: the first steps, and the key of the demo. */

let product: TestProduct
let merchantId: string
let token: string
let admin: TestOperator
const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'payonce-first-steps-'))

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_DATA_DIR: dataDir })
  // Not the first merchant, who has a key already.
  const other = await product.otherMerchant()
  merchantId = other.merchantId
  token = other.token
  admin = await newOperator(product, 'admin', merchantId)
})
afterAll(async () => {
  await product.close()
  fs.rmSync(dataDir, { recursive: true })
})

async function ask(procedure: string, operator = admin) {
  const cookie = await operator.cookie()
  return (await callProcedure(product, { path: procedure, type: 'query', cookie })).data
}

async function pay(key: string) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${token}`,
    'idempotency-key': key,
  }
  const body = JSON.stringify({ amount: 2_400, currency: 'EUR', paymentMethod: 'pm_card_visa' })
  return apiReply(await product.call('/api/v1/payments', { method: 'POST', headers, body }))
}

test('the first steps are what the merchant’s own rows show', async () => {
  const before = await ask('payments.firstSteps')
  expect(before).toMatchObject({ paid: false, repeated: false, baseUrl: product.deps.env.baseUrl })
  expect(before.apiKey.hint).toBe(`sk_test_…${token.slice(-4)}`)
  expect((await pay('first')).status).toBe(201)
  // Attempts are written a moment after their answers.
  const attempts = 'SELECT outcome FROM attempt WHERE merchant_id = $1'
  await expect
    .poll(async () => (await product.owner.query(attempts, [merchantId])).rows)
    .toEqual([{ outcome: 'executed' }])
  expect(await ask('payments.firstSteps')).toMatchObject({ paid: true, repeated: false })
  expect((await pay('first')).header('idempotent-replayed')).toBe('true')
  await expect.poll(async () => (await ask('payments.firstSteps')).repeated).toBe(true)
  const theirs = await newOperator(product, 'viewer')
  expect(await ask('payments.firstSteps', theirs)).toMatchObject({ paid: false, repeated: false })
})

test('the demo’s key is read from the data folder, for its own merchant, while it works', async () => {
  expect(await ask('developers.demoKey')).toEqual({ apiKey: null })
  const file = path.join(dataDir, 'demo.json')
  fs.writeFileSync(file, JSON.stringify({ apiKey: token }))
  expect(await ask('developers.demoKey')).toEqual({ apiKey: token })
  expect(await ask('developers.demoKey', await newOperator(product, 'admin'))).toEqual({ apiKey: null })
  fs.writeFileSync(file, 'no JSON')
  expect(await ask('developers.demoKey')).toEqual({ apiKey: null })
  fs.writeFileSync(file, JSON.stringify({ apiKey: token }))
  const { rows } = await product.owner.query('SELECT id::text FROM api_key WHERE hash = $1', [
    readToken(token)?.hash,
  ])
  await revokeApiKey(product.deps.db, { merchantId, id: rows[0].id, by: 'test' }, uuidv7)
  expect(await ask('developers.demoKey')).toEqual({ apiKey: null })
  expect(await ask('payments.firstSteps')).toMatchObject({ apiKey: null })
})
