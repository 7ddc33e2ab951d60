import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { problemOfMedia, problemOfMembers } from './check-json'

describe('members of a JSON text', () => {
  test.each([
    ['{"amount":1,"amount":2}', '"amount"'],
    ['{"amount":1,"amount":1}', '"amount"'],
    ['{"a":{"b":1,"c":[{"d":1,"d":2}]}}', '"d"'],
    ['{"amount":1, "\\u0061mount" : 2}', '"\\u0061mount"'],
    ['{"":1,"":2}', '""'],
    ['{"a":[{"b":1},{"b":1}],"a":1}', '"a"'],
  ])('%s: the member is named', (text, name) => {
    expect(JSON.parse(text)).toBeTruthy()
    expect(problemOfMembers(text)).toEqual({
      kind: 'validation',
      detail: `The member ${name} is there twice in one object. Send it once.`,
    })
  })

  test.each([
    '{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}',
    '{"a":"a\\":1,","b":"{\\"a\\":"}',
    '["a","a"]',
    '{"toString":1,"constructor":2}',
    '"__proto__"',
    '{"a":"__proto__"}',
    '',
  ])('%s has nothing twice', (text) => {
    expect(problemOfMembers(text)).toBeNull()
  })

  test.each(['{"__proto__":{}}', '{"metadata":{"__proto__":"x"}}', '{"\\u005f_proto__":1}'])(
    '%s is refused: copies would lose it',
    (text) => {
      expect(problemOfMembers(text)?.detail).toContain('__proto__')
    },
  )

  test('any value as JSON.stringify writes it has nothing twice, and any member of it twice is found', () => {
    const name = fc.string({ unit: 'binary' }).filter((text) => text !== '__proto__')
    const value = fc.object({ key: name, maxDepth: 3 })
    fc.assert(
      fc.property(value, name, (object, extra) => {
        const inner = JSON.stringify(object)
        fc.pre(extra !== 'inner' && !inner.includes('"__proto__"'))
        const member = `${JSON.stringify(extra)}:1`
        const once = `{"outer":[${inner},{${member},"inner":${inner}}]}`
        const twice = once.replace(/\}\]\}$/, () => `,${member}}]}`)
        expect([JSON.parse(once), JSON.parse(twice)]).toHaveLength(2)
        expect(problemOfMembers(once)).toBeNull()
        expect(problemOfMembers(twice)).not.toBeNull()
      }),
    )
  })
})

describe('the media of a body', () => {
  test.each([
    ['application/json', undefined],
    ['application/json; charset=utf-8', 'identity'],
    ['Application/JSON;charset="UTF8"', undefined],
  ])('%s, %s is read', (type, encoding) => {
    expect(problemOfMedia(type, encoding)).toBeNull()
  })

  test.each([
    [undefined, undefined, 'application/json'],
    ['text/plain', undefined, 'application/json'],
    ['application/json; charset=utf-16', undefined, 'utf-16'],
    ['application/json; charset=iso-8859-1', undefined, 'UTF-8'],
    ['application/json', 'gzip', 'Content-Encoding'],
    ['application/json; charset=utf-8', 'br', 'Content-Encoding'],
  ])('%s, %s is 415, with what is accepted', (type, encoding, says) => {
    const problem = problemOfMedia(type, encoding)
    expect(problem?.kind).toBe('unsupported-media')
    expect(problem?.detail).toContain(says)
  })
})
