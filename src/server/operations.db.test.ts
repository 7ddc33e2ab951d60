import type { AnyOperation, Operation } from '@payonce/idempotency'
import { fingerprint, recordId, type Scope } from '@payonce/idempotency'
import type { SqlForm } from '@payonce/idempotency/sql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FINGERPRINT_VERSION } from '@/idempotency/core/fingerprint'
import { readId, uuidv7 } from '@/lib/id'
import { requestRefund } from '@/payments/refund-request'
import { jobsOf } from './jobs/jobs'
import { OPERATIONS, type OperationId, type Operations } from './operations'
import { newOperator } from './testing/operators'
import { openTestProduct, type TestProduct } from './testing/product'

/**
 * Every operation of the registry is settled after a crash by the worker's resolver. A new operation does not
 * compile here until it has a case of its own, and fails here until the resolver knows it.
 */

let product: TestProduct
let scope: Scope

beforeAll(async () => {
  product = await openTestProduct({ PAYONCE_GATEWAY_TIMEOUT_MS: '2000' })
  scope = { merchantId: product.merchantId, actor: 'api' }
})
afterAll(() => product.close())

// biome-ignore lint/suspicious/noExplicitAny: only the input's type is asked for
type InputOf<Op> = Op extends Operation<infer Input, any, any, any> ? Input : never

interface Case<Input> {
  /** A new thing to work on. */
  input(key: string): Promise<Input>
  /** Counts the effect: at the bank, or in our own tables where no bank is asked. */
  effects(key: string, subjectId: string): Promise<number>
  /**
   * Effects when the process dies before it asks the bank. A charge is then withdrawn; a refund is asked for
   * by the resolver.
   */
  effectsUnasked: 0 | 1
}

const changesOf = (_: string, changeId: string) => product.count('changes', `id = '${changeId}'`)
const changeCase = {
  input: async () => ({
    ...(await newOrder()),
    version: 1,
    items: [{ name: 'Mug', quantity: 1, unitAmount: 900 }],
    expiresAt: null,
  }),
  effects: changesOf,
  effectsUnasked: 1 as const,
}
const endCase = {
  input: async () => ({ ...(await newOrder()), version: null }),
  effects: changesOf,
  effectsUnasked: 1 as const,
}

const CASES: { [Id in OperationId]: Case<InputOf<Operations[Id]>> } = {
  pay: {
    input: async () => ({ ...(await newOrder()), version: 1, paymentMethod: 'pm_card_visa' }),
    effects: (_, paymentId) => charges(paymentId),
    effectsUnasked: 0,
  },
  createPayment: {
    input: async () => ({
      merchantId: scope.merchantId,
      amount: 2_400,
      currency: 'EUR',
      paymentMethod: 'pm_card_visa',
    }),
    effects: (_, paymentId) => charges(paymentId),
    effectsUnasked: 0,
  },
  refund: {
    input: async (key) => ({ ...(await newPayment()), amount: REFUNDED, reason: key }),
    effects: refundsOf,
    effectsUnasked: 1,
  },
  operatorRefund: {
    input: async (key) => ({
      ...(await newPayment()),
      amount: REFUNDED,
      reason: key,
      by: actor('operator:someone'),
      allowance: { payment: 10_000, day: 10_000 },
      above: 'admin',
    }),
    effects: refundsOf,
    effectsUnasked: 1,
  },
  approvedRefund: {
    input: async (key) => {
      const [asking, approving] = [await newOperator(product, 'admin'), await newOperator(product, 'admin')]
      await product.owner.query(
        `UPDATE operator SET admin_since = now() - interval '1 day' WHERE role = 'admin'`,
      )
      const request = { ...(await newPayment()), id: uuidv7(), amount: REFUNDED, reason: key }
      await requestRefund(product.deps.db, request, actor(`operator:${asking.id}`), uuidv7)
      const { merchantId, id: refundRequestId } = request
      return { merchantId, refundRequestId, by: actor(`operator:${approving.id}`) }
    },
    effects: refundsOf,
    effectsUnasked: 1,
  },
  capture: {
    input: newAuthorisation,
    effects: async (_, endId) => charges(await paymentOfEnd(endId)),
    effectsUnasked: 1,
  },
  voidPayment: { input: newAuthorisation, effects: releasesOf, effectsUnasked: 1 },
  expireAuthorisation: { input: newAuthorisation, effects: releasesOf, effectsUnasked: 1 },
  placeOrder: {
    input: async (key) => ({
      merchantId: scope.merchantId,
      currency: 'EUR',
      items: [{ name: 'T-shirt', quantity: 1, unitAmount: 1_200 }],
      reference: key,
    }),
    effects: async (key) => {
      const { rows } = await product.owner.query('SELECT FROM orders WHERE reference = $1', [key])
      return rows.length
    },
    effectsUnasked: 1,
  },
  changeOrder: changeCase,
  cancelOrder: endCase,
  operatorChangeOrder: changeCase,
  operatorCancelOrder: endCase,
}

/** A half of the payment, so that a second refund would be possible, and would be seen. */
const REFUNDED = 1_200

describe.each(Object.keys(OPERATIONS) as OperationId[])('%s, whose process died', (id) => {
  const operation = () => product.deps.operations[id] as AnyOperation<SqlForm>
  const { input, effects, effectsUnasked } = CASES[id] as Case<object>

  test('after it had begun: the resolver completes its record', async () => {
    const key = `${id} begun`
    const asked = await input(key)
    const { subjectId } = await begin(operation(), key, asked)
    await resolver()
    expect(await stateOf(operation(), key)).toBe('completed')
    expect(await effects(key, subjectId)).toBe(effectsUnasked)
    await expectReplayed(operation(), key, asked)
    expect(await effects(key, subjectId)).toBe(effectsUnasked)
  })

  test('after it had asked: the resolver completes its record, with the one effect', async () => {
    const key = `${id} asked`
    const asked = await input(key)
    const { subjectId, begun } = await begin(operation(), key, asked)
    await operation().ask(begun)
    await resolver()
    expect(await stateOf(operation(), key)).toBe('completed')
    expect(await effects(key, subjectId)).toBe(1)
    expect((await expectReplayed(operation(), key, asked)).status).toBeLessThan(300)
    expect(await effects(key, subjectId)).toBe(1)
  })
})

/**
 * The first commit of an operation, of a process that is heard of no more: its lease has passed, and the
 * bank's time to settle.
 */
async function begin(operation: AnyOperation<SqlForm>, key: string, input: object) {
  const { merchantId } = scope
  const [id, subjectId] = [recordId(scope, operation.name, key), uuidv7()]
  const claimed = await product.deps.store.claim(
    {
      merchantId,
      id,
      subjectId,
      key,
      scope: scope.actor,
      operation: operation.name,
      fingerprint: fingerprint(input, operation.volatile) ?? '',
      fingerprintVersion: FINGERPRINT_VERSION,
      fields: '{}',
    },
    (claim) => operation.begin(input, { merchantId, recordId: id, subjectId }, claim),
  )
  if (claimed?.begun.kind !== 'written') throw new Error(`${operation.name} did not begin`)
  await product.owner.query(
    "UPDATE idempotency_record SET lease_until = now() - interval '1 second' WHERE id = $1",
    [id],
  )
  await product.owner.query(
    "UPDATE payment SET created_at = now() - interval '1 minute' WHERE status = 'sending'",
  )
  return { subjectId, begun: claimed.begun.row }
}

async function resolver(): Promise<void> {
  const job = jobsOf(product.deps).find(({ name }) => name === 'resolver')
  await job?.run(AbortSignal.timeout(60_000))
}

async function stateOf(operation: AnyOperation<SqlForm>, key: string): Promise<string> {
  const id = recordId(scope, operation.name, key)
  return (await product.owner.query('SELECT state FROM idempotency_record WHERE id = $1', [id])).rows[0].state
}

/** The client comes back with its key. */
async function expectReplayed(operation: AnyOperation<SqlForm>, key: string, input: object) {
  const request = { scope, key, input, waitMs: 0, source: 'test', requestId: uuidv7() }
  const reply = await product.deps.engine.run(operation, request)
  expect(reply).toMatchObject({ kind: 'answer', outcome: 'replayed' })
  if (reply.kind !== 'answer') throw new Error('There is no stored answer.')
  return reply.answer
}

async function newOrder(): Promise<{ merchantId: string; orderId: string }> {
  return { merchantId: scope.merchantId, orderId: uuid('ord', await product.newOrder()) }
}

async function newPayment(): Promise<{ merchantId: string; paymentId: string }> {
  const body = { orderId: await product.newOrder(), paymentMethod: 'pm_card_visa' }
  const paid = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })
  return { merchantId: scope.merchantId, paymentId: uuid('pay', paid.body.id) }
}

async function newAuthorisation(): Promise<{ merchantId: string; paymentId: string }> {
  const body = { orderId: await product.newOrder(), paymentMethod: 'pm_card_visa', capture: 'manual' }
  const paid = await product.api('POST', '/api/v1/payments', body, { 'idempotency-key': uuidv7() })
  return { merchantId: scope.merchantId, paymentId: uuid('pay', paid.body.id) }
}

async function paymentOfEnd(endId: string): Promise<string> {
  const { rows } = await product.owner.query('SELECT payment_id FROM authorisation_end WHERE id = $1', [
    endId,
  ])
  return rows[0].payment_id
}

/** At the bank: whether it is released. */
async function releasesOf(_: string, endId: string): Promise<number> {
  const { rowCount } = await product.owner.query(
    `SELECT FROM gateway_simulator.request WHERE idempotency_key = $1 AND status = 'released'`,
    [await paymentOfEnd(endId)],
  )
  return rowCount ?? 0
}

function uuid(prefix: 'ord' | 'pay', shown: string): string {
  const id = readId(prefix, shown)
  if (!id) throw new Error(`${shown} is no id`)
  return id
}

/** At the bank, of the payment whose refund has this reason. */
async function refundsOf(reason: string): Promise<number> {
  const { rows } = await product.owner.query(
    `SELECT c.refunded_amount FROM refund r JOIN gateway_simulator.charge c ON c.idempotency_key = r.payment_id::text WHERE r.reason = $1`,
    [reason],
  )
  return Number(rows[0].refunded_amount) / REFUNDED
}

const actor = (name: string) => ({ name, address: null, requestId: null })

const charges = (paymentId: string) => product.count('charges', `idempotency_key = '${paymentId}'`)
