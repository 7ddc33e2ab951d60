import { Engine, systemClock } from '@payonce/idempotency'
import { payOperation } from '@/checkout/pay'
import { shopperAnswers } from '@/checkout/shopper-answers'
import { type AnswerCipher, EncryptedStore } from '@/idempotency/stores/encrypted-store'
import { openStore } from '@/idempotency/stores/open-store'
import { uuidv7 } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { openClient, statementSender } from '@/platform/db'
import type { Stage } from '../stage'
import type { BenchPayment } from './path'

export interface EnginePayment extends BenchPayment {
  merchantId: string
}

/**
 * The engine and its store in this process, without HTTP. @param cipher encrypts its answers, as in the product
 * @returns makes a payment, and the text of its answer; throws when it is not 200
 */
export async function engineOn(
  { db, batchPool }: Pick<Stage, 'db' | 'batchPool'>,
  gateway: Gateway,
  cipher?: AnswerCipher,
) {
  const send = statementSender(batchPool)
  const { store, ready } = openStore({ client: db, send, openClient, worker: 'bench', newToken: uuidv7 })
  await ready
  const engine = new Engine({
    store: cipher ? new EncryptedStore(store, cipher) : store,
    observe: () => undefined,
    clock: systemClock,
    newId: uuidv7,
    fieldSecrets: ['bench'],
  })
  const operation = payOperation({
    name: 'checkout.pay',
    db,
    gateway,
    newId: uuidv7,
    baseUrl: 'http://localhost',
    newReceiptToken: uuidv7,
    now: systemClock.now,
    answers: shopperAnswers,
  })
  return async ({ merchantId, key, orderId }: EnginePayment): Promise<string> => {
    const reply = await engine.run(operation, {
      scope: { merchantId, actor: 'bench' },
      key,
      input: { merchantId, orderId, version: 1, paymentMethod: 'pm_card_visa' },
      waitMs: 30_000,
      source: 'bench',
      requestId: key,
    })
    if (reply.kind !== 'answer' || reply.answer.status !== 200)
      throw new Error(`a bench payment failed: ${JSON.stringify(reply)}`)
    return reply.answer.body
  }
}
