import { expect, test } from 'vitest'
import { queryOf } from './request-filters'

test('passes on what the server takes', () => {
  const apiKey = `key_${'0'.repeat(32)}`
  expect(
    queryOf({
      apiKey,
      status: 'refused',
      problem: 'key-reused',
      method: 'POST',
      path: ' /api/v1/pay ',
      key: 'abc',
      newKeys: 'true',
      from: '2026-11-27T10:00',
      after: '018f3c2a-9d4e-7c31-b2a4-5f60718293a4',
    }),
  ).toEqual({
    apiKey,
    status: 'refused',
    problem: 'key-reused',
    method: 'POST',
    path: '/api/v1/pay',
    key: 'abc',
    newKeys: true,
    from: '2026-11-27T10:00:00.000Z',
    cursor: '018f3c2a-9d4e-7c31-b2a4-5f60718293a4',
  })
})

test('leaves out what it would refuse', () => {
  expect(
    queryOf({
      apiKey: 'pay_1',
      status: '500',
      problem: 'Key Reused',
      method: 'TRACE',
      path: '\u0000',
      key: ' ',
      newKeys: '1',
      from: 'yesterday',
      after: 'x',
    }),
  ).toEqual({})
})
