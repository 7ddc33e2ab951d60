import { expect, test } from 'vitest'
import { type ChangeRow, type Changes, changedBetween, NOTHING_SEEN } from './changes'

const row: ChangeRow = {
  snapshot: '100:100:',
  merchantId: 'm',
  payments: false,
  books: false,
  alerts: false,
  newestPayment: 'a',
  acts: 7n,
  standing: 'f f 0',
}
const seen = (changes: Partial<ChangeRow> = {}): Changes => {
  const now = { ...row, ...changes }
  return { snapshot: now.snapshot, merchants: new Map([['m', now]]) }
}
const between = (before: Changes, after: Changes) => changedBetween(before, after, 'm').join(' ')

test('nothing, while nothing is committed', () => {
  expect(between(seen(), seen({ snapshot: '120:125:121' }))).toBe('')
})

test.each([
  [{ payments: true }, 'payments'],
  [{ newestPayment: 'b' }, 'payments'],
  [{ books: true }, 'books'],
  [{ alerts: true }, 'alerts'],
  [{ standing: 't t 0' }, 'alerts'],
  [{ acts: 8n }, 'acts'],
  [{ payments: true, books: true, acts: 9n }, 'payments books acts'],
])('%o', (changes, subjects) => {
  expect(between(seen(), seen(changes))).toBe(subjects)
})

test('everything may have changed for a merchant that was not seen before, and in a database that was restored', () => {
  const all = 'payments books alerts acts'
  expect(between(NOTHING_SEEN, seen())).toBe(all)
  expect(between(seen(), seen({ snapshot: '90:99:' }))).toBe(all)
})
