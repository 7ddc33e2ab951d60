import { expect, test } from 'vitest'
import { isOverloaded } from './load-shedding'

test.each([
  [0, 10, false],
  [39, 10, false],
  [40, 10, true],
  [4, 1, true],
])('%i waiting for %i connections: overloaded is %s', (waitingCount, max, drowning) => {
  expect(isOverloaded({ waitingCount, options: { max } })).toBe(drowning)
})
