import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto'
import type { AnswerPlace } from '@/idempotency/stores/encrypted-store'
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
const TAG = { authTagLength: TAG_BYTES }
/** 128 bits: nobody who guesses an answer can compare the guess with its digest. */
const SALT_BYTES = 16
/** 132 bits of SHA-256 in base64url: no second text is found to one that is given. */
const DIGEST_LENGTH = 22

/** `s1.<version of the key>.<digest>.<nonce, text and tag>`, and `.card` where the text holds a card number. No JSON begins so. */
const FORM = /^s1\.([1-9]\d{0,8})\.([\w-]{22})\.([\w-]+)(\.card)?$/

/** True for a text that `encrypt` made, whether or not it can be decrypted. */
export const isEncrypted = (text: string): boolean => text.startsWith('s1.')

/** Version of the key that encrypted this text; null: no key did. */
export function versionOf(text: string): number | null {
  const version = isEncrypted(text) ? text.slice(3, text.indexOf('.', 3)) : ''
  return /^[1-9]\d{0,8}$/.test(version) ? Number(version) : null
}

/**
 * Encrypts an answer with AES-256-GCM. The digest commits to it and tells nothing of it: it is of a salt, which is encrypted too, and the
 * text. It stays the same when the answer is encrypted anew, which is how the database knows that the answer did.
 * @param salt of the same answer, where it was encrypted before
 */
export function encrypt(place: AnswerPlace, body: string, key: DataKey, salt = newSalt()): string {
  const nonce = randomly(NONCE_BYTES)
  const mark = holdsPlainCard(body) ? '.card' : ''
  const salted = Buffer.concat([salt, Buffer.from(body)])
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce).setAAD(boundTo(place, key.version, mark))
  const encrypted = Buffer.concat([nonce, cipher.update(salted), cipher.final(), cipher.getAuthTag()])
  return `s1.${key.version}.${digestOf(salted)}.${encrypted.toString('base64url')}${mark}`
}

/** The answer and its salt. Null: it was not encrypted for this place by this key, or was changed since. */
export function decrypt(
  place: AnswerPlace,
  text: string,
  key: DataKey,
): { body: string; salt: Buffer } | null {
  const [, version, digest, encrypted = '', mark = ''] = FORM.exec(text) ?? []
  const bytes = Buffer.from(encrypted, 'base64url')
  if (Number(version) !== key.version || bytes.length < NONCE_BYTES + SALT_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, bytes.subarray(0, NONCE_BYTES), TAG)
    .setAAD(boundTo(place, key.version, mark))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  const salted = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
  try {
    decipher.final()
  } catch {
    return null
  }
  if (digestOf(salted) !== digest) return null
  return { body: salted.toString('utf8', SALT_BYTES), salt: salted.subarray(0, SALT_BYTES) }
}

export const newSalt = (): Buffer => randomly(SALT_BYTES)

/** Random bytes in store: a call of the system for each answer would cost a quarter of its encryption. */
let store = Buffer.alloc(0)

/** Each byte of the store is given away once. */
function randomly(bytes: number): Buffer {
  if (store.length < bytes) store = randomBytes(4_000)
  const given = store.subarray(0, bytes)
  store = store.subarray(bytes)
  return given
}

export const newDataKey = (): Buffer => randomBytes(32)

/** What the cipher is bound to: in another record, or beside another status, it does not open. */
function boundTo({ merchantId, id, status, problem }: AnswerPlace, version: number, mark: string): Buffer {
  return Buffer.from(JSON.stringify([merchantId, id, version, status, problem, mark]))
}

/** @param salted the salt and the text */
function digestOf(salted: Buffer): string {
  return hash('sha256', salted, 'base64url').slice(0, DIGEST_LENGTH)
}

/**
 * What the invariant `no_card_number` blames in a text that it can read: a number that stands alone, in digits or groups of them. The encrypted
 * text says so in its place.
 */
function holdsPlainCard(text: string): boolean {
  return (text.match(STANDS_ALONE) ?? []).some(holdsCardNumber)
}

const STANDS_ALONE =
  /(?<![A-Za-z0-9_+-]|[A-Za-z0-9_][.])[2-6][0-9](?:[ -]?[0-9]){11,17}(?![A-Za-z0-9_-]|[.][A-Za-z0-9_])/g
