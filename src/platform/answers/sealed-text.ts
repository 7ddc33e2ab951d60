import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import type { AnswerPlace } from '@/idempotency/stores/sealed-store'
import { holdsCardNumber } from '@/lib/card-number'

/** A key that encrypts answers of one merchant. */
export interface DataKey {
  version: number
  /** 32 of them. */
  bytes: Buffer
}

/** 96 bits (NIST SP 800-38D, 5.2.1.1). Made by chance, they serve 2^32 answers under one key (8.3). */
const NONCE_BYTES = 12
const TAG_BYTES = 16
/** 128 bits: nobody who guesses an answer can compare the guess with its digest. */
const SALT_BYTES = 16
/** 128 bits of SHA-256: no second text is found to one that is given. */
const DIGEST_BYTES = 16

/** `s1.<version of the key>.<digest>.<nonce, text and tag>`, and `.card` where the text holds a card number. No JSON begins so. */
const FORM = /^s1\.([1-9]\d{0,8})\.([\w-]{22})\.([\w-]+)(\.card)?$/

/** True for a text that `seal` made, whether or not it can be opened. */
export const isSealed = (text: string): boolean => text.startsWith('s1.')

/** Version of the key that sealed this text; null: no key did. */
export function versionOf(text: string): number | null {
  const [, version] = FORM.exec(text) ?? []
  return version === undefined ? null : Number(version)
}

/**
 * Encrypts an answer with AES-256-GCM. The digest commits to it and tells nothing of it: it is of a salt, which is encrypted too, and the
 * text. It stays the same when the answer is sealed anew, which is how the database knows that the answer did.
 * @param salt of the same answer, where it was sealed before
 */
export function seal(place: AnswerPlace, body: string, key: DataKey, salt = newSalt()): string {
  const nonce = randomBytes(NONCE_BYTES)
  const mark = holdsPlainCard(body) ? '.card' : ''
  const digest = digestOf(salt, body)
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(boundTo(place, key.version, mark))
  const parts = [nonce, cipher.update(salt), cipher.update(body, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return `s1.${key.version}.${digest}.${Buffer.concat(parts).toString('base64url')}${mark}`
}

/** The answer and its salt. Null: it was not sealed for this place by this key, or was changed since. */
export function open(place: AnswerPlace, text: string, key: DataKey): { body: string; salt: Buffer } | null {
  const [, version, digest, sealed = '', mark = ''] = FORM.exec(text) ?? []
  const bytes = Buffer.from(sealed, 'base64url')
  if (Number(version) !== key.version || bytes.length < NONCE_BYTES + SALT_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(boundTo(place, key.version, mark))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const opened = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    const salt = opened.subarray(0, SALT_BYTES)
    const body = opened.toString('utf8', SALT_BYTES)
    return digestOf(salt, body) === digest ? { body, salt } : null
  } catch {
    return null
  }
}

export const newSalt = (): Buffer => randomBytes(SALT_BYTES)

export const newDataKey = (): Buffer => randomBytes(32)

/** What the cipher is bound to: in another record, or beside another status, it does not open. */
function boundTo({ merchantId, id, status, problem }: AnswerPlace, version: number, mark: string): Buffer {
  return Buffer.from(JSON.stringify([merchantId, id, version, status, problem, mark]))
}

function digestOf(salt: Buffer, body: string): string {
  const hash = createHash('sha256').update(salt).update(body, 'utf8').digest()
  return hash.subarray(0, DIGEST_BYTES).toString('base64url')
}

/**
 * What the invariant `no_card_number` blames in a text that it can read: a number that stands alone, in digits or groups of them. The sealed
 * text says so in its place.
 */
function holdsPlainCard(text: string): boolean {
  return (text.match(STANDS_ALONE) ?? []).some(holdsCardNumber)
}

const STANDS_ALONE =
  /(?<![A-Za-z0-9_+-]|[A-Za-z0-9_][.])[2-6][0-9](?:[ -]?[0-9]){11,17}(?![A-Za-z0-9_-]|[.][A-Za-z0-9_])/g
