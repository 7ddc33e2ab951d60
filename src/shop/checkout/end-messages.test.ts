import { PROBLEMS } from '@payonce/idempotency/problems'
import { describe, expect, test } from 'vitest'
import { MESSAGES } from '@/i18n/messages'
import { endMessageOf, hasMessage } from './end-messages'

const problem = (kind: string, more = {}) => ({ kind, retry: 'no' as const, safeNewKey: true, ...more })
const messageFor = (because: Parameters<typeof endMessageOf>[0]) =>
  MESSAGES.en.checkout.end[endMessageOf(because).name]

describe('the message for an ended attempt', () => {
  test.each(Object.keys(PROBLEMS))('%s: a title and a remedy', (kind) => {
    const { title, body } = messageFor(problem(kind))
    expect(title).not.toBe('')
    expect(body).toMatch(/\.$/)
  })

  test.each([
    ['card_declined', /declined/],
    ['insufficient_funds', /not enough money/],
    ['expired_card', /expired/],
    ['not_confirmed', /not confirmed/],
    ['incorrect_details', /detail of this card is wrong/],
    ['unknown_payment_method', /does not know this card/],
    ['authentication_failed', /confirm that this is your card/],
    ['try_again', /just now/],
    ['a code that is new to us', /declined/],
    ['constructor', /declined/],
  ])('the decline %s is explained, and that nothing was charged', (declineCode, title) => {
    const message = messageFor(problem('payment-declined', { declineCode }))
    expect(message.title).toMatch(title)
    expect(message.body).toContain('Nothing was charged')
  })

  test('only an outdated page asks for a reload', () => {
    expect(Object.keys(PROBLEMS).filter((kind) => endMessageOf(problem(kind)).reload)).toEqual(['validation'])
  })

  test('an order that rests: how long, and what to do; without the server’s word ten minutes', () => {
    const rests = problem('too-many-attempts', { limit: 'order', retryAfterSeconds: 421 })
    expect(endMessageOf(rests)).toEqual({ name: 'orderRests', reload: false, minutes: 8 })
    expect(endMessageOf(problem('too-many-attempts', { limit: 'shop', retryAfterSeconds: 1 }))).toEqual({
      name: 'tooManyAttempts',
      reload: false,
      minutes: 1,
    })
    expect(endMessageOf(problem('too-many-attempts'))).toMatchObject({ name: 'tooManyAttempts', minutes: 10 })
  })

  test('only listed problems may come from an address', () => {
    expect(['no-card', 'order-changed'].map(hasMessage)).toEqual([true, true])
    expect(['payment-declined', 'constructor', ''].map(hasMessage)).toEqual([false, false, false])
  })

  test('a shopper never reads technical terms', () => {
    for (const texts of Object.values(MESSAGES))
      expect(JSON.stringify(texts.checkout)).not.toMatch(/idempoten|mutation|\bkey\b|\b4\d\d\b|\b5\d\d\b/i)
  })
})
