import { expect, test } from 'vitest'
import { explainBank, explainChart, explainPresses, paymentLine } from './payment-sentences'

const NONE = { executed: 0, replayed: 0, joined: 0, rejected: 0, recovered: 0, held: 0 }

test.each([
  [{ ...NONE, executed: 1 }, 'Pay was pressed once: 1 request was executed.'],
  [
    { ...NONE, executed: 1, held: 24 },
    'Pay was pressed 25 times: 1 request was executed, 24 presses were held back by the page.',
  ],
  [
    { ...NONE, executed: 1, held: 1 },
    'Pay was pressed twice: 1 request was executed, 1 press was held back by the page.',
  ],
  [
    { ...NONE, executed: 1, joined: 2, replayed: 3, rejected: 1 },
    'Pay was pressed 7 times: 1 request was executed, 2 waited for the running one and got its answer, 3 were answered from the record and 1 was rejected.',
  ],
  [
    { ...NONE, executed: 1, recovered: 1 },
    'Pay was pressed once: 1 request was executed, the server finished the work after a crash.',
  ],
  [{ ...NONE, recovered: 1 }, 'The server finished this payment after a crash.'],
  [NONE, 'Its attempts are still being recorded.'],
])('explains presses: %j', (presses, sentence) => {
  expect(explainPresses(presses)).toBe(sentence)
})

test('an operation that no button starts speaks of requests', () => {
  expect(explainPresses({ ...NONE, executed: 1, replayed: 1 }, 'program')).toBe(
    '2 requests arrived: 1 request was executed, 1 was answered from the record.',
  )
})

test('claims a charge only when there was one, and no charge only when that is known', () => {
  expect(explainBank('succeeded')).toBe('The bank was asked once and charged once.')
  expect(explainBank('succeeded', 3)).toBe(
    'The work changed hands twice; the bank was asked under one key and charged once.',
  )
  expect(explainBank('declined')).toContain('Nothing was charged')
  for (const status of ['unknown', 'sending'])
    expect(explainBank(status)).not.toMatch(/nothing was charged|charged once/i)
})

test('the line of a payment counts presses, requests and charges', () => {
  const payment = { ...NONE, executed: 1, amount: 2400, currency: 'EUR', status: 'succeeded' }
  expect(paymentLine({ ...payment, held: 24 })).toBe('€24.00 paid — 25 presses, 1 request, 1 charge')
  expect(paymentLine({ ...payment, replayed: 2 })).toBe('€24.00 paid — 3 requests, 1 charge')
  expect(paymentLine({ ...payment, status: 'declined' })).toBe('€24.00 declined — 1 request, 0 charges')
})

test('the chart’s sentence counts what was prevented', () => {
  expect(explainChart({ ...NONE, charges: 0 }, 'hour')).toBe('No request arrived in the last hour.')
  expect(explainChart({ ...NONE, executed: 2, charges: 2 }, 'hour')).toBe(
    'In the last hour, 2 requests and 2 charges.',
  )
  expect(explainChart({ ...NONE, executed: 1, replayed: 1, held: 24, charges: 1 }, '24 hours')).toBe(
    'In the last 24 hours, 26 presses of Pay became 2 requests and 1 charge. 25 would have been duplicates and were prevented.',
  )
})
