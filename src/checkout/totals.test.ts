import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MAX_PAYMENT_MINOR } from '@/lib/money'
import { type Item, total } from './totals'

const item = (quantity: number, unitAmount: bigint): Item => ({ name: 'x', quantity, unitAmount })

describe('total', () => {
  test.each<[string, Item[], bigint]>([
    ['one item', [item(1, 1_200n)], 1_200n],
    ['two of one', [item(2, 1_200n)], 2_400n],
    ['several', [item(2, 1_200n), item(3, 5n)], 2_415n],
    ['something free beside it', [item(1, 0n), item(1, 1n)], 1n],
    ['the largest amount', [item(1, MAX_PAYMENT_MINOR)], MAX_PAYMENT_MINOR],
    ['the largest amount in parts', [item(3, 333_333_333_333n), item(1, 1n)], MAX_PAYMENT_MINOR],
  ])('of %s', (_, items, amount) => {
    expect(total(items)).toEqual({ amount })
  })

  test.each<[string, Item[], string]>([
    ['no item', [], 'at least one item'],
    ['a quantity of zero', [item(0, 1n), item(1, 1n)], 'whole number from 1'],
    ['a negative quantity', [item(-1, 5n), item(2, 5n)], 'whole number from 1'],
    ['half a piece', [item(0.5, 2n)], 'whole number from 1'],
    ['a quantity that is no number', [item(Number.NaN, 2n)], 'whole number from 1'],
    ['an endless quantity', [item(Number.POSITIVE_INFINITY, 2n)], 'whole number from 1'],
    ['a quantity that is not exact', [item(2 ** 53, 1n)], 'whole number from 1'],
    ['a negative price', [item(1, -1n), item(1, 5n)], 'may not be negative'],
    ['nothing to pay', [item(5, 0n)], 'at least 1'],
    [
      'L1 one more than a payment may be',
      [item(1, MAX_PAYMENT_MINOR), item(1, 1n)],
      `at most ${MAX_PAYMENT_MINOR}`,
    ],
  ])('L1 refuses %s', (_, items, says) => {
    expect(total(items)).toEqual({ refused: expect.stringContaining(says) })
  })

  const items = fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 1_000_000 }),
      unitAmount: fc.bigInt({ min: 0n, max: MAX_PAYMENT_MINOR }),
    }),
    {
      minLength: 1,
      maxLength: 20,
    },
  )

  test('F90 is the exact sum, whatever the order, or a refusal', () => {
    fc.assert(
      fc.property(items, (some) => {
        const named = some.map((one) => ({ name: 'x', ...one }))
        // Another way to the sum: one piece at a time would take too long, so in tens and units of each quantity.
        const exact = named.reduce(
          (sum, { quantity, unitAmount }) =>
            sum + unitAmount * BigInt(Math.floor(quantity / 10)) * 10n + unitAmount * BigInt(quantity % 10),
          0n,
        )
        const expected =
          exact >= 1n && exact <= MAX_PAYMENT_MINOR ? { amount: exact } : { refused: expect.any(String) }
        expect(total(named)).toEqual(expected)
        expect(total([...named].reverse())).toEqual(expected)
      }),
    )
  })
})
