import { expect, test } from 'vitest'
import { FILTER_NAMES, filtersInForce, filtersOf, type OrderFilters, paramsOf, queryOf } from './order-query'

const NONE = Object.fromEntries(FILTER_NAMES.map((name) => [name, null])) as OrderFilters
const CLOCK = { now: Date.parse('2026-05-20T12:02:03Z'), zone: 'utc' } as const
const query = (filters: Partial<OrderFilters>) => queryOf({ ...NONE, ...filters }, CLOCK)

test('without filters the query and the address are empty', () => {
  expect([query({}), paramsOf(NONE), filtersInForce(NONE)]).toEqual([{}, {}, []])
})

test('every filter reaches the server, and an order of amounts needs a currency', () => {
  expect(
    query({
      state: 'paid',
      currency: 'EUR',
      q: ' ann ',
      when: 'yesterday',
      sort: 'highest',
      after: 'cursor',
    }),
  ).toEqual({
    state: 'paid',
    currency: 'EUR',
    search: 'ann',
    from: '2026-05-19T00:00:00.000Z',
    until: '2026-05-20T00:00:00.000Z',
    sort: 'highest',
    cursor: 'cursor',
  })
  expect(query({ sort: 'highest' })).toEqual({})
})

test.each<Partial<OrderFilters>>([
  { state: 'lost' },
  { currency: 'euro' },
  { q: '  ' },
  { when: 'tomorrow' },
  { from: 'x', until: '1066-10-14' },
  { sort: 'best', currency: '' },
])('what cannot be read from an address is left out: %o', (filters) => {
  expect(query(filters)).toEqual({})
})

test('the address is read as it is written; what is repeated is none', () => {
  const filters = filtersOf({ state: 'open', q: ['a', 'b'], sort: 'lowest', other: 'x' })
  expect(paramsOf(filters)).toEqual({ state: 'open', sort: 'lowest' })
  expect(filtersInForce(filters)).toEqual(['state'])
})
