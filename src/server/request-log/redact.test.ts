import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsCardNumber } from '@/lib/card-number'
import {
  BODY_MAX,
  READ_MAX,
  redactAddress,
  redactBody,
  redactHeaders,
  redactJson,
  redactText,
} from './redact'

const CARD = '4242 4242 4242 4242'

describe('a text', () => {
  test.each([
    [CARD, '[card number]'],
    ['ref 4242-4242-4242-4242 ok', '[card number]'],
    ['write to ann.smith+1@example.co.uk, please', 'write to [e-mail], please'],
    [`key sk_test_${'a'.repeat(49)}`, 'key [secret]'],
    ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD', '[secret]'],
    ['Bearer abc.def', '[secret]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc', '[secret]'],
    ['a\u0000b\nc\ud800', 'a b c '],
    ['pay_018f3c2a9d4e7c31b2a45f60718293a4', 'pay_018f3c2a9d4e7c31b2a45f60718293a4'],
  ])('%j becomes %j', (text, redacted) => {
    expect(redactText(text)).toBe(redacted)
  })

  test('is cut, and a card number at the cut is found', () => {
    expect(redactText('x'.repeat(1_000))).toHaveLength(301)
    expect(redactText(`${'x'.repeat(290)} ${CARD}`)).toBe('[card number]')
  })
})

describe('a body', () => {
  test('keeps the facts, and masks what is not allowed by name', () => {
    const body = {
      amount: 2400,
      currency: 'EUR',
      orderId: 'ord_1',
      customerEmail: 'ann@example.com',
      description: 'For Ann',
      phone: 442079460958,
      live: true,
      none: null,
      metadata: { id: 'Ann', amount: 5, nested: { status: 'x' } },
      items: [{ name: 'Shirt', quantity: 2, unitAmount: 1200 }],
      receiptUrl: 'https://pay.example/receipt/3pSecret',
      secret: 'whsec_x',
    }
    expect(JSON.parse(redactBody(body) ?? '')).toEqual({
      amount: 2400,
      currency: 'EUR',
      orderId: 'ord_1',
      customerEmail: '[masked]',
      description: '[masked]',
      phone: '[masked]',
      live: true,
      none: null,
      metadata: { id: '[masked]', amount: '[masked]', nested: { status: '[masked]' } },
      items: [{ name: '[masked]', quantity: 2, unitAmount: 1200 }],
      receiptUrl: '[masked]',
      secret: '[masked]',
    })
  })

  test('with the groups of a card number in its elements is not kept', () => {
    expect(redactBody({ amount: [4242, 4242, 4242, 4242] })).toBe(null)
  })

  test('never holds a card number, wherever it stands', () => {
    const names = fc.constantFrom('id', 'reference', 'amount', 'detail', 'metadata', 'x', CARD)
    const leaf = fc.constantFrom<unknown>(CARD, 4242424242424242, `no ${CARD}.`, 'fine', 1)
    const tree = fc.letrec((tie) => ({
      node: fc.oneof(
        { maxDepth: 4 },
        leaf,
        fc.array(tie('node'), { maxLength: 4 }),
        fc.dictionary(names, tie('node')),
      ),
    })).node
    fc.assert(
      fc.property(tree, (value) => {
        const text = redactBody(value)
        expect(text === null || !holdsCardNumber(text)).toBe(true)
      }),
    )
  })

  test('is bounded, however large or deep', () => {
    let deep: unknown = 'x'
    for (let level = 0; level < 500; level++) deep = { items: [deep] }
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, n) => [`member-${n}`, 'x'.repeat(100)]))
    for (const value of [deep, wide, Array.from({ length: 5_000 }, () => ({ id: 'x'.repeat(400) }))])
      expect((redactBody(value) ?? '').length).toBeLessThanOrEqual(BODY_MAX)
    expect(redactJson(`"${'x'.repeat(READ_MAX)}"`)).toBe(null)
    expect(redactJson('{"id":')).toBe(null)
  })
})

test('of headers, those that are allowed are kept', () => {
  const sent: Record<string, string> = {
    authorization: 'Bearer sk_test_x',
    cookie: 'session=1',
    'x-api-key': 'secret',
    'content-type': 'application/json',
    'user-agent': 'shop ann@example.com',
    'idempotency-key': 'abc',
  }
  expect(redactHeaders('request', (name) => sent[name])).toEqual({
    'content-type': 'application/json',
    'idempotency-key': 'abc',
    'user-agent': 'shop [e-mail]',
  })
})

describe('an address', () => {
  test('keeps the path, and of the query what is allowed', () => {
    expect(redactAddress('/api/v1/payments?limit=5&email=ann%40example.com')).toEqual({
      path: '/api/v1/payments',
      query: 'limit=5&email=%5Bmasked%5D',
    })
    expect(redactAddress('/api/v1/payments')).toEqual({ path: '/api/v1/payments', query: null })
  })

  test('with an e-mail address in a key keeps neither form of it', () => {
    const at = (key: string) => redactAddress(`/api/v1/idempotency/payments.create/${key}`).path
    expect(at('order-ann%40example.com-42')).toBe('/api/v1/idempotency/payments.create/[e-mail]')
    expect(at('order-ann@example.com-42')).toBe('/api/v1/idempotency/payments.create/[e-mail]')
    expect(redactText('/api/v1/idempotency/payments.create/ann%40example.com')).not.toContain('example')
  })

  test.each(['/api/v1/4242424242424242', '/api/v1/%34242424242424242', '/api/v1/%zz'])(
    '%s is not kept',
    (address) => {
      expect(redactAddress(address).path).toBe('[not kept]')
    },
  )
})
