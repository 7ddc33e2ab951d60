import { describe, expect, test } from 'vitest'
import { newOrder, payInput } from './schema'

const ID = '018f0000-0000-7000-8000-000000000001'
const PAY = {
  key: 'k',
  orderId: 'ord_018f0000000070008000000000000001',
  version: 1,
  paymentMethod: 'pm_card_visa',
}
const ORDER = { currency: 'EUR', items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1_200 }] }
const item = (changes: object) => ({ ...ORDER, items: [{ ...ORDER.items[0], ...changes }] })

describe('what the checkout page sends', () => {
  test('is taken, with the bare id of the order', () => {
    expect(payInput.parse(PAY)).toEqual({ ...PAY, orderId: ID })
  })

  test('the key is looked at elsewhere, whatever it is', () => {
    for (const key of [undefined, null, 7, '']) expect(payInput.safeParse({ ...PAY, key }).success).toBe(true)
  })

  test.each<[string, object]>([
    ['P3 an amount of its own', { amount: 1 }],
    ['a currency of its own', { currency: 'EUR' }],
    ['an id of another kind', { orderId: 'pay_018f0000000070008000000000000001' }],
    ['a bare UUID', { orderId: ID }],
    ['no version', { version: undefined }],
    ['version zero', { version: 0 }],
    ['half a version', { version: 1.5 }],
    ['a version as text', { version: '1' }],
    ['a version that no column can hold', { version: 2_147_483_648 }],
    ['K7 a card number for a token', { paymentMethod: '4242424242424242' }],
    ['a token with other characters', { paymentMethod: "pm_card'--" }],
    ['a token beyond 63 characters', { paymentMethod: `pm_${'x'.repeat(61)}` }],
    ['no token', { paymentMethod: undefined }],
  ])('%s is refused', (_, changes) => {
    expect(payInput.safeParse({ ...PAY, ...changes }).success).toBe(false)
  })
})

describe('a new order', () => {
  test('is taken, with its words trimmed', () => {
    expect(
      newOrder.parse({ ...item({ name: ' T-shirt ' }), reference: ' R-1 ', customerEmail: 'a@example.com' }),
    ).toEqual({
      ...ORDER,
      reference: 'R-1',
      customerEmail: 'a@example.com',
    })
  })

  test.each<[string, object]>([
    ['no item', { ...ORDER, items: [] }],
    ['101 items', { ...ORDER, items: Array(101).fill(ORDER.items[0]) }],
    ['a currency in small letters', { ...ORDER, currency: 'eur' }],
    ['a currency that we do not know', { ...ORDER, currency: 'XXX' }],
    ['L1 half a cent', item({ unitAmount: 0.5 })],
    ['L1 a negative price', item({ unitAmount: -1 })],
    ['L1 a price beyond 2^53 − 1', item({ unitAmount: 2 ** 53 })],
    ['a price as text', item({ unitAmount: '1200' })],
    ['no quantity', item({ quantity: 0 })],
    ['a nameless item', item({ name: '  ' })],
    ['a name with U+0000', item({ name: 'a\u0000b' })],
    ['a reference with U+0000', { ...ORDER, reference: 'a\u0000b' }],
    ['a total of its own', { ...ORDER, amount: 1 }],
    ['an address that is none', { ...ORDER, customerEmail: 'nobody' }],
  ])('with %s is refused', (_, sent) => {
    expect(newOrder.safeParse(sent).success).toBe(false)
  })
})
