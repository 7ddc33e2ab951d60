import { expect, test } from 'vitest'
import { TokenBucket } from './token-bucket'

let now = 0
const bucket = () => {
  now = 1_000
  return new TokenBucket(4, () => now)
}

test('a full bucket gives as many at once as it refills in a second; those after them wait in order', () => {
  const full = bucket()
  expect(Array.from({ length: 7 }, () => full.take(10_000))).toEqual([0, 0, 0, 0, 250, 500, 750])
})

test('it refills with time, and never beyond a second’s worth', () => {
  const used = bucket()
  for (let n = 0; n < 4; n++) used.take(0)
  now += 500
  expect([used.take(0), used.take(0), used.take(0)]).toEqual([0, 0, null])
  now += 60_000
  expect(Array.from({ length: 5 }, () => used.take(10_000))).toEqual([0, 0, 0, 0, 250])
})

test('who cannot wait as long takes nothing from those who can', () => {
  const used = bucket()
  for (let n = 0; n < 4; n++) used.take(0)
  expect([used.take(249), used.take(249), used.take(250)]).toEqual([null, null, 250])
})
