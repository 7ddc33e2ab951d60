import { expect, test } from 'vitest'
import { instantOf, instantOfWall, wallTime, type Zone } from './wall-time'

const BERLIN = 'Europe/Berlin'

test.each<[Zone, string, string]>([
  ['utc', '2026-07-01T12:00:00.000Z', '2026-07-01T12:00:00'],
  [BERLIN, '2026-07-01T12:00:00.000Z', '2026-07-01T14:00:00'],
  [BERLIN, '2026-01-01T12:00:00.000Z', '2026-01-01T13:00:00'],
  ['America/New_York', '2026-01-01T02:00:00.000Z', '2025-12-31T21:00:00'],
  ['Asia/Kathmandu', '2026-01-01T00:00:00.000Z', '2026-01-01T05:45:00'],
])('in %s, %s is %s on the wall, and back', (zone, at, wall) => {
  expect(wallTime(at, zone)).toBe(wall)
  expect(instantOfWall(wall, zone)).toBe(at)
})

test('an hour that a change of the clock leaves out is the next one, and of one that comes twice it is the first', () => {
  expect(instantOfWall('2026-03-29T02:30:00', BERLIN)).toBe('2026-03-29T01:30:00.000Z')
  expect(instantOfWall('2026-10-25T02:30:00', BERLIN)).toBe('2026-10-25T00:30:00.000Z')
  expect(instantOfWall('2026-10-25T03:30:00', BERLIN)).toBe('2026-10-25T02:30:00.000Z')
})

test('fields beyond their range are those of the next month or day; no instant is none', () => {
  expect(instantOf({ year: 2026, month: 11, day: 32 }, BERLIN)?.toISOString()).toBe(
    '2026-12-31T23:00:00.000Z',
  )
  expect(instantOfWall('soon', BERLIN)).toBe(null)
  expect(wallTime('never', BERLIN)).toBe('')
  expect(instantOfWall('999999-01-01T00:00', BERLIN)).toBe(null)
})
