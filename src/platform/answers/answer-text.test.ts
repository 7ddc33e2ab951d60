import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { decrypt, encrypt, isEncrypted, newDataKey, newSalt, versionOf } from './answer-text'

const KEY = { version: 3, bytes: newDataKey() }
const PLACE = { merchantId: randomUUID(), id: 'abc', status: 201, problem: null }
const BODY = '{"n":1.0,"nul":"\\u0000","email":"ada@example.com","ü":"€"}'
const digestIn = (text: string) => text.split('.')[2]

describe('an encrypted answer', () => {
  it('opens to the same bytes, and shows nothing of them', () => {
    const encrypted = encrypt(PLACE, BODY, KEY)
    expect(decrypt(PLACE, encrypted, KEY)?.body).toBe(BODY)
    expect([isEncrypted(encrypted), versionOf(encrypted), isEncrypted(BODY), versionOf(BODY)]).toEqual([
      true,
      3,
      false,
      null,
    ])
    expect(() => JSON.parse(encrypted)).toThrow()
    expect(Buffer.from(encrypted.split('.')[3] ?? '', 'base64url').includes('ada@')).toBe(false)
  })

  it('is another text each time, with another digest: equal answers look different', () => {
    const [one, other] = [encrypt(PLACE, BODY, KEY), encrypt(PLACE, BODY, KEY)]
    expect(one).not.toBe(other)
    expect(digestIn(one)).not.toBe(digestIn(other))
  })

  it('keeps its digest when it is encrypted anew under another key', () => {
    const salt = newSalt()
    const next = { version: 4, bytes: newDataKey() }
    const [before, after] = [encrypt(PLACE, BODY, KEY, salt), encrypt(PLACE, BODY, next, salt)]
    expect(digestIn(after)).toBe(digestIn(before))
    expect(decrypt(PLACE, before, next)).toBeNull()
    expect(decrypt(PLACE, after, next)).toEqual({ body: BODY, salt })
  })

  it.each([
    ['another merchant', { merchantId: randomUUID() }],
    ['another record', { id: 'abd' }],
    ['another status', { status: 200 }],
    ['another problem', { problem: 'payment-declined' }],
  ])('does not open in %s', (_, other) => {
    expect(decrypt({ ...PLACE, ...other }, encrypt(PLACE, BODY, KEY), KEY)).toBeNull()
  })

  it('does not open after any change of it', () => {
    const encrypted = encrypt(PLACE, BODY, KEY)
    for (let at = 0; at < encrypted.length; at++) {
      const other = encrypted[at] === 'A' ? 'B' : 'A'
      const changed = encrypted.slice(0, at) + other + encrypted.slice(at + 1)
      // The last character of base64url has bits that nothing is made of.
      if (at !== encrypted.length - 1) expect(decrypt(PLACE, changed, KEY)?.body ?? null).toBeNull()
    }
    for (const cut of [
      '',
      's1',
      's1.3',
      encrypted.slice(0, 40),
      `${encrypted}.card`,
      encrypted.replace('s1.3', 's1.4'),
    ])
      expect(decrypt(PLACE, cut, KEY)).toBeNull()
  })

  it('under another key of the same version does not open', () => {
    expect(decrypt(PLACE, encrypt(PLACE, BODY, KEY), { version: 3, bytes: newDataKey() })).toBeNull()
  })

  it('says that it holds a card number, by the rule of the invariant', () => {
    const card = encrypt(PLACE, '{"note":"4242 4242 4242 4242"}', KEY)
    expect(card).toMatch(/\.card$/)
    expect(decrypt(PLACE, card, KEY)?.body).toBe('{"note":"4242 4242 4242 4242"}')
    expect(decrypt(PLACE, card.replace('.card', ''), KEY)).toBeNull()
    expect(encrypt(PLACE, '{"note":"4242 4242 4242 4243","id":"pay_4242424242424242"}', KEY)).not.toMatch(
      /\.card$/,
    )
  })
})
