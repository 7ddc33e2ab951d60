import { ProblemError } from '@payonce/idempotency/problems'
import { describe, expect, test } from 'vitest'
import { showId, uuidv7 } from '@/lib/id'
import { amount, notFound, paged, uuidOf, words } from './json'

describe('an amount', () => {
  test.each([0n, 2_400n, -2_400n, 9_007_199_254_740_991n, -9_007_199_254_740_991n])(
    '%s is exact',
    (minor) => {
      expect(BigInt(amount(minor))).toBe(minor)
    },
  )

  test.each([9_007_199_254_740_992n, -9_007_199_254_740_992n])(
    '%s would be rounded: a bug, not a problem',
    (minor) => {
      expect(() => amount(minor)).toThrow(RangeError)
    },
  )
})

describe('an id', () => {
  test('is shown with its prefix, and read again', () => {
    const id = uuidv7()
    expect(uuidOf('pay', showId('pay', id))).toBe(id)
  })

  test.each(['', 'pay_', 'pay_nonsense', `ord_${'0'.repeat(32)}`, `pay_${'0'.repeat(33)}`])(
    '%j is answered like the id of another merchant',
    (shown) => {
      expect(problemOf(() => uuidOf('pay', shown))).toEqual(problemOf(notFound))
    },
  )
})

test('search words are cut at their ends, and hold no control character', () => {
  expect(words(5).parse('  ab  ')).toBe('ab')
  for (const wrong of ['a\0b', 'a\nb', 'a\u007Fb', 'abcdef'])
    expect(words(5).safeParse(wrong).success).toBe(false)
})

describe('a page', () => {
  const page = (rows: number[]) => paged(rows, 2, String, (row) => `after ${row}`)

  test.each<[number[], string[], string | null]>([
    [[], [], null],
    [[1], ['1'], null],
    [[1, 2], ['1', '2'], null],
    [[1, 2, 3], ['1', '2'], 'after 2'],
  ])('of %j', (rows, items, nextCursor) => {
    expect(page(rows)).toEqual({ items, nextCursor })
  })
})

function problemOf(call: () => unknown) {
  try {
    return call()
  } catch (error) {
    return error instanceof ProblemError ? error.problem : error
  }
}
