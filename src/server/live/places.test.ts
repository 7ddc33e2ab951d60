import { expect, test } from 'vitest'
import { isFull, type PlaceOwner } from './places'

const owners = (count: number, of: (at: number) => PlaceOwner) =>
  Array.from({ length: count }, (_, at) => of(at))
const mine = { merchantId: 'm', sessionId: 's' }

test.each([
  ['a session', 4, () => mine],
  ['a merchant', 100, (at: number) => ({ merchantId: 'm', sessionId: `other ${at}` })],
  ['a process', 500, (at: number) => ({ merchantId: `other ${at}`, sessionId: `other ${at}` })],
])('%s has %i', (_, max, of) => {
  expect(isFull(owners(max - 1, of), mine)).toBe(false)
  expect(isFull(owners(max, of), mine)).toBe(true)
})
