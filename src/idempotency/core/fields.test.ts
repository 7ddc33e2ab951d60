import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { differing, fieldHashes } from './fields'

const SECRET = 'a secret of the server'
const between = (before: object, now: object, volatile: string[] = []) =>
  differing(fieldHashes(before, volatile, SECRET), now, volatile, [SECRET])

describe('K6 which fields of a reused key differ', () => {
  test.each<[string, object, object, string[]]>([
    ['nothing', { amount: 1, currency: 'EUR' }, { currency: 'EUR', amount: 1 }, []],
    ['a value', { amount: 1, currency: 'EUR' }, { amount: 2, currency: 'EUR' }, ['/amount']],
    ['a type', { amount: 1 }, { amount: '1' }, ['/amount']],
    ['a field that came', { amount: 1 }, { amount: 1, reason: 'x' }, ['/reason']],
    ['a field that went', { amount: 1, reason: 'x' }, { amount: 1 }, ['/reason']],
    [
      'one field of one item',
      { items: [{ n: 1 }, { n: 2 }] },
      { items: [{ n: 1 }, { n: 3 }] },
      ['/items/1/n'],
    ],
    ['an item more', { items: [{ n: 1 }] }, { items: [{ n: 1 }, { n: 2 }] }, ['/items/1/n']],
    ['a list that is empty now', { items: [{ n: 1 }] }, { items: [] }, ['/items', '/items/0/n']],
    ['names that pointers escape', { 'a/b': 1, 'c~d': 1 }, { 'a/b': 2, 'c~d': 2 }, ['/a~1b', '/c~0d']],
    ['null and absent', { a: null, b: 1 }, { b: 1 }, ['/a']],
    ['undefined is absent', { a: undefined, b: 1 }, { b: 1 }, []],
    ['several', { a: 1, b: 2, c: 3 }, { a: 9, b: 2, c: 9 }, ['/a', '/c']],
  ])('%s', (_, before, now, pointers) => {
    expect(between(before, now)).toEqual(pointers)
  })

  test('members that may differ between retries are left out', () => {
    expect(between({ a: 1, at: 1 }, { a: 2, at: 2 }, ['at'])).toEqual(['/a'])
  })

  test('a request of very many fields is compared by its top-level members, and the stored text stays small', () => {
    const items = Array.from({ length: 101 }, (_, n) => ({ n }))
    const stored = fieldHashes({ items, currency: 'EUR' }, [], SECRET)
    expect(stored.length).toBeLessThan(100)
    expect(
      differing(stored, { items: items.map(({ n }) => ({ n: n + 1 })), currency: 'EUR' }, [], [SECRET]),
    ).toEqual(['/items'])
  })

  test('a change that makes a request of few fields one of very many, or the other way round, is named alone', () => {
    const few = { items: Array.from({ length: 60 }, (_, n) => ({ n })), card: { token: 'a' } }
    const many = { ...few, note: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`n${n}`, n])) }
    expect(between(few, many)).toHaveLength(60)
    expect(between(few, many).every((pointer) => pointer.startsWith('/note/'))).toBe(true)
    expect(between(many, few)).toEqual(['/note'])
  })

  test('a record older than field hashes names none', () => {
    for (const stored of [null, '', '{}', 'no JSON', '7', 'null'])
      expect(differing(stored, { a: 1 }, [], [SECRET])).toEqual([])
  })

  test('K7 neither a value nor a hash that a table could reverse is stored', () => {
    const stored = fieldHashes({ amount: 2400, email: 'ann@example.com' }, [], SECRET)
    expect(stored).not.toMatch(/2400|ann/)
    expect(stored).not.toEqual(fieldHashes({ amount: 2400, email: 'ann@example.com' }, [], 'another secret'))
    const { '/a': one, '/b': other } = JSON.parse(fieldHashes({ a: 'same', b: 'same' }, [], SECRET))
    expect(one).not.toBe(other)
  })

  test('any input agrees with itself, and a changed member is named', () => {
    const input = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 1,
      maxKeys: 8,
    })
    fc.assert(
      fc.property(input, (value) => {
        const copy = JSON.parse(JSON.stringify(value))
        expect(between(value, copy)).toEqual([])
        const [name = ''] = Object.keys(copy)
        const changed = { ...copy, [name]: { now: 'something else', was: copy[name] } }
        const pointer = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
        const named = between(value, changed)
        expect(named.length).toBeGreaterThan(0)
        expect(named.every((found) => found === pointer || found.startsWith(`${pointer}/`))).toBe(true)
      }),
    )
  })
})

describe('K6 while the secret rotates', () => {
  const NEW = 'the next secret of the server'
  const before = { merchantId: 'm', amount: 1, items: [{ n: 1 }, { n: 2 }] }
  const now = { ...before, amount: 2 }

  test('a record of the previous secret names the field that differs, and no other', () => {
    const stored = fieldHashes(before, [], SECRET)
    expect(differing(stored, now, [], [NEW, SECRET])).toEqual(['/amount'])
    expect(differing(stored, before, [], [NEW, SECRET])).toEqual([])
  })

  test('so does a record of the new one', () => {
    expect(differing(fieldHashes(before, [], NEW), now, [], [NEW, SECRET])).toEqual(['/amount'])
  })

  test('after the previous one is dropped every field of its records seems to differ', () => {
    expect(differing(fieldHashes(before, [], SECRET), now, [], [NEW])).toEqual([
      '/amount',
      '/items/0/n',
      '/items/1/n',
      '/merchantId',
    ])
  })
})
