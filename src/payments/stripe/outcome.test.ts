import type Stripe from 'stripe'
import { describe, expect, it, test } from 'vitest'
import { DECLINE_CODES } from '../gateway'
import type { IntentRow } from './intents'
import { declineCodeOf, KEY, seenOf } from './outcome'

/** What an answer of Stripe means. Only the members that are read are given; the double's objects are whole. */
const ROW: IntentRow = {
  key: 'k1',
  intentId: 'pi_1',
  amountMinor: 2_400n,
  currency: 'EUR',
  declineCode: null,
  cardLabel: null,
}
const BALANCE = { object: 'balance_transaction', currency: 'eur', fee: 100 }
const CHARGE = {
  id: 'ch_1',
  object: 'charge',
  status: 'succeeded',
  captured: true,
  amount: 2_400,
  amount_captured: 2_400,
  currency: 'eur',
  balance_transaction: BALANCE,
  payment_method_details: { card: { brand: 'visa', last4: '4242' } },
}
const seen = (intent: object, row: Partial<IntentRow> = {}) =>
  seenOf({ id: 'pi_1', metadata: { [KEY]: 'k1' }, ...intent } as object as Stripe.PaymentIntent, {
    ...ROW,
    ...row,
  })
const succeeded = (charge: object | null | string, intent: object = {}) =>
  seen({
    status: 'succeeded',
    amount_received: 2_400,
    ...intent,
    latest_charge: typeof charge === 'object' && charge ? { ...CHARGE, ...charge } : charge,
  })

test('a payment that succeeded, with its charge and its fee, is approved', () => {
  expect(succeeded({})).toEqual({
    kind: 'approved',
    ref: 'ch_1',
    amountMinor: 2_400n,
    currency: 'EUR',
    feeMinor: 100n,
    cardLabel: 'Visa •••• 4242',
  })
})

test('the amount is the one of the charge, not of the intent: the comparison with ours is not made here', () => {
  expect(
    succeeded(
      {
        amount: 2_401,
        amount_captured: 2_401,
        currency: 'usd',
        balance_transaction: { ...BALANCE, currency: 'usd' },
      },
      { amount_received: 2_401 },
    ),
  ).toMatchObject({
    kind: 'approved',
    amountMinor: 2_401n,
    currency: 'USD',
  })
})

describe('doubt, never a guess', () => {
  it.each<[string, object | null | string]>([
    ['no charge', null],
    ['a charge that was not expanded', 'ch_1'],
    ['a charge that is pending', { status: 'pending' }],
    ['a charge that was not captured', { captured: false }],
    ['no fee yet', { balance_transaction: null }],
    ['a fee that was not expanded', { balance_transaction: 'txn_1' }],
    ['a fee in another currency', { balance_transaction: { ...BALANCE, currency: 'usd' } }],
    ['a fee that is no whole number', { balance_transaction: { ...BALANCE, fee: 1.5 } }],
    ['a fee below nothing', { balance_transaction: { ...BALANCE, fee: -1 } }],
    ['an amount beyond what JSON carries', { amount_captured: 9_007_199_254_740_992 }],
  ])('succeeded with %s', (_, charge) => {
    expect(succeeded(charge)).toEqual({ kind: 'unknown', reason: expect.stringMatching(/./) })
  })

  it.each([
    ['another intent', { id: 'pi_2', status: 'requires_payment_method' }],
    ['an intent of another key', { metadata: { [KEY]: 'k2' }, status: 'succeeded', latest_charge: CHARGE }],
    ['an intent without a key', { metadata: {}, status: 'canceled', latest_charge: null }],
    ['an authorisation whose charge was not shown', { status: 'requires_capture', latest_charge: 'ch_1' }],
    ['a charge under way', { status: 'processing' }],
    ['a status to come', { status: 'requires_dance' }],
    ['an action that is no page', { status: 'requires_action', next_action: { type: 'use_stripe_sdk' } }],
    ['an action without one', { status: 'requires_action', next_action: null }],
    ['a cancelled one whose charge was not shown', { status: 'canceled', latest_charge: 'ch_1' }],
    ['a cancelled one whose charge succeeded', { status: 'canceled', latest_charge: CHARGE }],
  ])('%s', (_, intent) => {
    expect(seen(intent)).toMatchObject({ kind: 'unknown' })
  })
})

describe('an authorisation', () => {
  const RESERVED = {
    ...CHARGE,
    captured: false,
    amount_captured: 0,
    balance_transaction: null,
    created: 1_000,
    payment_method_details: { card: { brand: 'visa', last4: '4242', capture_before: 5_000 } },
  }
  const reserved = (charge: object = {}, intent: object = {}) =>
    seen({
      status: 'requires_capture',
      amount_capturable: 2_400,
      latest_charge: { ...RESERVED, ...charge },
      ...intent,
    })

  it('has its charge’s reference, and Stripe’s own time', () => {
    expect(reserved()).toEqual({
      kind: 'authorised',
      ref: 'ch_1',
      amountMinor: 2_400n,
      currency: 'EUR',
      cardLabel: 'Visa •••• 4242',
      captureBefore: new Date(5_000_000),
    })
  })

  it('of which Stripe says no time has a week', () => {
    expect(reserved({ payment_method_details: null })).toMatchObject({
      captureBefore: new Date((1_000 + 7 * 86_400) * 1_000),
    })
  })

  it.each<[string, object, object]>([
    ['a charge that was captured', { captured: true }, {}],
    ['a charge that was captured in part', { amount_captured: 1 }, {}],
    ['a charge that failed', { status: 'failed' }, {}],
    ['another amount to capture', {}, { amount_capturable: 2_399 }],
    ['no amount', { amount: Number.NaN }, { amount_capturable: Number.NaN }],
    ['no charge', {}, { latest_charge: null }],
  ])('with %s is doubt', (_, charge, intent) => {
    expect(reserved(charge, intent)).toMatchObject({ kind: 'unknown' })
  })

  it('that was released is cancelled', () => {
    expect(reserved({ amount_refunded: 2_400, refunded: true }, { status: 'canceled' })).toEqual({
      kind: 'cancelled',
    })
  })

  it('that was captured in part is approved with that part, as both objects say', () => {
    expect(succeeded({ amount_captured: 900 }, { amount_received: 900 })).toMatchObject({ amountMinor: 900n })
    for (const [charged, received] of [
      [900, 2_400],
      [0, 0],
      [2_401, 2_401],
    ])
      expect(succeeded({ amount_captured: charged }, { amount_received: received }).kind).toBe('unknown')
  })
})

test.each(['requires_payment_method', 'requires_confirmation'])('%s alone: nothing was begun', (status) => {
  expect(seen({ status, last_payment_error: null })).toEqual({ kind: 'absent' })
})

test('an error that leaves the intent open is no decline yet: another card could still be charged on it', () => {
  const card = { brand: 'mastercard', last4: '0069' }
  const last_payment_error = { code: 'expired_card', payment_method: { card } }
  expect(seen({ status: 'requires_payment_method', last_payment_error })).toEqual({
    kind: 'failed',
    code: 'expired_card',
    cardLabel: 'Mastercard •••• 0069',
  })
})

test('a page to go to is a challenge', () => {
  const next_action = { type: 'redirect_to_url', redirect_to_url: { url: 'https://hooks.stripe.com/1' } }
  expect(seen({ status: 'requires_action', next_action })).toEqual({
    kind: 'challenge',
    actionUrl: 'https://hooks.stripe.com/1',
  })
})

describe('cancelled', () => {
  it('with nothing before it: cancelled', () => {
    expect(seen({ status: 'canceled', latest_charge: null })).toEqual({ kind: 'cancelled' })
  })

  it('after a decline that our row kept: that decline, also without a charge', () => {
    const kept = { declineCode: 'authentication_failed', cardLabel: 'Visa •••• 3220' }
    expect(seen({ status: 'canceled', latest_charge: null }, kept)).toEqual({
      kind: 'declined',
      code: 'authentication_failed',
      cardLabel: 'Visa •••• 3220',
    })
  })

  it('with a failed charge, where our row was lost: declined', () => {
    const failed = {
      ...CHARGE,
      status: 'failed',
      failure_code: 'card_declined',
      outcome: { reason: 'insufficient_funds' },
    }
    expect(seen({ status: 'canceled', latest_charge: failed })).toEqual({
      kind: 'declined',
      code: 'insufficient_funds',
      cardLabel: 'Visa •••• 4242',
    })
  })
})

describe('decline codes', () => {
  it.each([
    ['insufficient_funds', 'insufficient_funds'],
    ['card_velocity_exceeded', 'insufficient_funds'],
    ['expired_card', 'expired_card'],
    ['incorrect_cvc', 'incorrect_details'],
    ['invalid_expiry_year', 'incorrect_details'],
    ['authentication_required', 'authentication_failed'],
    ['payment_intent_authentication_failure', 'authentication_failed'],
    ['processing_error', 'try_again'],
    ['issuer_not_available', 'try_again'],
  ])('%s is %s', (code, shown) => {
    expect(declineCodeOf(code)).toBe(shown)
  })

  it.each([
    'lost_card',
    'stolen_card',
    'fraudulent',
    'merchant_blacklist',
    'pickup_card',
    'pin_try_exceeded',
  ])('%s is between bank and merchant: the shopper reads card_declined', (code) => {
    expect(declineCodeOf(code)).toBe('card_declined')
  })

  it.each(['a_code_to_come', '', 'constructor', null, undefined])('%s never throws', (code) => {
    expect(DECLINE_CODES).toContain(declineCodeOf(code))
  })
})

test.each([
  [{ brand: 'amex', last4: '0005' }, 'American Express •••• 0005'],
  [{ brand: 'a brand to come', last4: '1234' }, 'Card •••• 1234'],
  [{ brand: 'toString', last4: '1234' }, 'Card •••• 1234'],
  [{ brand: 'visa', last4: null }, 'Unknown card'],
  [null, 'Unknown card'],
])('the card %j is shown as %s', (card, shown) => {
  expect(succeeded({ payment_method_details: { card } })).toMatchObject({ cardLabel: shown })
})
