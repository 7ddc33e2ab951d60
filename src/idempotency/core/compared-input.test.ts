import { Decimal } from '@prisma/client/runtime/client'
import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Rich, richObject, superjson, withoutUndefined } from '../testing/rich-values'
import { ComparedInput } from './compared-input'
import { fingerprint } from './fingerprint'

const payload = (input: object, volatile: string[] = []) =>
  new ComparedInput(input, { volatile, transformer: superjson })
const of = (input: object) => payload(input).columns('secret').fingerprint
const copyOf = (input: object) => superjson.parse<Record<string, Rich>>(superjson.stringify(input))

describe('with a transformer the fingerprint', () => {
  test('is that of a retry which has made all values anew, in another order of members', () => {
    fc.assert(
      fc.property(richObject, (input) => {
        expect(of(copyOf(input))).toBe(of(input))
        expect(of(Object.fromEntries(Object.entries(input).reverse()))).toBe(of(input))
      }),
    )
  })

  test('does not tell one object in two places from two equal ones', () => {
    const at = new Date(0)
    expect(of({ a: at, b: at })).toBe(of({ b: new Date(0), a: new Date(0) }))
  })

  test('is another one for every other value', () => {
    fc.assert(
      fc.property(richObject, richObject, (one, other) => {
        const [a, b] = [withoutUndefined(one), withoutUndefined(other)]
        expect(of(one) === of(other)).toBe(same(a, b))
      }),
    )
  })

  test.each<[string, Rich, Rich]>([
    ['a date and its text', new Date(0), new Date(0).toJSON()],
    ['a bigint and a number', 1n, 1],
    ['two bigints beyond a number', 2n ** 60n, 2n ** 60n + 1n],
    ['a decimal and its text', new Decimal('1.5'), '1.5'],
    ['two maps', new Map([[1, 2]]), new Map([[3, 4]])],
    ['a map and a set', new Map(), new Set()],
    ['NaN and null', Number.NaN, null],
    ['undefined in a list and null', [undefined], [null]],
    ['a text that looks like a value', '\0t{"json":"0"}', '\0s\0t{"json":"0"}'],
  ])('tells apart %s', (_, one, other) => {
    expect(of({ a: one })).not.toBe(of({ a: other }))
  })

  test('cannot be taken for a value by a text', () => {
    const at = new Date(0)
    expect(of({ a: `\0t${canonicalize(superjson.serialize(at))}` })).not.toBe(of({ a: at }))
  })

  test('refuses what the transformer does not show, and names the place', () => {
    expect(() => of({ a: [() => 1] })).toThrow(/at \/a\/0 is a function/)
    expect(of({ a: 1 })).toBe(payload({ a: 1, sentAt: () => 1 }, ['sentAt']).columns('secret').fingerprint)
  })
})

describe('the version', () => {
  test('of a record decides how an input is compared with it', () => {
    const input = { amount: 1, at: new Date(0) }
    const before = fingerprint(input, [])
    expect(payload(input).fingerprintBy(1)).toBe(before)
    expect(payload({ ...input, at: new Date(1) }).fingerprintBy(1)).not.toBe(before)
    // No record of version 1 was written for such an input.
    expect(payload({ amount: 1n }).fingerprintBy(1)).toBe('')
    expect(payload(input).columns('secret').fingerprintVersion).toBe(2)
  })

  test('that needs a transformer is not known without one', () => {
    const plain = new ComparedInput({ amount: 1 }, { volatile: [] })
    expect([plain.columns(undefined).fingerprintVersion, plain.fingerprintBy(2)]).toEqual([1, null])
    expect(payload({ amount: 1 }).fingerprintBy(3)).toBeNull()
  })
})

test('the fields that differ are named, whatever their types', () => {
  const { fields } = payload({ at: new Date(0), items: [1n, new Map([[1, 2]])], same: 1 }).columns('secret')
  const later = payload({ at: new Date(5), items: [1n, new Map([[1, 3]])], same: 1 })
  expect(later.differing(fields, ['secret'])).toEqual(['/at', '/items/1'])
})

function same(one: unknown, other: unknown): boolean {
  try {
    expect(one).toStrictEqual(other)
    return true
  } catch {
    return false
  }
}
