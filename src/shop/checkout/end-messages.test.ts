import { describe, expect, test } from 'vitest'
import { MESSAGES } from '@/i18n/messages'
import { PROBLEMS } from '@/idempotency/problems'
import { endMessageOf, hasMessage } from './end-messages'

const problem = (kind: string, more = {}) => ({ kind, retry: 'no' as const, safeNewKey: true, ...more })
const wordsFor = (because: Parameters<typeof endMessageOf>[0]) =>
  MESSAGES.en.checkout.end[endMessageOf(because).name]

describe('the words for an end', () => {
  test.each(Object.keys(PROBLEMS))('%s: a title and what to do', (kind) => {
    const { title, body } = wordsFor(problem(kind))
    expect(title).not.toBe('')
    expect(body).toMatch(/\.$/)
  })

  test.each([
    ['card_declined', /declined/],
    ['insufficient_funds', /not enough money/],
    ['expired_card', /expired/],
    ['a code that is new to us', /declined/],
    ['constructor', /declined/],
  ])('the decline %s in plain words, and that nothing was charged', (declineCode, title) => {
    const words = wordsFor(problem('payment-declined', { declineCode }))
    expect(words.title).toMatch(title)
    expect(words.body).toContain('Nothing was charged')
  })

  test('only a page that is out of date is to be loaded anew', () => {
    expect(Object.keys(PROBLEMS).filter((kind) => endMessageOf(problem(kind)).reload)).toEqual(['validation'])
  })

  test('what an address may name is listed', () => {
    expect(['no-card', 'order-changed'].map(hasMessage)).toEqual([true, true])
    expect(['payment-declined', 'constructor', ''].map(hasMessage)).toEqual([false, false, false])
  })

  test('a shopper never reads our own words', () => {
    for (const texts of Object.values(MESSAGES))
      expect(JSON.stringify(texts.checkout)).not.toMatch(/idempoten|mutation|\bkey\b|\b4\d\d\b|\b5\d\d\b/i)
  })
})
