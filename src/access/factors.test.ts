import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decryptSecret, encryptSecret } from './factor-secret'
import { passkeySite } from './passkeys/passkey'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code'
import { newTotpSecret, stepAt, stepOf, totpCode, totpUri } from './totp'

describe('an authenticator code', () => {
  /** "12345678901234567890", the secret of the vectors, in base 32. */
  const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('is that of RFC 6238, appendix B, at %i s', (seconds, code) => {
    expect(totpCode(SECRET, stepAt(seconds), 8)).toBe(code)
  })

  it.each([
    [0, '755224'],
    [1, '287082'],
    [9, '520489'],
  ])('is that of RFC 4226, appendix D, for the counter %i', (counter, code) => {
    expect(totpCode(SECRET, counter)).toBe(code)
  })

  it('is known in its own step and one beside it, and says which', () => {
    const secret = newTotpSecret()
    for (const step of [99, 100, 101]) expect(stepOf(secret, totpCode(secret, step), 100)).toBe(step)
    for (const step of [97, 98, 102, 103]) expect(stepOf(secret, totpCode(secret, step), 100)).toBeNull()
    for (const wrong of ['', '12345', '1234567', 'abcdef']) expect(stepOf(secret, wrong, 100)).toBeNull()
  })

  it('has a secret of 160 bits, each another one', () => {
    const secrets = Array.from({ length: 50 }, newTotpSecret)
    expect(new Set(secrets).size).toBe(50)
    for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  })

  it('is shown to an app with its issuer and its account', () => {
    const uri = new URL(totpUri('ABC', 'ada+x@example.com', 'Payonce pay.example'))
    expect(uri.href).toMatch(/^otpauth:\/\/totp\/Payonce%20pay\.example:ada%2Bx%40example\.com\?/)
    expect(uri.search).not.toContain('+')
    expect(Object.fromEntries(uri.searchParams)).toEqual({
      secret: 'ABC',
      issuer: 'Payonce pay.example',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    })
  })
})

describe('an encrypted secret', () => {
  it('is read with the current key and with the previous one, which says that it is outdated', () => {
    const encrypted = encryptSecret('SECRET', 'ada', ['old'])
    expect(encrypted).not.toContain('SECRET')
    expect(decryptSecret(encrypted, 'ada', ['old'])).toEqual({ text: 'SECRET', outdated: false })
    expect(decryptSecret(encrypted, 'ada', ['new', 'old'])).toEqual({ text: 'SECRET', outdated: true })
    expect(decryptSecret(encrypted, 'ada', ['new'])).toBeNull()
  })

  it('is another text each time, and that of no other operator', () => {
    const encrypted = encryptSecret('SECRET', 'ada', ['key'])
    expect(encryptSecret('SECRET', 'ada', ['key'])).not.toBe(encrypted)
    expect(decryptSecret(encrypted, 'eve', ['key'])).toBeNull()
  })

  it('is refused when a bit of it was changed, or it is cut', () => {
    const encrypted = encryptSecret('SECRET', 'ada', ['key'])
    const [form = '', name = '', body = ''] = encrypted.split('.')
    const bytes = Buffer.from(body, 'base64url')
    fc.assert(
      fc.property(fc.nat(bytes.length * 8 - 1), (bit) => {
        const changed = Buffer.from(bytes)
        changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(decryptSecret(`${form}.${name}.${changed.toString('base64url')}`, 'ada', ['key'])).toBeNull()
      }),
    )
    for (let length = 0; length < bytes.length; length++)
      expect(
        decryptSecret(`${form}.${name}.${bytes.subarray(0, length).toString('base64url')}`, 'ada', ['key']),
      ).toBeNull()
    for (const text of ['', 'SECRET', `v2.${name}.${body}`])
      expect(decryptSecret(text, 'ada', ['key'])).toBeNull()
  })
})

describe('recovery codes', () => {
  it('are ten different ones of 80 bits, without letters that look like digits', () => {
    const codes = newRecoveryCodes()
    expect(new Set(codes).size).toBe(10)
    for (const code of codes) expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
  })

  it('are the same however they are typed, and nothing else is one', () => {
    const hash = recoveryCodeHash('0123-4567-89AB-CDEF')
    expect(hash).toMatch(/^[\w-]{43}$/)
    for (const typed of ['0123456789abcdef', ' o1L3 4567 89ab cdef'.replace('L', '2'), 'OI23-4567-89ab-cdef'])
      expect(recoveryCodeHash(typed)).toBe(hash)
    for (const wrong of ['', '123456', '0123-4567-89AB-CDE', '0123-4567-89AB-CDEFF', 'UUUU-4567-89AB-CDEF'])
      expect(recoveryCodeHash(wrong)).toBeNull()
  })
})

it.each([
  ['https://pay.example', { rpId: 'pay.example', origin: 'https://pay.example' }],
  ['https://pay.example:8443/', { rpId: 'pay.example', origin: 'https://pay.example:8443' }],
  ['http://localhost:3000', { rpId: 'localhost', origin: 'http://localhost:3000' }],
  ['http://pay.example', null],
  ['http://127.0.0.1:3000', null],
  ['https://[2001:db8::1]', null],
])('passkeys of %s are for %j', (baseUrl, site) => {
  expect(passkeySite(baseUrl)).toEqual(site && { ...site, name: 'Payonce' })
})
