import { describe, expect, test } from 'vitest'
import { daysQuery, daysSentence, presets } from './days'

const NONE = { first: null, last: null, zone: null }
const NOW = new Date('2026-11-30T23:30:00Z')

describe('the days of an address', () => {
  test.each([
    [NONE, 'UTC', { first: '2026-11-01', last: '2026-11-30', zone: 'UTC' }],
    [NONE, 'Europe/Berlin', { first: '2026-12-01', last: '2026-12-31', zone: 'Europe/Berlin' }],
    [{ ...NONE, zone: 'Asia/Tokyo' }, 'UTC', { first: '2026-12-01', last: '2026-12-31', zone: 'Asia/Tokyo' }],
    [{ ...NONE, zone: 'Mars' }, 'UTC', { first: '2026-11-01', last: '2026-11-30', zone: 'UTC' }],
    [{ ...NONE, last: '2026-05-31' }, 'UTC', { last: '2026-05-31', zone: 'UTC' }],
    [{ ...NONE, first: '2026-05-01' }, 'UTC', { first: '2026-05-01', zone: 'UTC' }],
    [
      { ...NONE, first: '2026-05-09', last: '2026-05-01' },
      'UTC',
      { first: '2026-05-09', last: '2026-05-09', zone: 'UTC' },
    ],
    [
      { ...NONE, first: 'x', last: '2026-02-30' },
      'UTC',
      { first: '2026-11-01', last: '2026-11-30', zone: 'UTC' },
    ],
  ])('%j in %s', (days, zone, query) => {
    expect(daysQuery(days, zone, NOW)).toEqual(query)
  })
})

test('presets are of the calendar', () => {
  expect(presets('2026-01-15')).toEqual([
    { word: 'This month', first: '2026-01-01', last: '2026-01-31' },
    { word: 'Last month', first: '2025-12-01', last: '2025-12-31' },
    { word: 'This year', first: '2026-01-01', last: '2026-12-31' },
    { word: 'Last year', first: '2025-01-01', last: '2025-12-31' },
    { word: 'Yesterday', first: '2026-01-14', last: '2026-01-14' },
    { word: 'Everything', first: null, last: '2026-01-15' },
  ])
})

test.each([
  [{ first: '2026-11-01', last: '2026-11-30' }, '1 Nov 2026 to 30 Nov 2026'],
  [{ first: '2026-11-01', last: '2026-11-01' }, '1 Nov 2026'],
  [{ last: '2026-11-30' }, 'up to 30 Nov 2026'],
  [{ first: '2026-11-01' }, 'from 1 Nov 2026 on'],
  [{}, 'up to now'],
])('%j reads %s', (days, sentence) => {
  expect(daysSentence(days)).toBe(sentence)
})
