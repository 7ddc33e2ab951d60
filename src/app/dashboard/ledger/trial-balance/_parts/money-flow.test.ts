import { expect, test } from 'vitest'
import type { TrialLineData } from '../../../_parts/api'
import { moneyFlows } from './money-flow'

const line = (
  code: string,
  opening: number,
  debits: number,
  credits: number,
  currency = 'EUR',
): TrialLineData => ({
  id: `acc_${code}`,
  code,
  name: code,
  type: 'asset',
  currency,
  opening,
  debits,
  credits,
  closing: opening + debits - credits,
  pending: 0,
  entries: 1,
})

test('what the bank owes is what it owed and all that changed it', () => {
  const [euro, yen] = moneyFlows([
    line('gateway_clearing', 500, 9_700, 6_300),
    line('processing_fees', 30, 300, 0),
    line('sales', -530, 0, 10_000),
    line('refunds', 0, 1_200, 200),
    line('disputes_held', 0, 800, 800),
    line('disputes_lost', 0, 300, 0),
    line('bank_account', 0, 5_000, 0),
    line('gateway_clearing', 7, 0, 0, 'JPY'),
  ])
  expect(euro).toEqual({
    currency: 'EUR',
    opening: 500n,
    steps: [
      { word: 'Captured', amount: 10_000n },
      { word: 'Refunded', amount: -1_000n },
      { word: 'Fees of the bank', amount: -300n },
      { word: 'Disputes', amount: -300n },
      { word: 'Paid out to our bank account', amount: -5_000n },
    ],
    closing: 3_900n,
  })
  expect(euro?.steps.reduce((sum, { amount }) => sum + amount, euro.opening)).toBe(euro?.closing)
  expect(yen).toEqual({ currency: 'JPY', opening: 7n, steps: [], closing: 7n })
})

test('an account that nobody has named is not lost', () => {
  const [flow] = moneyFlows([line('gateway_clearing', 0, 5, 0), line('gifts', 0, 0, 5)])
  expect(flow?.steps).toEqual([{ word: 'Other accounts', amount: 5n }])
})

test('sums beyond 2^53 are exact', () => {
  const large = '9007199254740993'
  const [flow] = moneyFlows([
    { ...line('gateway_clearing', 0, 0, 0), debits: large, closing: large },
    { ...line('sales', 0, 0, 0), credits: large, closing: `-${large}` },
  ])
  expect(flow).toMatchObject({ steps: [{ amount: 9_007_199_254_740_993n }], closing: 9_007_199_254_740_993n })
})
