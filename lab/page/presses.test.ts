import { expect, test } from 'vitest'
import { chance } from '../chaos/random'
import { pressesOf } from './presses'

test('a seed gives the same presses, and another seed others', () => {
  for (const who of ['double', 'windows', 'storm'] as const) {
    expect(pressesOf(who, chance(7))).toEqual(pressesOf(who, chance(7)))
    expect(pressesOf(who, chance(7))).not.toEqual(pressesOf(who, chance(8)))
  }
})

test('the first press is at once, at the server that has the accident', () => {
  for (const who of ['one', 'double', 'windows', 'storm'] as const)
    expect(pressesOf(who, chance(1))[0]).toEqual({ server: 0, afterMs: 0 })
})

test('a double click stays at one server; two windows and a storm are at both', () => {
  const servers = (who: 'double' | 'windows' | 'storm') =>
    new Set(pressesOf(who, chance(3)).map(({ server }) => server)).size
  expect([servers('double'), servers('windows'), servers('storm')]).toEqual([1, 2, 2])
  expect(pressesOf('storm', chance(3))).toHaveLength(50)
})
