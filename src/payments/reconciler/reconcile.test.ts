import { describe, expect, test } from 'vitest'
import type { BankCharge } from '../gateway'
import { MOVES, type PaymentStatus } from '../payment'
import { judge, type PaymentOfKey } from './reconcile'

const CHARGE: BankCharge = {
  ref: 'ch_1',
  key: 'k',
  amountMinor: 2_400n,
  currency: 'EUR',
  refundedMinor: 0n,
  at: new Date('2026-11-24T12:00:00Z'),
}
const payment = (status: PaymentStatus, gatewayRef: string | null): PaymentOfKey => ({
  gatewayKey: 'k',
  merchantId: 'm',
  id: 'p',
  status,
  gatewayRef,
})

describe('what a charge is', () => {
  test.each<[PaymentStatus, string | null, string]>([
    ['succeeded', 'ch_1', 'settled'],
    ['succeeded', 'ch_2', 'surplus'],
    ['declined', null, 'surplus'],
    ['not_charged', null, 'surplus'],
    ['sending', null, 'in-doubt'],
    ['unknown', null, 'in-doubt'],
    ['requires_action', null, 'in-doubt'],
  ])('of a payment that is %s, with the reference %s: %s', (status, ref, kind) => {
    expect(judge(CHARGE, payment(status, ref)).kind).toBe(kind)
  })

  test('every status of a payment has a word for it', () => {
    for (const status of Object.keys(MOVES) as PaymentStatus[])
      expect(judge(CHARGE, payment(status, null)).kind).toMatch(/./)
  })

  test('W4 of no payment is stray', () => {
    expect(judge(CHARGE, undefined)).toEqual({ kind: 'stray' })
  })

  test('in a currency that we do not know is stray, whatever its payment', () => {
    expect(judge({ ...CHARGE, currency: 'XXX' }, payment('declined', null))).toEqual({ kind: 'stray' })
  })

  test.each([undefined, payment('declined', null), payment('unknown', null), payment('succeeded', 'ch_2')])(
    'given back whole, it is nobody’s',
    (of) => {
      expect(judge({ ...CHARGE, refundedMinor: 2_400n }, of)).toEqual({ kind: 'settled' })
      if (of?.status === 'declined')
        expect(judge({ ...CHARGE, refundedMinor: 2_399n }, of).kind).toBe('surplus')
    },
  )
})
