import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePointer, toPointer } from './json-pointer'

describe('JSON pointers (RFC 6901)', () => {
  // The document and its pointers of RFC 6901, section 5.
  test.each([
    [[], ''],
    [['foo'], '/foo'],
    [['foo', 0], '/foo/0'],
    [[''], '/'],
    [['a/b'], '/a~1b'],
    [['c%d'], '/c%d'],
    [['k"l'], '/k"l'],
    [[' '], '/ '],
    [['m~n'], '/m~0n'],
  ])('the path %j is %j', (path, pointer) => {
    expect(toPointer(path)).toBe(pointer)
    expect(parsePointer(pointer)).toEqual(path.map(String))
  })

  test('unescapes in the order of section 4: ~01 is the name "~1"', () => {
    expect(parsePointer('/~01')).toEqual(['~1'])
  })

  test('reads back whatever it wrote', () => {
    const name = fc.string({ unit: fc.constantFrom('~', '/', '0', '1', 'a', 'é') })
    fc.assert(
      fc.property(fc.array(name), (path) => {
        expect(parsePointer(toPointer(path))).toEqual(path)
      }),
      { numRuns: 200 },
    )
  })
})
