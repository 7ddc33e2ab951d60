import { describe, expect, test } from 'vitest'
import { everyRow, overclaims, type PaymentTruth, surplusCounts } from '@/shop/testing/claims'
import { storyOf } from '../payments/[id]/_parts/steps/testing/story-of-row'
import {
  type BankFacts,
  chargeMark,
  explainBank,
  explainNoEntries,
  explainParked,
  surplusBadge,
} from './bank-sentences'
import { paymentLine } from './payment-sentences'

const NO_ATTEMPTS = { executed: 1, replayed: 0, joined: 0, rejected: 0, ambiguous: 0, recovered: 0, held: 0 }
const BEGAN = Date.parse('2026-11-24T12:00:00Z')

function factsOf(row: PaymentTruth, fence = 1): BankFacts & { amount: number; currency: string } {
  const { status, parked, amount, listIsWhole } = row
  const surplus = row.surplus.map((end) => ({
    amount,
    currency: 'GBP',
    status: end,
    settledAt: end === 'found' ? null : new Date(BEGAN + 13_000).toISOString(),
  }))
  const askedAt = new Date(BEGAN).toISOString()
  return {
    status,
    parked,
    amount,
    currency: 'GBP',
    listIsWhole,
    fence,
    surplus,
    askedAt,
    declared: null,
    reserved: false,
    ...surplusCounts(row),
  }
}

/** Every sentence of the dashboard about this payment. */
function sentencesOf(row: PaymentTruth): string[] {
  const facts = factsOf(row)
  return [
    explainBank(facts),
    explainBank(factsOf(row, 3)),
    explainNoEntries(facts),
    chargeMark(facts).words,
    surplusBadge(facts)?.word ?? '',
    paymentLine({ ...NO_ATTEMPTS, ...facts }),
    ...storyOf(row),
    explainBank({ ...facts, reserved: true }),
  ]
}

describe('a payment that two admins ended', () => {
  const row = everyRow().find(
    ({ status, charges }) => status === 'not_charged' && charges === 0,
  ) as PaymentTruth

  test('names their word, never an answer of the bank', () => {
    expect(explainBank({ ...factsOf(row), declared: 'not-charged' })).toBe(
      'The bank did not say what became of this payment. Two admins declared it not charged, by the bank’s statement.',
    )
    const charged = { ...factsOf(row), status: 'succeeded', charges: 1, declared: 'charged' } as const
    expect(explainBank(charged)).toMatch(/Two admins declared it charged/)
  })

  test('says what the bank’s list shows to the contrary', () => {
    const surplus = [{ amount: 2_400, currency: 'GBP', status: 'parked', settledAt: null }] as const
    const facts = { ...factsOf(row), charges: 1, surplusParked: 1, surplus, declared: 'not-charged' } as const
    expect(explainBank(facts)).toMatch(/beyond that: £24\.00 could not be refunded, and a person must decide/)
  })
})

describe('every sentence of the dashboard, for each outcome × charges at the bank × parked × refunds × origin', () => {
  test('none says more than its facts', () => {
    const wrong = everyRow().flatMap((row) =>
      sentencesOf(row).flatMap((text) => overclaims('en', text, row).map((why) => `${why}: ${text}`)),
    )
    expect([...new Set(wrong)]).toEqual([])
  })

  test('what is known is said: the number of charges, and that nobody asks any more', () => {
    for (const row of everyRow()) {
      const [bank, , , words, badge] = sentencesOf(row)
      const ended = ['succeeded', 'declined', 'not_charged', 'voided'].includes(row.status)
      const surplus = row.surplus.length
      if (ended && surplus > 0) {
        expect(bank).toMatch(row.charges === 1 ? /charged once/ : /charged twice/)
        expect(badge).toMatch(/^Charged/)
      }
      if (ended) expect(words).toMatch(new RegExp(`^${row.charges} charges?( known)?$`))
      else expect(words, 'a plain number is a count').not.toMatch(/^\d/)
      if (!ended) expect(bank?.includes('Nobody asks the bank any more')).toBe(row.parked)
    }
  })

  test('a parked payment: what the list shows is said as far as it reaches, and nothing of it is called safe that charges', () => {
    for (const row of everyRow().filter(
      ({ parked, status }) => parked && !['succeeded', 'declined', 'not_charged', 'voided'].includes(status),
    )) {
      const { known, unknown, unsafe } = explainParked({
        ...factsOf(row),
        paidBy: row.fromPage ? 'page' : 'program',
      })
      const wrong = [...known, unknown].flatMap((text) => overclaims('en', text, row))
      expect(wrong).toEqual([])
      expect(known.join(' ')).toMatch(
        row.charges > 0 ? /shows \d charges?/ : row.listIsWhole ? /shows no charge/ : /cannot tell/,
      )
      expect(unknown).toContain('£24.00')
      expect(unsafe).toContain('Taking £24.00 in another way')
    }
  })
})

const PAID: PaymentTruth = {
  status: 'succeeded',
  parked: false,
  charges: 1,
  listIsWhole: true,
  surplus: [],
  amount: 6724,
  released: 0,
  refunded: 0,
  underWay: 0,
  fromPage: true,
}

test.each<[Partial<PaymentTruth>, string]>([
  [{}, 'The bank was asked once and charged once.'],
  [{ listIsWhole: false }, 'The bank was asked once and answered that it charged the card.'],
  [
    { charges: 2, surplus: ['refunded'] },
    'The bank charged twice; the second £67.24 was refunded 13 s later.',
  ],
  [{ charges: 2, surplus: ['found'] }, 'The bank charged twice; the second £67.24 is being refunded.'],
  [
    { charges: 2, surplus: ['parked'] },
    'The bank charged twice; the second £67.24 could not be refunded, and a person must decide.',
  ],
  [
    { charges: 4, surplus: ['refunded', 'refunded', 'found'] },
    'The bank charged 4 times; £134.48 of it was refunded, £67.24 of it is being refunded.',
  ],
  [{ status: 'declined', charges: 0 }, 'The bank was asked once and declined. Nothing was charged.'],
  [
    { status: 'declined', charges: 1, surplus: ['refunded'] },
    'The bank answered that it declined, but charged once; £67.24 was refunded 13 s later.',
  ],
  [
    { status: 'unknown', charges: 0, parked: true },
    'The bank has not said yet whether it charged. Nobody asks the bank any more: a person must decide.',
  ],
  [
    { status: 'unknown', charges: 0 },
    'The bank has not said yet whether it charged. We keep asking; asking never charges.',
  ],
  [
    { status: 'unknown', charges: 1 },
    'The bank’s list shows 1 charge under this payment’s key, but the bank has not confirmed the payment. We keep asking; asking never charges.',
  ],
  [
    { status: 'requires_action', charges: 0 },
    'The bank wants the shopper to confirm first. It charges only after that.',
  ],
])('what the bank did: %j', (changes, sentence) => {
  expect(explainBank(factsOf({ ...PAID, ...changes }))).toBe(sentence)
})

test('a captured payment: the bank was asked to reserve, then to charge; the ledger waits for that', () => {
  const captured = { ...factsOf(PAID), reserved: true }
  const said = 'The bank reserved the amount, was asked to capture it, and'
  expect(explainBank(captured)).toBe(`${said} charged once.`)
  expect(explainBank({ ...captured, listIsWhole: false })).toBe(`${said} answered that it charged the card.`)
  expect(explainNoEntries({ status: 'authorised', charges: 0 })).toBe(
    'Nothing is posted before the amount is captured.',
  )
})

test('a charge that the list shows and nobody has settled yet counts at once', () => {
  const facts = { ...factsOf({ ...PAID, charges: 2 }), unexplained: 1 }
  expect(explainBank(facts)).toBe('The bank charged twice; 1 charge is being looked into.')
  expect(surplusBadge(facts)).toEqual({ word: 'Charged twice, being refunded', tone: 'warn' })
})

test('the mark of a list: a number only where it is known', () => {
  const mark = (changes: Partial<PaymentTruth>) => chargeMark(factsOf({ ...PAID, ...changes })).mark
  expect(mark({ charges: 2, surplus: ['found'] })).toBe('2')
  expect(mark({ status: 'declined', charges: 0 })).toBe('0')
  expect(mark({ status: 'unknown', charges: 0 })).toBe('?')
  expect(mark({ status: 'unknown', charges: 1 })).toBe('≥1')
  expect(mark({ status: 'requires_action', charges: 0 })).toBe('–')
})

describe('the law itself finds what says too much', () => {
  const doubt: PaymentTruth = { ...PAID, status: 'unknown', charges: 0 }
  test.each<[string, PaymentTruth]>([
    ['The bank was asked once and charged once.', { ...PAID, listIsWhole: false }],
    ['The bank was asked once and charged once.', { ...PAID, charges: 2, surplus: ['refunded'] }],
    ['No money moved, so nothing was posted.', doubt],
    ['Nothing was charged.', doubt],
    ['0 charges', doubt],
    ['1 charge', doubt],
    ['We keep asking', { ...doubt, parked: true }],
    ['£10.00 was refunded', PAID],
    ['You will not be charged twice.', PAID],
    ['We surely charged you.', PAID],
  ])('%s', (text, facts) => {
    expect(overclaims('en', text, facts)).not.toEqual([])
  })
})
