import { expect, test } from 'vitest'
import { explainDelivery, paymentOf } from './delivery-sentences'

const FACTS = {
  state: 'pending',
  attempts: 0,
  lastStatus: null,
  lastError: null,
  endpoint: { state: 'enabled' },
} as const

test.each([
  [{}, 'It is about to be sent.'],
  [{ state: 'delivered', attempts: 1, lastStatus: 204 }, 'Your server answered 204 after 1 attempt.'],
  [
    { attempts: 2, lastError: 'No answer in time.' },
    'Not arrived after 2 attempts. No answer in time. It is sent again.',
  ],
  [
    { state: 'failed', attempts: 10, lastStatus: 500 },
    'It was given up after 10 attempts. Your server answered 500.',
  ],
  [{ endpoint: { state: 'paused' } }, 'It waits until the endpoint is resumed.'],
  [{ endpoint: { state: 'disabled' } }, 'It waits: the endpoint is disabled.'],
  [{ endpoint: null }, 'Its endpoint was deleted: it is not sent any more.'],
] as const)('explains %j', (facts, sentence) => {
  expect(explainDelivery({ ...FACTS, ...facts })).toBe(sentence)
})

test('finds the payment of an event', () => {
  const payment = `pay_${'a'.repeat(32)}`
  expect(paymentOf(`{"type":"refund.failed","data":{"refund":"ref_1","payment":"${payment}"}}`)).toBe(payment)
  expect(paymentOf('{"type":"webhook.test","data":{"endpoint":"whe_1"}}')).toBeNull()
})
