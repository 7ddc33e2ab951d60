import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  balanced,
  capture,
  disputeLoss,
  type Line,
  type Posting,
  reversed,
  surplus,
  UnbalancedPosting,
} from './posting'

const BIGINT_MAX = 2n ** 63n - 1n
const MERCHANT = { merchantId: 'm', paymentId: 'p', description: 'Payment' }
const money = (minor: bigint) => ({ minor, currency: 'EUR' }) as const
const sum = (lines: Line[]) => lines.reduce((total, line) => total + line.amountMinor, 0n)
const posting = (...amounts: bigint[]): Posting => ({
  ...MERCHANT,
  kind: 'capture',
  reverses: null,
  currency: 'EUR',
  lines: amounts.map((amountMinor) => ({ account: 'sales', amountMinor })),
})
/** An amount and a fee of it. */
const charged = fc
  .bigInt({ min: 1n, max: BIGINT_MAX })
  .chain((minor) => fc.record({ minor: fc.constant(minor), feeMinor: fc.bigInt({ min: 0n, max: minor }) }))

describe('balanced', () => {
  test.each<[string, bigint[], string]>([
    ['no line', [], 'at least two lines, not 0'],
    ['one line', [5n], 'at least two lines, not 1'],
    ['a line of zero', [5n, 0n, -5n], 'a line of zero'],
    ['one cent too much', [101n, -100n], 'differ by 1'],
    ['one cent too little', [99n, -100n], 'differ by -1'],
    ['two debits', [5n, 5n], 'differ by 10'],
    ['beyond what a float can tell apart', [9_007_199_254_740_993n, -9_007_199_254_740_992n], 'differ by 1'],
  ])('F88 refuses %s', (_, amounts, says) => {
    expect(() => balanced(posting(...amounts))).toThrow(UnbalancedPosting)
    expect(() => balanced(posting(...amounts))).toThrow(says)
  })

  test('F88 takes exactly what sums to zero', () => {
    const amounts = fc.array(
      fc.bigInt({ min: -BIGINT_MAX, max: BIGINT_MAX }).filter((amount) => amount !== 0n),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(amounts, fc.bigInt({ min: -3n, max: 3n }), (lines, error) => {
        const total = lines.reduce((all, amount) => all + amount, 0n)
        const last = error - total
        fc.pre(last !== 0n)
        const attempt = () => balanced(posting(...lines, last))
        if (error === 0n) expect(attempt().lines).toHaveLength(lines.length + 1)
        else expect(attempt).toThrow(UnbalancedPosting)
      }),
    )
  })
})

describe('capture', () => {
  test('F90 balances, sells the whole amount and splits what was paid, up to 2^63 − 1', () => {
    fc.assert(
      fc.property(charged, ({ minor, feeMinor }) => {
        const { lines } = capture({ ...MERCHANT, money: money(minor), feeMinor })
        const of = (account: string) => sum(lines.filter((line) => line.account === account))
        expect([sum(lines), of('sales'), of('processing_fees'), of('gateway_clearing')]).toEqual([
          0n,
          -minor,
          feeMinor,
          minor - feeMinor,
        ])
        expect(lines.every((line) => line.amountMinor !== 0n)).toBe(true)
      }),
    )
  })

  test('names the payment, and reverses nothing', () => {
    expect(capture({ ...MERCHANT, money: money(100n), feeMinor: 2n })).toMatchObject({
      kind: 'capture',
      paymentId: 'p',
      reverses: null,
      currency: 'EUR',
    })
  })

  test('of nothing is no posting', () => {
    expect(() => capture({ ...MERCHANT, money: money(0n), feeMinor: 0n })).toThrow(UnbalancedPosting)
  })
})

describe('surplus', () => {
  test('F90 the bank owes us what it took, and we owe it to the customer, up to 2^63 − 1; nothing is sold', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: BIGINT_MAX }), (minor) => {
        const posting = surplus({ ...MERCHANT, money: money(minor) })
        expect(posting).toMatchObject({ kind: 'surplus', paymentId: 'p', reverses: null, currency: 'EUR' })
        expect(posting.lines).toEqual([
          { account: 'gateway_clearing', amountMinor: minor },
          { account: 'surplus_charges', amountMinor: -minor },
        ])
      }),
    )
  })

  test('given back, both accounts are where they were', () => {
    const posting = surplus({ ...MERCHANT, money: money(2_400n) })
    const mirror = reversed(posting, 't', 'Refund')
    for (const account of ['gateway_clearing', 'surplus_charges']) {
      const of = (lines: Line[]) => sum(lines.filter((line) => line.account === account))
      expect(of(posting.lines) + of(mirror.lines)).toBe(0n)
    }
  })

  test('of nothing is no posting', () => {
    expect(() => surplus({ ...MERCHANT, money: money(0n) })).toThrow(UnbalancedPosting)
  })
})

describe('reversed', () => {
  test('L2 mirrors each line: the two sum to zero account by account, and the mirror of the mirror is the first', () => {
    fc.assert(
      fc.property(charged, ({ minor, feeMinor }) => {
        const first = capture({ ...MERCHANT, money: money(minor), feeMinor })
        const mirror = reversed(first, 't', 'wrong amount')
        expect(mirror).toMatchObject({
          kind: 'reversal',
          reverses: 't',
          paymentId: null,
          description: 'wrong amount',
          currency: 'EUR',
          merchantId: 'm',
        })
        for (const [index, line] of first.lines.entries())
          expect(sum([line, mirror.lines[index] as Line])).toBe(0n)
        expect(reversed(mirror, 'u', 'no').lines).toEqual(first.lines)
      }),
    )
  })

  test('leaves the first as it was', () => {
    const first = capture({ ...MERCHANT, money: money(100n), feeMinor: 2n })
    const before = structuredClone(first)
    reversed(first, 't', 'x')
    expect(first).toEqual(before)
  })
})

describe('disputeLoss', () => {
  const loss = (amountMinor: bigint) =>
    disputeLoss({ merchantId: 'm', amountMinor, currency: 'EUR', description: 'Dispute' })

  test.each([2_400n, -2_400n])(
    'of %s moves it between what is held and what is lost, and nothing else',
    (amount) => {
      expect(loss(amount)).toMatchObject({
        kind: 'movement',
        paymentId: null,
        reverses: null,
        lines: [
          { account: 'disputes_lost', amountMinor: amount },
          { account: 'disputes_held', amountMinor: -amount },
        ],
      })
    },
  )

  test('of nothing is no posting', () => {
    expect(() => loss(0n)).toThrow(UnbalancedPosting)
  })
})
