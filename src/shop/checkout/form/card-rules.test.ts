import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { passesLuhn } from '@/lib/card-number'
import {
  type CardValues,
  caretAfter,
  checkCard,
  digitsOf,
  groupNumber,
  readExpiry,
  showExpiry,
} from './card-rules'
import { TEST_CARDS, tokenFor } from './test-cards'

const NOW = new Date('2026-03-14T12:00:00Z')
const GOOD: CardValues = {
  email: '',
  number: '4242 4242 4242 4242',
  expiry: '12/34',
  csc: '123',
  name: 'Ada',
}

describe('a card', () => {
  test('every test number passes Luhn and has a token of its own', () => {
    for (const card of TEST_CARDS) expect(passesLuhn(card.number), card.number).toBe(true)
    expect(new Set(TEST_CARDS.map((card) => card.token)).size).toBe(TEST_CARDS.length)
    expect(tokenFor('4242424242424242')).toBe('pm_card_visa')
  })

  test('no other number is accepted, however valid it seems', () => {
    expect(checkCard({ ...GOOD, number: '5555 5555 5555 4444' }, NOW).number).toBe('numberReal')
    expect(checkCard({ ...GOOD, number: '4242 4242 4242 4241' }, NOW).number).toBe('numberTyped')
    expect(checkCard({ ...GOOD, number: '4242' }, NOW).number).toBe('numberShort')
  })

  test('a valid one has no errors; an empty one has an error in each field but the optional one', () => {
    expect(checkCard(GOOD, NOW)).toEqual({})
    expect(Object.keys(checkCard({ email: '', number: '', expiry: '', csc: '', name: ' ' }, NOW))).toEqual([
      'number',
      'expiry',
      'csc',
      'name',
    ])
  })

  test.each([
    ['4/28', '04 / 28'],
    ['0428', '04 / 28'],
    ['04/2028', '04 / 28'],
    ['042028', '04 / 28'],
    ['12 / 34', '12 / 34'],
    ['13/28', '13/28'],
    ['4', '4'],
  ])('reads the expiry %s', (typed, shown) => expect(showExpiry(typed)).toBe(shown))

  test('is valid through the month of its expiry', () => {
    expect(checkCard({ ...GOOD, expiry: '03/26' }, NOW).expiry).toBeUndefined()
    expect(checkCard({ ...GOOD, expiry: '02/26' }, NOW).expiry).toBe('expiryPast')
    expect(readExpiry('00/28')).toBeNull()
  })

  test('groups digits without losing one, and keeps the caret behind the same digit', () => {
    expect(groupNumber('378282246310005')).toBe('3782 822463 10005')
    fc.assert(
      fc.property(fc.stringMatching(/^4[0-9 -]{0,18}$/), fc.nat(19), (typed, at) => {
        const grouped = groupNumber(typed)
        expect(digitsOf(grouped)).toBe(digitsOf(typed))
        const before = digitsOf(typed.slice(0, at)).length
        expect(digitsOf(grouped.slice(0, caretAfter(grouped, before))).length).toBe(before)
      }),
    )
  })
})
