import { afterEach, describe, expect, test, vi } from 'vitest'
import { instantOfWall, wallTime } from '@/lib/wall-time'
import { boundsOfPeriod } from './period'

afterEach(() => vi.unstubAllEnvs())

const NOW = Date.parse('2026-03-29T22:47:13Z')

test('days and months of UTC', () => {
  vi.stubEnv('TZ', 'Asia/Tokyo')
  expect(boundsOfPeriod('today', NOW, 'utc')).toEqual({ from: '2026-03-29T00:00:00.000Z', until: null })
  expect(boundsOfPeriod('last-month', NOW, 'utc')).toEqual({
    from: '2026-02-01T00:00:00.000Z',
    until: '2026-03-01T00:00:00.000Z',
  })
  expect(boundsOfPeriod('30min', NOW, 'utc')).toEqual({ from: '2026-03-29T22:15:00.000Z', until: null })
})

describe('days of the reader', () => {
  test('begin at their midnight', () => {
    vi.stubEnv('TZ', 'Asia/Tokyo')
    expect(boundsOfPeriod('today', NOW, 'local').from).toBe('2026-03-29T15:00:00.000Z')
    expect(boundsOfPeriod('7d', NOW, 'local').from).toBe('2026-03-23T15:00:00.000Z')
    expect(boundsOfPeriod('month', NOW, 'local').from).toBe('2026-02-28T15:00:00.000Z')
  })

  test('are 23 hours long where the clock is put forward', () => {
    vi.stubEnv('TZ', 'Europe/Berlin')
    const later = Date.parse('2026-03-30T08:00:00Z')
    expect(boundsOfPeriod('yesterday', later, 'local')).toEqual({
      from: '2026-03-28T23:00:00.000Z',
      until: '2026-03-29T22:00:00.000Z',
    })
  })

  test('go over the end of a year', () => {
    vi.stubEnv('TZ', 'America/New_York')
    const january = Date.parse('2026-01-01T03:00:00Z')
    expect(boundsOfPeriod('yesterday', january, 'local').from).toBe('2025-12-30T05:00:00.000Z')
    expect(boundsOfPeriod('last-month', january, 'local')).toEqual({
      from: '2025-11-01T04:00:00.000Z',
      until: '2025-12-01T05:00:00.000Z',
    })
  })
})

describe('a clock on the wall', () => {
  test.each([
    ['Europe/Berlin', '2026-07-01T10:00:00Z', '2026-07-01T12:00:00'],
    ['Asia/Kolkata', '2026-07-01T10:00:07Z', '2026-07-01T15:30:07'],
    ['America/New_York', '2026-01-01T03:00:00Z', '2025-12-31T22:00:00'],
  ])('in %s shows %s as %s, and is read back', (zone, at, wall) => {
    vi.stubEnv('TZ', zone)
    expect(wallTime(at, 'local')).toBe(wall)
    expect(instantOfWall(wall, 'local')).toBe(new Date(at).toISOString())
    expect(wallTime(at, 'utc')).toBe(at.slice(0, 19))
    expect(instantOfWall(at.slice(0, 16), 'utc')).toBe(`${at.slice(0, 16)}:00.000Z`)
  })

  test.each(['', 'yesterday', '2026-05-01', '12:00'])('%j is no time', (wall) => {
    expect(instantOfWall(wall, 'local')).toBeNull()
  })

  test('an hour that the clock left out is the next one', () => {
    vi.stubEnv('TZ', 'Europe/Berlin')
    expect(instantOfWall('2026-03-29T02:30', 'local')).toBe('2026-03-29T01:30:00.000Z')
  })
})
