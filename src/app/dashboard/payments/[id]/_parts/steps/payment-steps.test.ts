import { describe, expect, test } from 'vitest'
import type { StepFacts } from './payment-step'
import { stepsOf } from './payment-steps'
import { explainStep } from './step-sentences'
import {
  attempt,
  BEGAN,
  foundLater,
  instant,
  paid,
  parked,
  posting,
  recordOf,
  takenOver,
} from './testing/payment-facts'

/** The story, with the ms after the begin of each step. */
function story(facts: StepFacts): string[] {
  const { participants, steps } = stepsOf(facts)
  return steps.map((step) => `${step.at - BEGAN} ${explainStep(step, participants).sentence}`)
}

const kinds = (facts: StepFacts) => stepsOf(facts).steps.map(({ event }) => event.kind)

test('one press that paid: request, claim, question, answer, posting, reply', () => {
  expect(story(paid())).toEqual([
    '0 Pay was pressed: a request reached Server A.',
    '5 Server A claimed the key and began the payment, before it asked the bank.',
    '10 Server A asked the bank for £24.00, under the payment’s own key.',
    '90 The bank answered that it charged the card.',
    '95 The ledger got the posting “Card payment”, in the same commit as the answer.',
    '100 Server A answered 200 after 100 ms.',
  ])
})

test('a decline is stored, and nothing is posted', () => {
  const declined = paid({
    status: 'declined',
    declineCode: 'insufficient_funds',
    attempts: [attempt('executed', 0, { status: 402, problem: 'payment-declined' })],
    transactions: [],
  })
  expect(story(declined).slice(3)).toEqual([
    '90 The bank answered that it declined (insufficient_funds).',
    '100 Server A stored the answer under the key.',
    '100 Server A answered 402 (payment-declined) after 100 ms.',
  ])
})

test('a server that was killed left no line: its claim is all that is said of it, and its process is not named', () => {
  expect(story(takenOver())).toEqual([
    '5 A server claimed the key and began the payment. Its request has left no line.',
    '31000 The worker took the payment over, to find out what had become of it.',
    '31010 The worker asked the bank what had happened under the payment’s key. Asking never charges.',
    '31090 The bank answered that it charged the card.',
    '31095 The ledger got the posting “Card payment”, in the same commit as the answer.',
    '32000 1 request with the same key was answered from the record: the same 200 again.',
  ])
  expect(stepsOf(takenOver()).participants.map(({ label }) => label)).toEqual([
    'Shopper',
    'Server A',
    'Worker',
    'Payonce',
    'Ledger',
    'Bank',
  ])
})

test('a bank that was silent: the doubt, the checks that ended nothing, and the one that did', () => {
  expect(story(foundLater())).toEqual([
    '0 Pay was pressed: a request reached Server A.',
    '5 Server A claimed the key and began the payment, before it asked the bank.',
    '30 Server A asked the bank for £24.00, under the payment’s own key.',
    '4030 No answer came that could be stored: whether it charged was not known to Server A.',
    '4060 Server A answered 409 (outcome-unknown) after 4.06 s.',
    '4060 The bank was to be asked once more; that did not end it.',
    '8000 The worker took the payment over, to find out what had become of it.',
    '8010 The worker asked the bank what had happened under the payment’s key. Asking never charges.',
    '8090 The bank answered that it charged the card.',
    '8095 The ledger got the posting “Card payment”, in the same commit as the answer.',
  ])
})

test('a retry that only met the doubt of another request asked nobody', () => {
  const facts = foundLater()
  const retry = attempt('ambiguous', 5_000, {
    status: 409,
    problem: 'outcome-unknown',
    askedMs: null,
    answeredMs: null,
  })
  facts.attempts.push(retry)
  expect(kinds(facts).filter((kind) => kind === 'ask')).toHaveLength(1)
  expect(story(facts)).toContainEqual(
    '5000 1 request with the same key was rejected by Server A: 409 (outcome-unknown).',
  )
})

test('an attempt that an older version wrote, without the times of its question, still asked', () => {
  const old = { status: 409, problem: 'outcome-unknown', durationMs: 4_060, askedMs: null, answeredMs: null }
  const facts = { ...foundLater(), attempts: [attempt('ambiguous', 0, old)] }
  expect(kinds(facts)).toContain('ask')
  expect(stepsOf(facts).spans).toMatchObject([{ bank: null }])
})

test('a confirmation by the shopper: the first answer ends nothing, the check after it does', () => {
  const facts = paid({
    attempts: [attempt('executed', 0), attempt('recovered', 60_000, { fence: 5 })],
    record: recordOf({
      fence: 5,
      worker: 'worker@host:2',
      claimedAt: instant(60_000),
      completedAt: instant(60_095),
    }),
    transactions: [posting('capture', 60_095)],
  })
  const lines = story(facts)
  expect(lines[3]).toBe('90 The bank answered that the shopper must confirm first.')
  expect(lines[4]).toBe('100 Server A stored the answer under the key.')
  expect(lines).toContain('100 The bank was to be asked 3 more times; that did not end it.')
  expect(lines.at(-1)).toContain('60095 The ledger got the posting')
  const waiting = {
    ...facts,
    attempts: [attempt('executed', 0)],
    transactions: [],
    status: 'requires_action' as const,
  }
  const open = { ...waiting, record: recordOf({ state: 'unknown', completedAt: null }) }
  expect(story(open).at(-1)).toBe('100 The bank wants the shopper to confirm first.')
})

describe('what is not known', () => {
  test('parked: who must decide, and why', () => {
    expect(story(parked()).slice(-2)).toEqual([
      '4060 The bank was to be asked 120 more times; that did not end it.',
      '6300000 The bank has not said yet whether it charged. Nobody asks the bank any more: a person must decide. Why: asked 120 times without an answer.',
    ])
  })

  test('no attempts, while the bank is being asked', () => {
    const record = recordOf({ state: 'sending', status: null, completedAt: null })
    const running = paid({ status: 'sending', attempts: [], transactions: [], record })
    expect(story(running)).toEqual([
      '5 A server claimed the key and began the payment. Its request has left no line.',
      '5 The bank is being asked.',
    ])
    expect(story({ ...running, record: null }).at(-1)).toContain('The bank is being asked.')
  })

  test('two admins’ word is named as theirs', () => {
    const facts = { ...parked(), status: 'not_charged' as const, parked: false, waitsForPerson: null }
    expect(story({ ...facts, declared: 'not-charged' }).at(-1)).toContain(
      'two admins declared it not charged',
    )
  })
})

describe('repeats', () => {
  const many = (outcome: string, count: number, from: number) =>
    Array.from({ length: count }, (_, n) => attempt(outcome, from + n, { durationMs: 2 }))

  test('presses that the page held back are one step', () => {
    const facts = paid({
      attempts: [attempt('executed', 0), attempt('held', 50, { presses: 19, status: 0 })],
    })
    expect(story(facts)).toContain(
      '50 19 presses were held back by the page, by its own report: no request was sent.',
    )
  })

  test('65 attempts are folded by how they ended', () => {
    const facts = paid({
      attempts: [
        attempt('executed', 0),
        ...many('joined', 30, 20),
        ...many('replayed', 33, 200),
        attempt('rejected', 400, { status: 422, problem: 'key-reused' }),
      ],
    })
    const { steps } = stepsOf(facts)
    expect(steps).toHaveLength(9)
    expect(steps.filter(({ event }) => event.kind === 'repeat').map(({ count }) => count)).toEqual([
      30, 33, 1,
    ])
    expect(story(facts)).toContain(
      '20 30 requests with the same key waited for the running one and got its answer, 200.',
    )
  })

  test('a request with another key is called so', () => {
    const other = attempt('rejected', 300, { recordId: 'other', status: 409, problem: 'already-paid' })
    expect(story(paid({ attempts: [attempt('executed', 0), other] })).at(-1)).toBe(
      '300 1 request with another key was rejected by Server A: 409 (already-paid).',
    )
  })

  test('more than four processes share one lane', () => {
    const attempts = Array.from({ length: 6 }, (_, n) =>
      attempt('replayed', 200 + n, { worker: `web@host:${n + 2}` }),
    )
    const labels = stepsOf(paid({ attempts: [attempt('executed', 0), ...attempts] })).participants.map(
      ({ label }) => label,
    )
    expect(labels).toEqual([
      'Shopper',
      'Server A',
      'Server B',
      'Server C',
      'Server D',
      'Other servers',
      'Ledger',
      'Bank',
    ])
  })
})

test('charged twice: what the bank’s list showed, and what became of it', () => {
  const surplus = {
    gatewayRef: 'ch_2',
    amount: 2_400,
    currency: 'GBP',
    status: 'refunded' as const,
    reason: null,
    foundAt: instant(10_000),
    settledAt: instant(13_005),
  }
  const facts = paid({
    surplus: [surplus],
    transactions: [
      posting('capture', 95),
      posting('surplus', 10_000, 'Surplus charge ch_2'),
      posting('reversal', 13_005, 'Surplus charge ch_2'),
    ],
  })
  expect(story(facts).slice(6)).toEqual([
    '10000 The bank’s list showed £24.00 beyond the payment.',
    '10000 The ledger got the posting “Surplus charge ch_2”.',
    '13005 That £24.00 was refunded 13 s later.',
    '13005 The ledger got the posting “Surplus charge ch_2”.',
  ])
})

test.each([
  [2_400, 0, '£24.00 is with the bank'],
  [0, 2_400, '£24.00 is lost'],
  [500, 1_900, '£5.00 is with the bank, £19.00 is lost'],
  [0, 0, 'no money is with the bank, and none is lost'],
])(
  'a dispute with %i held and %i lost is described without sums of nothing',
  (amountHeld, amountLost, money) => {
    const facts = paid({
      disputes: [
        {
          ref: 'dp_1',
          state: 'open',
          amountHeld,
          amountLost,
          fee: 1_500,
          currency: 'GBP',
          at: instant(20_000),
          checkedAt: null,
          paymentId: null,
        },
      ],
    })
    expect(story(facts).at(-1)).toBe(`20000 The cardholder disputed the payment: ${money}.`)
  },
)

test('refunds are steps of who asked, the bank and the ledger', () => {
  const by = { kind: 'operator' as const, actor: 'operator:1', name: 'Ann', address: null, requestId: null }
  const refund = {
    id: 'ref_1',
    paymentId: 'pay_1',
    recordId: 'r',
    amount: 1_000,
    currency: 'GBP',
    status: 'succeeded' as const,
    reason: 'sent back',
    createdAt: instant(90_000),
    parked: false,
    by,
  }
  const facts = paid({
    refunds: [refund],
    transactions: [posting('capture', 95), posting('refund', 90_100, 'Refund ref_1')],
  })
  expect(story(facts).slice(6)).toEqual([
    '90000 The operator asked to give back £10.00.',
    '90000 £10.00 was refunded.',
    '90100 The ledger got the posting “Refund ref_1”.',
  ])
  const twenty = Array.from({ length: 20 }, (_, n) => n).toReversed()
  const many = paid({
    refunds: twenty.map((n) => ({ ...refund, amount: n + 1, createdAt: instant(90_000 + n) })),
    transactions: [posting('capture', 95), ...twenty.map((n) => posting('refund', 90_000 + n, `R${n}`))],
  })
  expect(stepsOf(many).steps).toHaveLength(6 + 3 * 8 + 1)
  expect(story(many).slice(-2)).toEqual([
    '90007 The ledger got the posting “R7”.',
    '90008 12 more refunds followed; the lists below have each, with its posting.',
  ])
  const ended = (status: 'pending' | 'failed' | 'returned', isParked = false) =>
    story(paid({ refunds: [{ ...refund, status, parked: isParked }] })).at(-1)
  expect(ended('pending')).toContain('A refund of £10.00 is under way')
  expect(ended('failed')).toContain('The bank refused to give back £10.00.')
  expect(ended('returned')).toContain('the card’s bank returned it later')
  expect(ended('pending', true)).toContain('a person must decide')
})

test('webhooks of an event are a step; an event without any is none', () => {
  const event = { id: 'evt_1', type: 'payment.succeeded', createdAt: instant(95), sentAt: instant(300) }
  const sent = { ...event, delivered: 1, failed: 0, pending: 1 }
  expect(story(paid({ events: [sent] })).at(-1)).toBe(
    '300 The event payment.succeeded is for your servers: 1 endpoint got it, 1 delivery not yet made.',
  )
  expect(kinds(paid({ events: [{ ...sent, delivered: 0, pending: 0 }] }))).not.toContain('webhooks')
})

describe('leases', () => {
  const leases = (facts: StepFacts) =>
    stepsOf(facts).leases.map(({ from, until, extendedAt, ...lease }) => ({
      ...lease,
      span: [from - BEGAN, until - BEGAN],
      extended: extendedAt === null ? null : extendedAt - BEGAN,
    }))

  test('one that ended with its commit', () => {
    expect(leases(paid())).toEqual([
      { participant: 'web@host:1', fence: 1, span: [5, 95], extended: null, end: 'committed' },
    ])
  })

  test('one that was lost to the worker', () => {
    expect(leases(takenOver())).toMatchObject([
      { participant: 'payonce', fence: 1, span: [5, 31_000], end: 'lost' },
      { participant: 'worker@host:2', fence: 2, span: [30_990, 31_095], end: 'committed' },
    ])
  })

  test('one that was extended while the bank was slow', () => {
    const slow = attempt('executed', 0, { durationMs: 25_000, answeredMs: 24_900 })
    const record = recordOf({ completedAt: instant(24_950), leaseUntil: instant(50_005) })
    expect(leases(paid({ attempts: [slow], record }))).toMatchObject([{ extended: 20_005, end: 'committed' }])
  })

  test('is not called extended where its times show none, such as after a change of its length', () => {
    const record = recordOf({ leaseUntil: instant(60_005) })
    expect(leases(paid({ record }))).toMatchObject([{ extended: null }])
  })

  test('one that runs, and one that has run out', () => {
    const sending = (leaseOver: boolean) =>
      leases(
        paid({
          status: 'sending',
          attempts: [],
          transactions: [],
          record: recordOf({ state: 'sending', completedAt: null, leaseOver }),
        }),
      )
    expect(sending(false)).toMatchObject([{ span: [5, 30_005], end: 'running' }])
    expect(sending(true)).toMatchObject([{ end: 'over' }])
  })

  test('in doubt, the time of the next check is no lease', () => {
    expect(leases(foundLater()).at(0)).toMatchObject({ fence: 1, span: [5, 4_060], end: 'doubt' })
    expect(leases(parked()).at(-1)).toMatchObject({ end: 'doubt' })
  })
})
