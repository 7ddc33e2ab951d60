import { expect, test } from 'vitest'
import { changesOf, draftOf, sumOf } from './change-draft'

const ORDER = {
  items: [{ name: 'T-shirt', quantity: 2, unitAmount: 1_200 }],
  currency: 'EUR',
  expiresAt: null,
}
const draft = draftOf(ORDER)
const [line] = draft.lines
if (!line) throw new Error('the draft has no line')

test('sends what differs, and nothing else', () => {
  expect(changesOf(draft, ORDER)).toEqual({ wrong: 'Nothing has changed yet.' })
  expect(changesOf({ ...draft, expiresAt: '2030-01-01T00:00:00Z' }, ORDER)).toEqual({
    expiresAt: '2030-01-01T00:00:00Z',
  })
  const more = { ...draft, lines: [{ ...line, quantity: '3' }] }
  expect(changesOf(more, ORDER)).toEqual({ items: [{ name: 'T-shirt', quantity: 3, unitAmount: 1_200 }] })
  expect(sumOf(more, 'EUR')).toBe(3_600)
})

test.each([
  { name: ' ' },
  { quantity: '0' },
  { quantity: '1.5' },
  { price: '' },
  { price: '0' },
  { price: '1,000.00' },
])('names the line that is not complete: %o', (wrong) => {
  const lines = [line, { ...line, ...wrong }]
  expect(changesOf({ ...draft, lines }, ORDER)).toEqual({
    wrong: 'Item 2 needs a name, a quantity from 1 and a price above zero.',
  })
  expect(sumOf({ ...draft, lines }, 'EUR')).toBeNull()
})
