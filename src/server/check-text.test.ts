import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemOfAddress } from './check-text'

describe('an address', () => {
  test.each<[string, string, string | undefined]>([
    ['as nearly all are', '/api/v1/payments?limit=25&status=succeeded', undefined],
    ['with one of our ids', '/api/v1/payments/pay_018f3c2a9d4e7c31b2a45f60718293a4', undefined],
    ['with a word in percent-encoding', '/api/v1/payments?cursor=a%20b', undefined],
    ['with a card number', '/api/v1/payments/4242424242424242', 'card-number'],
    ['with one in its query', '/api/v1/payments?cursor=4242-4242-4242-4242', 'card-number'],
    ['with one behind plus signs', '/api/v1/payments?cursor=4242+4242+4242+4242', 'card-number'],
    ['with one behind percent-encoding', '/api/v1/payments?cursor=%34242424242424242', 'card-number'],
    ['with half a percent-encoding', '/api/v1/payments/%zz', 'validation'],
    ['with U+0000', '/api/v1/payments/%00', 'validation'],
    ['with a control character as it is', '/api/v1/payments/\u0007', 'validation'],
    ['with half of a surrogate pair', '/api/v1/payments/\ud800', 'validation'],
  ])('%s', (_, address, kind) => {
    expect(problemOfAddress(address)?.kind).toBe(kind)
  })

  test('without its query, for a procedure whose input that is', () => {
    const address = '/api/trpc/checkout.order?input=4242424242424242'
    expect(problemOfAddress(address, { withQuery: false })).toBeNull()
    expect(problemOfAddress(address)?.kind).toBe('card-number')
  })

  test('the sieve for plain addresses never decides otherwise than the look at every word', () => {
    const word = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'0123456789-+%_ax/?&=. ', '\u0007', 'ä'), maxLength: 30 }),
      fc.constantFrom('4242424242424242', '4242', '%20', '5555 5555 5555 4444', 'pay_'),
    )
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (words) => {
        const address = `/${words.join('')}`
        // A word in percent-encoding keeps an address from the sieve, and is itself harmless.
        const looked = `/%41${address}`
        expect(problemOfAddress(address)?.kind).toBe(problemOfAddress(looked)?.kind)
      }),
      { numRuns: 1_000 },
    )
  })
})
