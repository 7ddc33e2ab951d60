import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  guestOf,
  newShopper,
  SECURE_SHOPPER_COOKIE,
  SHOPPER_COOKIE,
  shopperCookie,
  shopperOf,
} from './shopper'

const SECRET = 'a secret for tests, long enough to pass'
const header = (value: string) => `${SHOPPER_COOKIE}=${value}`

describe('a guest', () => {
  test('is recognised by the cookie that we gave', () => {
    const { id, value } = newShopper(SECRET)
    expect(shopperOf(header(value), [SECRET])).toBe(id)
  })

  test.each([
    (value: string) => `a=b; ${header(value)}; c=d`,
    (value: string) => `a=b;${header(value)}`,
    (value: string) => `  ${header(value)}  `,
    (value: string) => `x${SHOPPER_COOKIE}=forged.cookie; ${header(value)}`,
  ])('is recognised among other cookies (%#)', (write) => {
    const { id, value } = newShopper(SECRET)
    expect(shopperOf(write(value), [SECRET])).toBe(id)
  })

  test('F53 is another one each time', () => {
    expect(new Set(Array.from({ length: 1_000 }, () => newShopper(SECRET).id))).toHaveLength(1_000)
  })
})

describe('nobody is recognised by', () => {
  test.each([
    null,
    undefined,
    '',
    'a=b',
    header(''),
    header('.'),
    header('id'),
    header('id.'),
    header('.signature'),
    header('undefined.undefined'),
  ])('%j', (cookie) => {
    expect(shopperOf(cookie, [SECRET])).toBeNull()
  })

  test('a cookie that another secret signed', () => {
    expect(shopperOf(header(newShopper('another secret, also long enough').value), [SECRET])).toBeNull()
  })

  test('F53 the signature of another guest', () => {
    const [mine, theirs] = [newShopper(SECRET), newShopper(SECRET)]
    expect(shopperOf(header(`${theirs.id}.${mine.value.split('.')[1]}`), [SECRET])).toBeNull()
  })

  test('a forgery: any change of any character', () => {
    const { value } = newShopper(SECRET)
    fc.assert(
      fc.property(fc.nat(value.length - 1), fc.constantFrom(...'ABab01-_.='), (at, character) => {
        fc.pre(value[at] !== character)
        expect(shopperOf(header(value.slice(0, at) + character + value.slice(at + 1)), [SECRET])).toBeNull()
      }),
      { numRuns: 500 },
    )
  })

  test('anything that somebody made up', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, signature) => {
        expect(shopperOf(header(`${id}.${signature}`), [SECRET])).toBeNull()
      }),
    )
  })
})

test('the cookie cannot be read by scripts, is not sent from other sites, and over https stays there', () => {
  expect(shopperCookie('v', true)).toBe(
    `__Host-${SHOPPER_COOKIE}=v; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax`,
  )
  expect(shopperCookie('v', false)).not.toContain('Secure')
})

describe('while the secret rotates', () => {
  const NEW = 'the next secret, long enough to pass too'
  const { id, value: old } = newShopper(SECRET)

  test('before: the cookie stays as it is', () => {
    expect(guestOf(header(old), [SECRET])).toEqual({ id, value: null })
  })

  test('after: the guest keeps their id, and gets it under the new signature', () => {
    const guest = guestOf(header(old), [NEW, SECRET])
    expect(guest.id).toBe(id)
    expect(shopperOf(header(guest.value ?? ''), [NEW])).toBe(id)
    expect(shopperOf(header(guest.value ?? ''), [SECRET])).toBeNull()
  })

  test('a new guest is signed by the new secret only', () => {
    const { id: other, value } = guestOf(null, [NEW, SECRET])
    expect(shopperOf(header(value ?? ''), [NEW])).toBe(other)
    expect(shopperOf(header(value ?? ''), [SECRET])).toBeNull()
  })

  test('after the previous one is dropped, its cookies are nobody’s', () => {
    const guest = guestOf(header(old), [NEW])
    expect(guest.id).not.toBe(id)
    expect(guest.value).not.toBeNull()
  })
})

test('a guest from before the prefix keeps their scope; with both cookies the prefixed one counts', () => {
  const [before, now] = [newShopper(SECRET), newShopper(SECRET)]
  expect(shopperOf(header(before.value), [SECRET])).toBe(before.id)
  const both = `${header(before.value)}; ${SECURE_SHOPPER_COOKIE}=${now.value}`
  expect(shopperOf(both, [SECRET])).toBe(now.id)
  const forged = `${header(before.value)}; ${SECURE_SHOPPER_COOKIE}=${now.id}.forged`
  expect(shopperOf(forged, [SECRET])).toBe(before.id)
})
