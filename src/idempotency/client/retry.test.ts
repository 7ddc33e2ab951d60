import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PACE, pauseMs } from './retry'

describe('the pause between sends', () => {
  test('doubles its bound and stops at the cap', () => {
    expect([1, 2, 3, 4, 5, 60].map((tries) => pauseMs(tries, 1, undefined))).toEqual([
      500, 1000, 2000, 4000, 5000, 5000,
    ])
  })

  test('waits at least as long as the server asks, and never the same for all', () => {
    expect(pauseMs(1, 0, 3)).toBe(3000)
    expect(pauseMs(1, 0.5, 3)).toBe(3250)
  })

  test('stays within its bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (tries, chance) => {
          const ms = pauseMs(tries, chance, undefined)
          expect(ms).toBeGreaterThanOrEqual(0)
          expect(ms).toBeLessThanOrEqual(PACE.capMs)
        },
      ),
    )
  })
})
