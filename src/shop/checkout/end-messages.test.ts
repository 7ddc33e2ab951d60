import { describe, expect, test } from 'vitest'
import { MESSAGES } from '@/i18n/messages'
import { PROBLEMS } from '@/idempotency/problems'
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

  test('only listed problems may come from an address', () => {
    expect(['no-card', 'order-changed'].map(hasMessage)).toEqual([true, true])
    expect(['payment-declined', 'constructor', ''].map(hasMessage)).toEqual([false, false, false])
  })

  test('a shopper never reads technical terms', () => {
    for (const texts of Object.values(MESSAGES))
      expect(JSON.stringify(texts.checkout)).not.toMatch(/idempoten|mutation|\bkey\b|\b4\d\d\b|\b5\d\d\b/i)
  })
})
