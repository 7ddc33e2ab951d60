import { expect, test } from 'vitest'
import { journalInput, paramsOf } from './journal-query'

const NONE = { q: null, kind: null, days: null, after: null }
const DAYS = { first: '2026-11-01', last: '2026-11-30', zone: 'UTC' }

test('what is not set is not sent', () => {
  expect(journalInput(NONE)).toEqual({ limit: 20 })
  expect(paramsOf({ ...NONE, q: '  ' })).toEqual({})
})

test('search, kind, days and page', () => {
  const filters = { q: ' order 7 ', kind: 'refund', days: DAYS, after: 'c' } as const
  expect(journalInput(filters)).toEqual({
    limit: 20,
    search: 'order 7',
    kind: 'refund',
    cursor: 'c',
    ...DAYS,
  })
  expect(paramsOf(filters)).toEqual({ q: 'order 7', kind: 'refund', after: 'c', ...DAYS })
})
