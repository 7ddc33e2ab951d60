import { describe, expect, test } from 'vitest'
import { type CheckoutOrder, keyStatusOf, orderStatusOf } from './checkout-order'

type Status = Parameters<typeof keyStatusOf>[0]

describe('the status of a key', () => {
  test.each(['none', 'working', 'checking'] as const)('%s stays what it is', (state) => {
    expect(keyStatusOf({ state } as Status)).toEqual({ found: state })
  })

  test('a success leads to the receipt', () => {
    expect(keyStatusOf({ state: 'succeeded', receiptUrl: '/receipt/abc' } as Status)).toEqual({
      found: 'done',
      answer: { receiptUrl: '/receipt/abc' },
    })
  })

  test('a confirmation leads to the bank; without its address the payment is still working', () => {
    const status = { state: 'requires_action', actionUrl: 'https://bank.example/3ds' } as Status
    expect(keyStatusOf(status)).toEqual({ found: 'action', url: 'https://bank.example/3ds' })
    expect(keyStatusOf({ ...status, actionUrl: null } as Status)).toEqual({ found: 'working' })
  })

  test('a decline keeps its code, and a new key is safe', () => {
    expect(keyStatusOf({ state: 'declined', declineCode: 'expired_card' } as Status)).toEqual({
      found: 'refused',
      problem: { kind: 'payment-declined', retry: 'no', safeNewKey: true, declineCode: 'expired_card' },
    })
  })

  test('a payment that was not charged leaves a new key safe', () => {
    expect(keyStatusOf({ state: 'not_charged' } as Status)).toMatchObject({
      found: 'refused',
      problem: { kind: 'not-charged', safeNewKey: true },
    })
  })
})

describe('the status of an order', () => {
  const orderWith = (payment: Partial<CheckoutOrder['payment']>) =>
    orderStatusOf({ payment } as unknown as CheckoutOrder)

  test('an order without a payment is free', () => {
    expect(orderStatusOf({ payment: null } as CheckoutOrder)).toEqual({ found: 'none' })
  })

  test('a paid order leads to its receipt', () => {
    expect(orderWith({ status: 'succeeded', receiptUrl: '/receipt/abc' })).toEqual({
      found: 'done',
      answer: { receiptUrl: '/receipt/abc' },
    })
  })

  test('a payment at the bank leads there', () => {
    expect(orderWith({ status: 'requires_action', actionUrl: 'https://bank.example/3ds' })).toEqual({
      found: 'action',
      url: 'https://bank.example/3ds',
    })
  })

  test('a payment whose bank is being asked is at work', () => {
    expect(orderWith({ status: 'sending' })).toEqual({ found: 'working' })
  })

  test.each([{ status: 'unknown' as const }, { status: 'requires_action' as const, actionUrl: null }])(
    '%j is being checked, never free',
    (payment) => {
      expect(orderWith(payment)).toEqual({ found: 'checking' })
    },
  )
})
