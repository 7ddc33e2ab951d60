import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** RFC 4648, 6: the form in which authenticator apps take a secret. */
const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
/** 160 bits (RFC 4226, 4, R6). */
const SECRET_BYTES = 20
const STEP_SECONDS = 30
const DIGITS = 6
/** One step before and after (RFC 6238, 5.2): clocks that differ by up to 30 s, and a code typed late. */
const WINDOW = 1

/** A new secret of an authenticator app, in base 32. */
export function newTotpSecret(): string {
  return toBase32(randomBytes(SECRET_BYTES))
}

/** The address that an authenticator app reads from the QR code (Key URI Format). */
export function totpUri(secret: string, account: string, issuer: string): string {
  const query = new URLSearchParams({
    secret,
    issuer,
    algorithm: 'SHA1',
    digits: `${DIGITS}`,
    period: `${STEP_SECONDS}`,
  })
  // Apps show a plus sign of a query as it is.
  const settings = query.toString().replaceAll('+', '%20')
  return `otpauth://totp/${encodeURIComponent(issuer)}:${encodeURIComponent(account)}?${settings}`
}

/** The code of a time step: HOTP with the step as its counter (RFC 6238, 4.2; RFC 4226, 5.3). */
export function totpCode(secret: string, step: number, digits = DIGITS): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  const number = (mac.readUInt32BE(offset) & 0x7fffffff) % 10 ** digits
  return String(number).padStart(digits, '0')
}

/** The time step of an instant in seconds since 1970. */
export function stepAt(seconds: number): number {
  return Math.floor(seconds / STEP_SECONDS)
}

/** The step near `now` whose code this is; null when it is none of them. All are compared, whichever fits. */
export function stepOf(secret: string, code: string, now: number): number | null {
  const given = Buffer.from(code)
  let found: number | null = null
  for (let step = now - WINDOW; step <= now + WINDOW; step++) {
    const expected = Buffer.from(totpCode(secret, step))
    if (given.length === expected.length && timingSafeEqual(given, expected)) found = step
  }
  return found
}

function toBase32(bytes: Buffer): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  return (bits.match(/.{5}/g) ?? []).map((five) => BASE32[Number.parseInt(five, 2)]).join('')
}

function fromBase32(text: string): Buffer {
  const bits = [...text].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, '0')).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)))
}
