import { expect, test } from 'vitest'
import { formMemoryFor } from './form-memory'

const VALUES = {
  email: 'ann@example.com',
  name: 'Ann',
  number: '4242 4242 4242 4242',
  expiry: '12 / 34',
  csc: '123',
}

function fakeStorage(kept = new Map<string, string>()) {
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
  }
}

test('returns typed values while the page lives, but never the security code', () => {
  const memory = formMemoryFor('ord_1', () => fakeStorage())
  expect(memory.recall()).toEqual({})
  memory.keep(VALUES)
  const { csc: _, ...rest } = VALUES
  expect(memory.recall()).toEqual(rest)
})

test('K7 no card data survives a reload', () => {
  const storage = fakeStorage()
  formMemoryFor('ord_1', () => storage).keep(VALUES)
  expect([...storage.kept.values()].join()).not.toMatch(/4242|12 \/ 34|123/)
  expect(formMemoryFor('ord_1', () => storage).recall()).toEqual({ email: 'ann@example.com', name: 'Ann' })
  expect(formMemoryFor('ord_2', () => storage).recall()).toEqual({})
})

test('the test card of a payment that was sent survives the way to the bank and back, as its token', () => {
  const storage = fakeStorage()
  const memory = formMemoryFor('ord_1', () => storage)
  memory.keepSent({ ...VALUES, number: '4000 0000 0000 3220', expiry: '01 / 30' })
  memory.keep({ ...VALUES, name: 'Ann Ö' })
  expect([...storage.kept.values()].join()).not.toMatch(/3220|01 \/ 30|123/)
  expect(formMemoryFor('ord_1', () => storage).recall()).toEqual({
    email: 'ann@example.com',
    name: 'Ann Ö',
    number: '4000 0000 0000 3220',
    expiry: '12 / 34',
  })
})

test.each([
  '',
  'null',
  '7',
  '[]',
  '{"email":1,"name":null,"number":"4242"}',
  '{broken',
  '{"token":"pm_card_of_another"}',
])('treats damaged storage (%s) as empty', (text) => {
  expect(
    formMemoryFor('ord_1', () => fakeStorage(new Map([['payonce.typed:ord_1', text]]))).recall(),
  ).toEqual({})
})

test('works without storage', () => {
  const memory = formMemoryFor('ord_1', () => {
    throw new DOMException('denied', 'SecurityError')
  })
  expect(memory.recall()).toEqual({})
  memory.keep(VALUES)
  expect(memory.recall().name).toBe('Ann')
})
