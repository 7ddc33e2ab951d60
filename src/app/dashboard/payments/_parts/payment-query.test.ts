import { expect, test } from 'vitest'
import {
  FILTER_NAMES,
  filtersInForce,
  filtersOf,
  type PaymentFilters,
  paramsOf,
  queryOf,
  shortSearchHint,
} from './payment-query'

const NONE = Object.fromEntries(FILTER_NAMES.map((name) => [name, null])) as PaymentFilters
const CLOCK = { now: Date.parse('2026-05-20T12:02:03Z'), zone: 'utc' } as const
const query = (filters: Partial<PaymentFilters>) => queryOf({ ...NONE, ...filters }, CLOCK)

test('without filters the query and the address are empty', () => {
  expect([query({}), paramsOf(NONE), filtersInForce(NONE)]).toEqual([{}, {}, []])
})

test('every filter reaches the server', () => {
  expect(
    query({
      status: 'declined',
      currency: 'EUR',
      q: ' ann ',
      from: '2026-05-01T12:00',
      until: '2026-05-02T12:00:00Z',
      min: '24.5',
      max: '30',
      ref: 'R-1',
      email: 'ann@',
      last4: '4242',
      meta: 'cart=a=b',
      per: '50',
      after: 'cursor',
    }),
  ).toEqual({
    statuses: ['declined'],
    currency: 'EUR',
    search: 'ann',
    from: '2026-05-01T12:00:00.000Z',
    until: '2026-05-02T12:00:00.000Z',
    lowest: 2450,
    highest: 3000,
    reference: 'R-1',
    email: 'ann@',
    lastFour: '4242',
    metadata: { key: 'cart', value: 'a=b' },
    limit: 50,
    cursor: 'cursor',
  })
})

test('a period by name is of the reader’s days, and stands before instants', () => {
  expect(query({ when: 'yesterday', from: '2020-01-01T00:00:00Z' })).toEqual({
    from: '2026-05-19T00:00:00.000Z',
    until: '2026-05-20T00:00:00.000Z',
  })
  expect(query({ when: 'today' })).toEqual({ from: '2026-05-20T00:00:00.000Z' })
})

test('amounts are compared in one currency, also those of what has a text', () => {
  expect(query({ sort: 'highest', currency: 'JPY', min: '24' })).toEqual({
    sort: 'highest',
    currency: 'JPY',
    lowest: 24,
  })
  expect(query({ sort: 'highest', min: '24' })).toEqual({})
  expect(query({ sort: 'lowest', currency: 'EUR', email: 'a@' })).toEqual({
    sort: 'lowest',
    currency: 'EUR',
    email: 'a@',
  })
})

test.each<Partial<PaymentFilters>>([
  { currency: 'euro' },
  { q: '  ' },
  { from: 'yesterday', until: '' },
  { when: 'ever' },
  { status: 'paid' },
  { last4: '42' },
  { meta: '=x' },
  { meta: 'k'.repeat(41) },
  { min: '24.555', max: 'x' },
  { sort: 'best', per: '26' },
  { q: 'a\u0000b' },
])('what a hand-written address says that is no filter is dropped, not sent: %j', (filters) => {
  expect(query({ ...filters, ...('min' in filters ? { currency: 'EUR' } : {}) })).toEqual(
    'min' in filters ? { currency: 'EUR' } : {},
  )
})

test('the address carries the filters as they were entered, each once', () => {
  expect(paramsOf({ ...NONE, status: 'unknown', min: '24.50', q: '' })).toEqual({
    status: 'unknown',
    min: '24.50',
  })
  expect(filtersOf({ status: 'unknown', min: ['1', '2'], constructor: 'x', q: '' })).toEqual({
    ...NONE,
    status: 'unknown',
  })
  expect(filtersInForce({ ...NONE, sort: 'highest', per: '50', after: 'x', meta: 'k' })).toEqual(['meta'])
})

test('a text that is too short is not a filter, and the box says why', () => {
  const short = { ...NONE, q: ' ab ', currency: 'EUR' }
  expect([query(short), paramsOf(short), filtersInForce(short)]).toEqual([
    { currency: 'EUR' },
    { currency: 'EUR' },
    ['currency'],
  ])
  expect(shortSearchHint(short)).toBe('Type at least 3 characters.')
  for (const q of [null, '', '  ', 'abc']) expect(shortSearchHint({ q })).toBeNull()
})
