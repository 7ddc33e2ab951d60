import { hash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Mode } from '@/lib/mode'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** 43 digits to the base 62 hold 256 bits. */
const SECRET_LENGTH = 43
/** 6 of them hold the 32 bits of a CRC. */
const CHECK_LENGTH = 6
const FORM = /^sk_(test|live)_[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/

/**
 * A new API key: its mode (`sk_test_`), so that one is not taken for the other, 256 random bits, and a
 * checksum. By it a scanner tells a leaked key from any other word, and a mistyped key never reaches the
 * database.
 * @param random 32 random bytes
 */
export function newToken(mode: Mode, random: Uint8Array = randomBytes(32)): string {
  const body = `sk_${mode}_${base62(BigInt(`0x${Buffer.from(random).toString('hex')}`), SECRET_LENGTH)}`
  return body + check(body)
}

/** A token of the right form, as it is looked up. */
export interface ShownToken {
  mode: Mode
  hash: string
}

/** Mode and hash of a token; null when its form or checksum is wrong. */
export function readToken(token: string): ShownToken | null {
  const [, mode, sum] = FORM.exec(token) ?? []
  if (!mode || check(token.slice(0, -CHECK_LENGTH)) !== sum) return null
  return { mode: mode as Mode, hash: hashOf(token) }
}

/** The stored form of a token. One round of SHA-256 is enough: 256 random bits cannot be guessed. */
export function hashOf(token: string): string {
  return hash('sha256', token, 'base64url')
}

/** The part that a person may see: `sk_test_…x4Tz`. */
export function hintOf(token: string): string {
  return `${token.slice(0, token.indexOf('_', 3) + 1)}…${token.slice(-4)}`
}

function check(body: string): string {
  let text = ''
  for (let rest = crc32(body); text.length < CHECK_LENGTH; rest = Math.floor(rest / 62))
    text = DIGITS[rest % 62] + text
  return text
}

function base62(value: bigint, length: number): string {
  let text = ''
  for (let rest = value; text.length < length; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text
  return text
}
