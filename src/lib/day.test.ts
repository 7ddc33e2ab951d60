import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, dayIn, isDay, isZone, localClock, monthOf, startOfDay } from './day'

const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
  'Pacific/Kiritimati',
  'Pacific/Pago_Pago',
  'Africa/Cairo',
  'America/Sao_Paulo',
  'Asia/Beirut',
]

test.each([
  ['2026-11-01', 'UTC', '2026-11-01T00:00:00.000Z'],
  ['2026-11-01', 'Europe/Berlin', '2026-10-31T23:00:00.000Z'],
  ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
  ['2026-11-01', 'America/New_York', '2026-11-01T04:00:00.000Z'],
  ['2026-11-01', 'Asia/Kolkata', '2026-10-31T18:30:00.000Z'],
  ['2026-11-01', 'Pacific/Kiritimati', '2026-10-31T10:00:00.000Z'],
  // Clocks go from 00:00 to 01:00: the day begins at 01:00.
  ['2018-11-04', 'America/Sao_Paulo', '2018-11-04T03:00:00.000Z'],
  ['2026-04-24', 'Africa/Cairo', '2026-04-23T22:00:00.000Z'],
  // A day that Samoa left out begins with the next.
  ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, at) => {
  expect(startOfDay(day, zone).toISOString()).toBe(at)
})

test('the start of a day is in it, and the instant before is not', () => {
  const days = fc.integer({ min: 0, max: 20_000 }).map((number) => addDays('2000-01-01', number))
  fc.assert(
    fc.property(days, fc.constantFrom(...ZONES), (day, zone) => {
      const start = startOfDay(day, zone)
      expect(dayIn(start, zone)).toBe(day)
      expect(dayIn(new Date(start.getTime() - 1), zone)).toBe(addDays(day, -1))
    }),
  )
})

test('an instant in a zone is the same instant, and the day of its text is its day', () => {
  const instants = fc.date({ min: new Date('1990-01-01'), max: new Date('2080-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(fc.array(instants, { maxLength: 5 }), fc.constantFrom(...ZONES), (at, zone) => {
      const clock = localClock(zone)
      for (const one of at) {
        const text = clock(one)
        expect(new Date(text).getTime()).toBe(one.getTime())
        expect(text.slice(0, 10)).toBe(dayIn(one, zone))
      }
    }),
  )
})

describe('names and days', () => {
  test.each(['UTC', 'Europe/Berlin', 'Asia/Calcutta'])('%s is a zone', (zone) => {
    expect(isZone(zone)).toBe(true)
  })
  test.each(['', '+02:00', 'Europe', 'Mars/Base', 'UTC; DROP TABLE entry', '../etc'])(
    '%s is none',
    (zone) => {
      expect(isZone(zone)).toBe(false)
    },
  )
  test.each(['2026-02-29', '2026-13-01', '1969-12-31', '3000-01-01', '2026-1-1', 'today'])(
    '%s is no day',
    (day) => {
      expect(isDay(day)).toBe(false)
    },
  )
  test.each(['2024-02-29', '2026-12-31', '1970-01-01'])('%s is a day', (day) => {
    expect(isDay(day)).toBe(true)
  })
  test('months begin and end where the calendar says', () => {
    expect(monthOf('2026-01-31')).toEqual({ first: '2026-01-01', last: '2026-01-31' })
    expect(monthOf('2026-01-31', -1)).toEqual({ first: '2025-12-01', last: '2025-12-31' })
    expect(monthOf('2024-03-15', -1)).toEqual({ first: '2024-02-01', last: '2024-02-29' })
  })
})
