import { expect, test } from 'vitest'
import { explainChart, explainPresses, paymentLine, requestsOf } from './payment-sentences'

const NONE = { executed: 0, replayed: 0, joined: 0, rejected: 0, ambiguous: 0, recovered: 0, held: 0 }

test.each([
  [{ ...NONE, executed: 1 }, 'Pay was pressed once: the request did the work.'],
  [
    { ...NONE, executed: 1, held: 24 },
    'Pay was pressed 25 times: 1 request did the work, 24 presses were held back by the page.',
  ],
  [
    { ...NONE, executed: 1, held: 1 },
    'Pay was pressed twice: 1 request did the work, 1 press was held back by the page.',
  ],
  [
    { ...NONE, executed: 1, joined: 2, replayed: 3, rejected: 1 },
    '7 requests: 1 request did the work, 2 waited for the running one and got its answer, 3 were answered from the record and 1 was rejected.',
  ],
  [
    { ...NONE, ambiguous: 1, recovered: 1 },
    'Pay was pressed once: 1 ended before the bank had answered, the server finished it by itself.',
  ],
  [{ ...NONE, recovered: 1 }, 'The server finished this by itself.'],
  [{ ...NONE, held: 3 }, '3 presses were held back by the page.'],
  [NONE, 'Attempts appear in a moment.'],
])('explains presses: %j', (presses, sentence) => {
  expect(explainPresses(presses)).toBe(sentence)
})

test('of several requests of a page, some may be its own retries: they are no presses', () => {
  expect(explainPresses({ ...NONE, executed: 1, replayed: 1, held: 3 })).not.toContain('pressed')
})

test('an operation that no button starts speaks of requests', () => {
  expect(explainPresses({ ...NONE, executed: 1 }, 'program')).toBe('1 request: it did the work.')
  expect(explainPresses({ ...NONE, executed: 1, replayed: 1 }, 'program')).toBe(
    '2 requests: 1 request did the work, 1 was answered from the record.',
  )
})

test('what ended in doubt did arrive, and was not rejected', () => {
  expect(requestsOf({ ...NONE, ambiguous: 1, replayed: 2, recovered: 1, held: 9 })).toBe(3)
  expect(explainPresses({ ...NONE, ambiguous: 2 }, 'program')).not.toContain('rejected')
})

test('the line of a payment counts presses, requests and charges', () => {
  const bank = {
    charges: 1,
    unexplained: 0,
    surplusRefunded: 0,
    surplusDue: 0,
    surplusParked: 0,
    parked: false,
  }
  const payment = { ...NONE, ...bank, executed: 1, amount: 2400, currency: 'EUR', status: 'succeeded' }
  expect(paymentLine({ ...payment, held: 24 })).toBe('€24.00 paid — 25 presses, 1 request, 1 charge known')
  expect(paymentLine({ ...payment, replayed: 2 })).toBe('€24.00 paid — 3 requests, 1 charge known')
  expect(paymentLine({ ...payment, status: 'declined', charges: 0 })).toBe(
    '€24.00 declined — 1 request, 0 charges',
  )
  expect(paymentLine({ ...payment, status: 'unknown', charges: 0, parked: true })).toBe(
    '€24.00 not known: action needed — 1 request, charges not known',
  )
})

test('the chart’s sentence counts attempts to pay, and what was prevented of payments that were charged', () => {
  const none = { ...NONE, again: 0, charges: 0 }
  expect(explainChart(none, 'hour')).toBe('Nobody tried to pay in the last hour.')
  expect(explainChart({ ...none, executed: 2, charges: 2 }, 'hour')).toBe(
    'In the last hour: 2 attempts to pay, 2 charges at the bank.',
  )
  expect(explainChart({ ...none, executed: 1, replayed: 1, held: 24, charges: 1 }, '24 hours')).toBe(
    'In the last 24 hours: 26 attempts to pay, 1 charge at the bank. 25 repeats of a payment that was charged did not reach the bank.',
  )
  // Repeats of declines: nothing was prevented.
  expect(explainChart({ ...none, executed: 1, again: 5 }, 'hour')).toBe(
    'In the last hour: 6 attempts to pay, 0 charges at the bank.',
  )
})
