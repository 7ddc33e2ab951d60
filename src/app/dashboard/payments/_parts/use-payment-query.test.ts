import { expect, test } from 'vitest'
import { type PaymentFilters, paramsOf, queryOf } from './use-payment-query'

const NONE: PaymentFilters = { status: null, currency: null, q: null, from: null, until: null, after: null }

test('without filters the query and the address are empty', () => {
  expect([queryOf(NONE), paramsOf(NONE)]).toEqual([{}, {}])
})

test('every filter reaches the server', () => {
  const filters: PaymentFilters = {
    status: 'declined',
    currency: 'EUR',
    q: ' ann ',
    from: '2026-05-01T12:00',
    until: '2026-05-02T12:00:00Z',
    after: 'cursor',
  }
  expect(queryOf(filters)).toEqual({
    statuses: ['declined'],
    currency: 'EUR',
    search: 'ann',
    from: '2026-05-01T12:00:00.000Z',
    until: '2026-05-02T12:00:00.000Z',
    cursor: 'cursor',
  })
})

test('invalid filters from a hand-written address are dropped, not sent', () => {
  expect(queryOf({ ...NONE, currency: 'euro', q: '  ', from: 'yesterday', until: '' })).toEqual({})
})

test('the address carries the filters as they were entered', () => {
  expect(paramsOf({ ...NONE, status: 'unknown', from: '2026-05-01T12:00', q: '' })).toEqual({
    status: 'unknown',
    from: '2026-05-01T12:00',
  })
})
