import { describe, expect, test } from 'vitest'
import { headersIn, headersText, type KeptHeaders, keptHeader } from './kept-headers'

describe('O2 a header of an answer', () => {
  test('is kept under the name of the list, however it was written', () => {
    expect(keptHeader('etag', 'W/"7"')).toEqual({ ETag: 'W/"7"' })
  })

  test.each(['Set-Cookie', 'Date', 'Request-Id', 'Authorization', 'Content-Type', '__proto__', ''])(
    '%s is not kept, and the list is said',
    (name) => {
      expect(() => keptHeader(name, 'a')).toThrow(/is not stored.*ETag, Last-Modified, Location/)
      expect(headersText({ [name]: 'a' } as KeptHeaders)).toBeNull()
    },
  )

  test.each(['', ' a', 'a ', 'a\r\nSet-Cookie: b=c', 'schl\u00fcssel', 'a\0', 'x'.repeat(1_001), 7])(
    'of the value %j is refused before a commit, and left out after a question to the outside',
    (value) => {
      expect(() => keptHeader('ETag', value as string)).toThrow(/printable ASCII/)
      expect(headersText({ ETag: value } as KeptHeaders)).toBeNull()
    },
  )

  test('comes back from its stored text; a text that we did not write is not read', () => {
    const headers = { Link: '</a>; rel="next"', ETag: '"7"' }
    expect(headersIn(headersText(headers))).toEqual(headers)
    expect([headersText(undefined), headersText({}), headersIn(null)]).toEqual([null, null, {}])
    for (const text of ['', '[]', 'null', '{"ETag":7}', '{"Set-Cookie":"a"}', '{"ETag":"1","Date":"2"}'])
      expect(headersIn(text), text).toBeNull()
  })
})
