import { expect, test } from 'vitest'
import { holdNewRows } from './new-rows'

const rows = (...ids: string[]) => ids.map((id) => ({ id }))
const held = (known: string[], ...latest: string[]) => {
  const { rows: shown, waiting } = holdNewRows(new Set(known), rows(...latest))
  return [shown.map(({ id }) => id), waiting]
}

test('new rows on top wait, and those that are shown stay where they are', () => {
  expect(held(['c', 'b', 'a'], 'e', 'd', 'c', 'b')).toEqual([['c', 'b'], 2])
})

test('a row that no longer matches goes, and one that comes in between is shown', () => {
  expect(held(['c', 'b', 'a'], 'd', 'b', 'x', 'a')).toEqual([['b', 'x', 'a'], 1])
})

test('nothing waits where nothing could move: an empty list, nothing new, or a page full of new ones', () => {
  expect(held([], 'b', 'a')).toEqual([['b', 'a'], 0])
  expect(held(['b', 'a'], 'b', 'a')).toEqual([['b', 'a'], 0])
  expect(held(['b', 'a'], 'd', 'c')).toEqual([['d', 'c'], 0])
})
