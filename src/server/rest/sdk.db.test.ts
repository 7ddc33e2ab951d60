import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Attempt } from '@payonce/sdk'
import {
  AlreadyPaid,
  Declined,
  Forbidden,
  InvalidRequest,
  KeyReused,
  OutcomeUnknown,
  Payonce,
  type PayonceError,
  Unauthorized,
} from '@payonce/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readId } from '@/lib/id'
import { openTestProduct, type TestProduct } from '../testing/product'

/** The client library against the real server, over a real socket. */
let product: TestProduct
let server: http.Server
let payonce: Payonce
let open: (apiKey: string, fetching?: typeof fetch) => Payonce

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '1500' })
  server = http.createServer(getRequestListener(product.fetch))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const baseUrl = `http://127.0.0.1:${(server.address() as net.AddressInfo).port}`
  open = (apiKey, fetching = fetch) => new Payonce({ apiKey, baseUrl, fetch: fetching, timeoutMs: 5_000 })
  payonce = open(await product.newApiKey())
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await product.close()
})

const AMOUNT = { amount: 2400, currency: 'EUR', paymentMethod: 'pm_card_visa' }
const charges = (payment: string) => product.count('charges', `idempotency_key = '${readId('pay', payment)}'`)
const caught = async (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable('it succeeded'),
    (error: unknown) => error,
  )
/** A network that does the first request and loses its answer. */
function lossy(): typeof fetch {
  let lost = false
  return async (input, init) => {
    const answer = await fetch(input, init)
    if (lost) return answer
    lost = true
    await answer.arrayBuffer()
    throw new TypeError('the line broke')
  }
}

describe('a payment', () => {
  it('is made, read, listed and refunded', async () => {
    const order = await payonce.orders.create({
      currency: 'EUR',
      items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1200 }],
      reference: 'R-1',
    })
    const paid = await payonce.payments.create({ orderId: order.id, paymentMethod: 'pm_card_visa' })
    expect(paid).toMatchObject({
      amount: 2400,
      status: 'succeeded',
      orderId: order.id,
      idempotency: { replayed: false, requests: 1 },
    })
    const { idempotency, ...payment } = paid
    expect(await payonce.payments.get(paid.id)).toEqual(payment)
    expect((await payonce.orders.get(order.id)).status).toBe('paid')
    expect((await payonce.payments.list({ limit: 1 })).items).toEqual([payment])
    expect(await payonce.idempotency.get('payments.create', idempotency.key)).toMatchObject({
      state: 'completed',
      resource: { id: paid.id },
    })
    const refund = await payonce.refunds.create(paid.id, { amount: 400 })
    expect(refund).toMatchObject({ amount: 400, status: 'succeeded' })
    expect((await payonce.refunds.list(paid.id)).items).toMatchObject([{ id: refund.id }])
    const { items } = await payonce.ledger.accounts()
    expect(items.find(({ code }) => code === 'refunds')).toMatchObject({ balance: 400 })
    expect((await payonce.ledger.transactions({ limit: 1 })).items).toMatchObject([
      { kind: 'refund', paymentId: paid.id },
    ])
  })

  it('whose answer is lost is sent again by itself, and charged once', async () => {
    const attempts: Attempt[] = []
    const paid = await open(await product.newApiKey(), lossy()).payments.create(AMOUNT, {
      onAttempt: (attempt) => attempts.push(attempt),
    })
    expect(paid.idempotency).toMatchObject({ replayed: true, requests: 2 })
    expect(new Set(attempts.map(({ key }) => key))).toHaveLength(1)
    expect(await charges(paid.id)).toBe(1)
  })

  it('of a program that died goes on under the key that it kept', async () => {
    let kept = ''
    const first = await payonce.payments.create(AMOUNT, {
      beforeSend: (key) => {
        kept = key
      },
    })
    const again = await payonce.payments.create(AMOUNT, { idempotencyKey: kept })
    expect([again.id, again.idempotency.replayed]).toEqual([first.id, true])
    expect(await charges(first.id)).toBe(1)
  })

  it('with one key in ten calls at once is one payment', async () => {
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        payonce.payments.create(AMOUNT, { idempotencyKey: 'ten "at once"', waitSeconds: 5 }),
      ),
    )
    expect(new Set(all.map(({ id }) => id))).toHaveLength(1)
    expect(await charges(all[0]?.id ?? '')).toBe(1)
  })

  it('lists go through all pages', async () => {
    for (let i = 0; i < 3; i++) await payonce.payments.create(AMOUNT)
    const ids: string[] = []
    for await (const page of payonce.payments.pages({ limit: 2 })) ids.push(...page.items.map(({ id }) => id))
    expect(new Set(ids)).toHaveLength(ids.length)
    expect(ids).toHaveLength(await product.count('payments', `merchant_id = '${product.merchantId}'`))
  })
})

describe('what goes wrong', () => {
  it('declined', async () => {
    const error = await caught(payonce.payments.create({ ...AMOUNT, paymentMethod: 'pm_card_expired' }))
    expect(error).toBeInstanceOf(Declined)
    expect(error).toMatchObject({
      declineCode: 'expired_card',
      safeNewKey: true,
      retry: 'no',
      status: 402,
      requestId: expect.any(String),
    })
  })

  it('paid already', async () => {
    const orderId = await product.newOrder()
    const paid = await payonce.payments.create({ orderId, paymentMethod: 'pm_card_visa' })
    const error = await caught(payonce.payments.create({ orderId, paymentMethod: 'pm_card_visa' }))
    expect(error).toBeInstanceOf(AlreadyPaid)
    expect(error).toMatchObject({ payment: paid.id, safeNewKey: false })
  })

  it('a key used for something else', async () => {
    await payonce.payments.create(AMOUNT, { idempotencyKey: 'used' })
    const error = await caught(payonce.payments.create({ ...AMOUNT, amount: 1 }, { idempotencyKey: 'used' }))
    expect(error).toBeInstanceOf(KeyReused)
    expect(error).toMatchObject({ differs: ['/amount'] })
  })

  it('a request that is wrong', async () => {
    const error = await caught(payonce.payments.create({ ...AMOUNT, amount: -1 }))
    expect(error).toBeInstanceOf(InvalidRequest)
    expect(error).toMatchObject({ errors: [{ pointer: '/amount' }] })
  })

  it('not known: it asks to the end of its time, then says so, with the key; later the same key knows', async () => {
    const impatient = open(await product.newApiKey())
    const error = await caught(
      impatient.payments.create({ ...AMOUNT, paymentMethod: 'pm_card_timeout_after_charge' }),
    )
    expect(error).toBeInstanceOf(OutcomeUnknown)
    const { key, safeNewKey } = error as OutcomeUnknown
    expect(safeNewKey).toBe(false)
    await product.owner.query(
      `UPDATE idempotency_record SET lease_until = now() - interval '1 s' WHERE state = 'unknown'`,
    )
    await product.deps.engine.recover(product.deps.operations.createPayment, 20, 'test')
    const paid = await payonce.payments.create(
      { ...AMOUNT, paymentMethod: 'pm_card_timeout_after_charge' },
      { idempotencyKey: key as string },
    )
    expect(paid).toMatchObject({ status: 'succeeded', idempotency: { replayed: true } })
    expect(await charges(paid.id)).toBe(1)
  })

  it('no rights, and no key', async () => {
    const weak = open(await product.newApiKey({ scopes: ['payments:read'] }))
    expect(await caught(weak.payments.create(AMOUNT))).toBeInstanceOf(Forbidden)
    const { token } = await product.otherMerchant()
    const stranger = open(token)
    const paid = await payonce.payments.create(AMOUNT)
    expect(await caught(stranger.payments.get(paid.id))).toMatchObject({ kind: 'not-found' })
    await product.owner.query(`UPDATE api_key SET revoked_at = now() WHERE hint = $1`, [
      `sk_test_…${token.slice(-4)}`,
    ])
    const error = await caught(stranger.payments.get(paid.id))
    expect(error).toBeInstanceOf(Unauthorized)
    expect(JSON.stringify(error) + String((error as PayonceError).stack)).not.toContain(token)
  })
})
