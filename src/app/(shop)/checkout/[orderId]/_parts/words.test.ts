import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '@/idempotency/problems'
import { wordsFor } from './words'

const problem = (kind: string, more = {}) => ({ kind, retry: 'no' as const, safeNewKey: true, ...more })

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

  test('a shopper never reads our own words', () => {
    for (const kind of Object.keys(PROBLEMS))
      expect(JSON.stringify(wordsFor(problem(kind)))).not.toMatch(/idempoten|mutation|\bkey\b|\b4\d\d\b|\b5\d\d\b/i)
  })
})
