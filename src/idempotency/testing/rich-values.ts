import { Decimal } from '@prisma/client/runtime/client'
import fc from 'fast-check'
import { SuperJSON } from 'superjson'

/** superjson that knows `Decimal`, as both ends of a tRPC router have it. */
export const superjson = new SuperJSON()
superjson.registerCustom<Decimal, string>(
  {
    isApplicable: (value): value is Decimal => Decimal.isDecimal(value),
    serialize: (value) => value.toString(),
    deserialize: (text) => new Decimal(text),
  },
  'Decimal',
)

/** A value of the types that JSON lacks, or of them all. */
export type Rich = unknown

const leaf = fc.oneof(
  fc.date({ noInvalidDate: true }),
  fc.bigInt(),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.constantFrom('\0', '\0t', '\0s\0'),
  fc.integer(),
  // −0 and 0 are one number in JSON, and so in a fingerprint.
  fc.double().filter((number) => !Object.is(number, -0)),
  fc.boolean(),
  fc.constantFrom(null, undefined),
  fc.tuple(fc.integer(), fc.nat(9)).map(([whole, part]) => new Decimal(`${whole}.${part}`)),
)

/** Member names that superjson takes: it refuses those that could change a prototype. */
const name = fc
  .string({ unit: 'grapheme', maxLength: 5 })
  .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text))

const { value } = fc.letrec<{ value: Rich }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.array(fc.tuple(leaf, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(leaf, { maxLength: 3 }).map((items) => new Set(items)),
  ),
}))

/** Any value of those types, nested. */
export const rich: fc.Arbitrary<Rich> = value

/** An input: an object of such values. */
export const richObject = fc.dictionary(name, rich, { maxKeys: 4, noNullPrototype: true })

/** The value without members that are `undefined`, except within a `Map` or a `Set`, which a transformer keeps whole. */
export function withoutUndefined(value: Rich): Rich {
  if (Array.isArray(value)) return value.map(withoutUndefined)
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .map(([member, inner]) => [member, withoutUndefined(inner)]),
  )
}
