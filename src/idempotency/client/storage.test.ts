import { describe, expect, test } from 'vitest'
import { mintKey } from './key'
import { attemptStorage } from './storage'

const RECORD = { key: 'k1', payload: '{"a":1}', sentAt: 5, held: 2 }

function shelf() {
  const kept = new Map<string, string>()
  return {
    kept,
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    removeItem: (name: string) => void kept.delete(name),
    key: (index: number) => [...kept.keys()][index] ?? null,
    get length() {
      return kept.size
    },
  }
}

describe('attempt storage', () => {
  test('gives back what was written, also to the next page', () => {
    const place = shelf()
    attemptStorage('a', () => place).write(RECORD)
    expect(attemptStorage('a', () => place).read()).toEqual(RECORD)
    expect(attemptStorage('other', () => place).read()).toBeNull()
    attemptStorage('a', () => place).clear()
    expect(attemptStorage('a', () => place).read()).toBeNull()
  })

  test('still works within the page when storage is blocked or full', () => {
    const blocked = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    attemptStorage('b', blocked).write(RECORD)
    expect(attemptStorage('b', blocked).read()).toEqual(RECORD)
    attemptStorage('b', blocked).clear()
    expect(attemptStorage('b', blocked).read()).toBeNull()
  })

  test('remembers the last 100 attempts of a page whose storage is blocked, the latest written last', () => {
    const blocked = () => {
      throw new DOMException('denied', 'SecurityError')
    }
    attemptStorage('first', blocked).write(RECORD)
    attemptStorage('again', blocked).write(RECORD)
    for (let other = 1; other < 100; other++) attemptStorage(`other:${other}`, blocked).write(RECORD)
    expect(attemptStorage('first', blocked).read(), 'the oldest made room').toBeNull()
    attemptStorage('again', blocked).write(RECORD)
    attemptStorage('one more', blocked).write(RECORD)
    expect(attemptStorage('again', blocked).read()).toEqual(RECORD)
    expect(attemptStorage('other:1', blocked).read()).toBeNull()
  })

  test('forgets attempts of the same family that are older than every stored answer, and touches nothing else', () => {
    const place = shelf()
    const day = 24 * 3_600_000
    attemptStorage(
      'shop:1',
      () => place,
      () => 0,
    ).write(RECORD)
    attemptStorage(
      'shop:2',
      () => place,
      () => 20 * day,
    ).write(RECORD)
    place.kept.set('shop:3', '{broken')
    place.kept.set('other', '{broken')
    attemptStorage(
      'shop:4',
      () => place,
      () => 31 * day,
    )
    expect([...place.kept.keys()]).toEqual(['shop:2', 'other'])
  })

  test.each(['', 'null', '[]', '{"key":1}', '{"key":""}', '{broken'])(
    'treats a damaged record (%s) as absent',
    (text) => {
      const place = shelf()
      place.kept.set('c', text)
      expect(attemptStorage('c', () => place).read()).toBeNull()
    },
  )
})

describe('a fresh key', () => {
  test('is a version 4 UUID, also where randomUUID is missing', () => {
    const insecure = {
      getRandomValues: <T extends ArrayBufferView>(array: T) => crypto.getRandomValues(array as never) as T,
    }
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
    expect(mintKey()).toMatch(uuid)
    expect(mintKey(insecure as Crypto)).toMatch(uuid)
    expect(mintKey(insecure as Crypto)).not.toBe(mintKey(insecure as Crypto))
  })
})
