import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { isSealed, newDataKey, newSalt, open, seal, versionOf } from './sealed-text'

const KEY = { version: 3, bytes: newDataKey() }
const PLACE = { merchantId: randomUUID(), id: 'abc', status: 201, problem: null }
const BODY = '{"n":1.0,"nul":"\\u0000","email":"ada@example.com","ü":"€"}'
const digestIn = (text: string) => text.split('.')[2]

describe('a sealed answer', () => {
  it('opens to the same bytes, and shows nothing of them', () => {
    const sealed = seal(PLACE, BODY, KEY)
    expect(open(PLACE, sealed, KEY)?.body).toBe(BODY)
    expect([isSealed(sealed), versionOf(sealed), isSealed(BODY), versionOf(BODY)]).toEqual([
      true,
      3,
      false,
      null,
    ])
    expect(() => JSON.parse(sealed)).toThrow()
    expect(Buffer.from(sealed.split('.')[3] ?? '', 'base64url').includes('ada@')).toBe(false)
  })

  it('is another text each time, with another digest: equal answers look different', () => {
    const [one, other] = [seal(PLACE, BODY, KEY), seal(PLACE, BODY, KEY)]
    expect(one).not.toBe(other)
    expect(digestIn(one)).not.toBe(digestIn(other))
  })

  it('keeps its digest when it is sealed anew under another key', () => {
    const salt = newSalt()
    const next = { version: 4, bytes: newDataKey() }
    const [before, after] = [seal(PLACE, BODY, KEY, salt), seal(PLACE, BODY, next, salt)]
    expect(digestIn(after)).toBe(digestIn(before))
    expect(open(PLACE, before, next)).toBeNull()
    expect(open(PLACE, after, next)).toEqual({ body: BODY, salt })
  })

  it.each([
    ['another merchant', { merchantId: randomUUID() }],
    ['another record', { id: 'abd' }],
    ['another status', { status: 200 }],
    ['another problem', { problem: 'payment-declined' }],
  ])('does not open in %s', (_, other) => {
    expect(open({ ...PLACE, ...other }, seal(PLACE, BODY, KEY), KEY)).toBeNull()
  })

  it('does not open after any change of it', () => {
    const sealed = seal(PLACE, BODY, KEY)
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
      // The last character of base64url has bits that nothing is made of.
      if (at !== sealed.length - 1) expect(open(PLACE, changed, KEY)?.body ?? null).toBeNull()
    }
    for (const cut of [
      '',
      's1',
      's1.3',
      sealed.slice(0, 40),
      `${sealed}.card`,
      sealed.replace('s1.3', 's1.4'),
    ])
      expect(open(PLACE, cut, KEY)).toBeNull()
  })

  it('under another key of the same version does not open', () => {
    expect(open(PLACE, seal(PLACE, BODY, KEY), { version: 3, bytes: newDataKey() })).toBeNull()
  })

  it('says that it holds a card number, by the rule of the invariant', () => {
    const card = seal(PLACE, '{"note":"4242 4242 4242 4242"}', KEY)
    expect(card).toMatch(/\.card$/)
    expect(open(PLACE, card, KEY)?.body).toBe('{"note":"4242 4242 4242 4242"}')
    expect(open(PLACE, card.replace('.card', ''), KEY)).toBeNull()
    expect(seal(PLACE, '{"note":"4242 4242 4242 4243","id":"pay_4242424242424242"}', KEY)).not.toMatch(
      /\.card$/,
    )
  })
})
