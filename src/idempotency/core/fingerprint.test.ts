import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { FINGERPRINT_VERSION, fingerprint, recordId, subjectIdOf } from './fingerprint'

type Json = ReturnType<typeof JSON.parse>

const member = fc.string({ unit: 'grapheme', maxLength: 8 })
const body = fc.dictionary(member, fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' }), {
  maxKeys: 6,
  noNullPrototype: true,
}) as fc.Arbitrary<Record<string, Json>>
const of = (input: object, volatile: string[] = []) => fingerprint(input, volatile)

/** The same value with all its members in another order. */
function shuffled(value: Json): Json {
  if (Array.isArray(value)) return value.map(shuffled)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, shuffled(inner)]),
  )
}

describe('the fingerprint stays the same', () => {
  test('F63 the order of members, at any depth', () => {
    fc.assert(fc.property(body, (input) => of(shuffled(input)) === of(input)))
  })

  test('F63 white space between tokens', () => {
    fc.assert(
      fc.property(
        body,
        (input) => of(JSON.parse(JSON.stringify(input, null, 3))) === of(JSON.parse(JSON.stringify(input))),
      ),
    )
  })

  test.each([
    ['{"a":1}', '{"a":1.0}'],
    ['{"a":1}', '{"a":1e0}'],
    ['{"a":100}', '{"a":1E2}'],
    ['{"a":0}', '{"a":-0}'],
    ['{"a":0}', '{"a":-0.0}'],
    ['{"a":"é"}', '{"a":"\\u00e9"}'],
    ['{"a":"/"}', '{"a":"\\/"}'],
  ])('F64 %s and %s', (one, other) => {
    expect(of(JSON.parse(other))).toBe(of(JSON.parse(one)))
  })

  test('F67 a member that is undefined, and one that is absent', () => {
    expect(of({ a: 1, b: undefined })).toBe(of({ a: 1 }))
    expect(of({ a: { b: undefined } })).toBe(of({ a: {} }))
  })

  test('F67 a default that the schema fills in', () => {
    const schema = z.object({ amount: z.int(), currency: z.string().default('EUR') })
    expect(of(schema.parse({ amount: 1 }))).toBe(of(schema.parse({ currency: 'EUR', amount: 1.0 })))
  })

  test('F65 a volatile member: its value, and whether it is there', () => {
    fc.assert(
      fc.property(body, fc.jsonValue(), (input, value) => {
        const { sentAt: _, ...lasting } = input
        expect(of({ ...lasting, sentAt: value }, ['sentAt'])).toBe(of(lasting, ['sentAt']))
      }),
    )
  })
})

describe('the fingerprint changes', () => {
  test('F37 any other value', () => {
    fc.assert(
      fc.property(body, body, (one, other) => {
        // JSON knows no −0.
        const same = JSON.stringify(sorted(one)) === JSON.stringify(sorted(other))
        expect(of(one) === of(other)).toBe(same)
      }),
    )
  })

  test.each<[string, object, object]>([
    ['one cent', { amount: 2400 }, { amount: 2401 }],
    ['a number and its text', { a: 1 }, { a: '1' }],
    ['null and absent', { a: null }, {}],
    ['the order of a list', { a: [1, 2] }, { a: [2, 1] }],
    ['an empty list and an empty object', { a: [] }, { a: {} }],
    ['where a member is', { a: { b: 1 } }, { b: 1, a: {} }],
    ['F64 composed and decomposed letters: JCS does not normalise', { a: '\u00e9' }, { a: 'e\u0301' }],
    ['a volatile name further down, which is not volatile there', { a: { sentAt: 1 } }, { a: { sentAt: 2 } }],
  ])('%s', (_, one, other) => {
    expect(of(one, ['sentAt'])).not.toBe(of(other, ['sentAt']))
  })
})

describe('what JSON does not show is refused, and the place is named', () => {
  test.each<[string, unknown, RegExp]>([
    ['a Map', new Map([['a', 1]]), /at \/order\/a~1b is a Map,/],
    ['an empty Set', new Set(), /is a Set,/],
    ['a regular expression', /a/, /is a RegExp,/],
    ['a function', () => 1, /is a function,/],
    ['a bigint', 1n, /is a bigint,/],
    ['a symbol', Symbol('a'), /is a symbol,/],
  ])('%s', (_, value, said) => {
    expect(() => of({ order: { 'a/b': value } })).toThrow(said)
    expect(() => of({ list: [value] })).toThrow(/at \/list\/0 is a /)
  })

  test('but not what says itself what it is, what shows its members, or what is left out anyway', () => {
    expect(of({ at: new Date(1) })).not.toBe(of({ at: new Date(2) }))
    expect(
      of({
        point: new (class {
          x = 1
        })(),
      }),
    ).toBe(of({ point: { x: 1 } }))
    expect(of({ none: Object.create(null), list: [], empty: {} })).toBe(of({ none: {}, list: [], empty: {} }))
    expect(of({ a: 1, sentAt: new Map() }, ['sentAt'])).toBe(of({ a: 1 }))
  })
})

describe('the version', () => {
  test('F30 1 is fixed for as long as a record of it lives', () => {
    expect(FINGERPRINT_VERSION).toBe(1)
    // printf '{"a":"x","b":1}' | openssl dgst -sha256 -binary | basenc --base64url
    expect(fingerprint({ b: 1, a: 'x' }, [], 1)).toBe('zasGfp876zLRJSz9Y-SSWS_sv1kbDQjK2yS7F_OGQkY')
  })

  test('that this program does not know gives no fingerprint at all', () => {
    for (const version of [0, 2, -1, 1.5, Number.NaN]) expect(fingerprint({ a: 1 }, [], version)).toBeNull()
  })
})

describe('recordId', () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('', ':', 'a', 'a:b', '"', '","', '\\', '[', '\u0000', 'a","b'),
  )
  const parts = fc.tuple(part, part, part, part)
  const idOf = ([merchantId, actor, operation, key]: [string, string, string, string]) =>
    recordId({ merchantId, actor }, operation, key)

  test('F54 F55 is injective: another merchant, actor, operation or key is another record', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(idOf(one) === idOf(other)).toBe(one.every((value, index) => value === other[index]))
      }),
      { numRuns: 2_000 },
    )
  })

  test.each<[[string, string, string, string], [string, string, string, string]]>([
    [
      ['a:b', 'c', 'o', 'k'],
      ['a', 'b:c', 'o', 'k'],
    ],
    [
      ['m', 'a","o', 'k', ''],
      ['m', 'a', 'o","k', ''],
    ],
    [
      ['m', '', 'ao', 'k'],
      ['m', 'a', 'o', 'k'],
    ],
  ])('F54 %j and %j do not meet', (one, other) => {
    expect(idOf(one)).not.toBe(idOf(other))
  })

  test('has 43 characters of the URL alphabet, however long the key', () => {
    fc.assert(
      fc.property(parts, (of) => {
        expect(idOf(of)).toMatch(/^[\w-]{43}$/)
      }),
    )
  })
})

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}

describe('the id of the row that an operation works on', () => {
  const scope = { merchantId: 'm', actor: 'shopper:a' }
  const idOf = (key: string, of = scope, operation = 'pay') => subjectIdOf(recordId(of, operation, key))

  test('D14 is the same for the same scope, operation and key, for ever: a bank knows it', () => {
    expect(idOf('k')).toBe('6c9a4fcd-95d8-8ed1-9d69-f6bcc4bfa54e')
  })

  test('is a UUID of version 8, and another one for each key, scope and operation', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (key, other) => {
        expect(idOf(key)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
        return key === other || idOf(key) !== idOf(other)
      }),
    )
    const all = [
      idOf('k'),
      idOf('k', { ...scope, merchantId: 'n' }),
      idOf('k', { ...scope, actor: 'b' }),
      idOf('k', scope, 'refund'),
    ]
    expect(new Set(all).size).toBe(all.length)
  })
})
