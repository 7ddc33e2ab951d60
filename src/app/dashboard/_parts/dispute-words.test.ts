import { expect, test } from 'vitest'
import { disputeBadge, disputeWords } from './dispute-words'

const dispute = { amountHeld: 0, amountLost: 0, checkedAt: '2026-11-01T00:00:00Z' }

test.each([
  [{ state: 'open', amountHeld: 2_400 }, 'Open', 'until it has decided'],
  [{ state: 'won' }, 'Won', 'gave the money back'],
  [{ state: 'won', amountHeld: 2_400 }, 'Won', 'not given all of the money back yet'],
  [{ state: 'closed' }, 'Closed', 'holds no money'],
  [{ state: 'closed', amountHeld: 2_400 }, 'Closed', 'has not given the money back'],
  [{ state: 'lost', amountLost: 2_400 }, 'Lost', 'went back to the cardholder'],
  [{ state: 'lost' }, 'Lost', 'not posted'],
  [{ state: 'open', checkedAt: null }, 'Not known yet', 'not asked yet'],
] as const)('%j: %s, and what is known of the money', (changes, word, money) => {
  expect(disputeWords({ ...dispute, ...changes })).toMatchObject({
    word,
    money: expect.stringContaining(money),
  })
})

test.each([
  [0, 0, undefined],
  [2_400, 0, 'Disputed'],
  [0, 2_400, 'Charged back'],
  [500, 1_900, 'Charged back'],
])('%i held and %i lost: the badge of the payment is %s', (amountDisputed, amountDisputeLost, word) => {
  expect(disputeBadge({ amountDisputed, amountDisputeLost })?.word).toBe(word)
})
