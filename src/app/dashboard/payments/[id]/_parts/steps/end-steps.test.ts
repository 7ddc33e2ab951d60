import { expect, test } from 'vitest'
import type { StepFacts } from './payment-step'
import { stepsOf } from './payment-steps'
import { explainStep } from './step-sentences'
import { instant, paid, posting } from './testing/payment-facts'

type Authorisation = NonNullable<StepFacts['authorisation']>

const operator = {
  kind: 'operator',
  actor: 'operator:a',
  name: 'Ada',
  address: null,
  requestId: null,
} as const
const asked = {
  kind: 'capture',
  amount: null,
  ended: null,
  parked: false,
  recordId: 'e',
  by: operator,
} as const
const end = (changes: Partial<NonNullable<Authorisation['end']>> = {}): Authorisation => ({
  authorisedAt: instant(95),
  captureBefore: instant(604_800_000),
  end: { ...asked, askedAt: instant(60_000), endedAt: null, ...changes },
  may: 'ended',
})
function story(changes: Partial<StepFacts>): string[] {
  const { steps, participants } = stepsOf(paid({ transactions: [], charges: 0, ...changes }))
  return steps.map((step) => explainStep(step, participants).sentence)
}

test('authorised, then captured by an operator: each step in its time, the posting with the capture', () => {
  const sentences = story({
    status: 'succeeded',
    charges: 1,
    authorisation: end({ ended: 'captured', endedAt: instant(60_100) }),
    transactions: [posting('capture', 60_100)],
  })
  expect(sentences).toContain('The bank answered that it reserved the amount.')
  expect(sentences.slice(-4)).toEqual([
    'The operator asked to capture £24.00 of what is reserved.',
    'The bank was asked to capture £24.00.',
    'The bank answered that it captured £24.00.',
    expect.stringContaining('The ledger got the posting'),
  ])
})

test('captured in part: what was reserved first, what was captured, and that the rest was released', () => {
  const sentences = story({
    status: 'succeeded',
    charges: 1,
    amount: 1_500,
    amountAuthorised: 2_400,
    authorisation: end({ amount: 1_500, ended: 'captured', endedAt: instant(60_100) }),
    transactions: [posting('capture', 60_100)],
  })
  expect(sentences.join(' ')).toContain('asked the bank for £24.00')
  expect(sentences.slice(-4, -1)).toEqual([
    'The operator asked to capture £15.00 of what is reserved.',
    'The bank was asked to capture £15.00.',
    'The bank answered that it captured £15.00, and released the other £9.00.',
  ])
})

test('authorised: nothing is said to be unknown', () => {
  expect(
    story({ status: 'authorised', authorisation: { ...end(), end: null, may: 'yes' } }).join(' '),
  ).not.toMatch(/not known|No answer/)
})

test('voided by the worker: nobody asked for it', () => {
  const released = { kind: 'expiry', ended: 'released', endedAt: instant(60_100), by: null } as const
  expect(story({ status: 'voided', authorisation: end(released) }).slice(-2)).toEqual([
    'Nobody had captured it in its time: the bank was asked to release £24.00.',
    'The bank answered that it released £24.00.',
  ])
})

test('a capture in doubt, and one that is parked, say that it is not known', () => {
  expect(story({ status: 'authorised', authorisation: end() }).at(-1)).toMatch(
    /not said yet whether it captured/,
  )
  expect(story({ status: 'authorised', authorisation: end({ parked: true }) }).at(-1)).toMatch(
    /a person must decide/,
  )
})
