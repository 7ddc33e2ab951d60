import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'

/** Keys that a secret may be encrypted under, the one for new ones first (`secretsFor` of platform/env). */
export type FactorKeys = readonly [current: string, ...previous: string[]]

const FORM = /^v1\.([A-Za-z0-9_-]{8})\.([A-Za-z0-9_-]+)$/
/** 96 bits (NIST SP 800-38D, 5.2.1.1). */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Encrypts the secret of an authenticator app with AES-256-GCM, as `v1.<name of the key>.<nonce, text and tag>`.
 * @param owner id of the operator: a row that is moved to another operator cannot be read
 */
export function encryptSecret(text: string, owner: string, [key]: FactorKeys): string {
  const nonce = randomBytes(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', bytesOf(key), nonce).setAAD(Buffer.from(owner))
  const parts = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]
  return `v1.${nameOf(key)}.${Buffer.concat(parts).toString('base64url')}`
}

/**
 * @returns the secret, and whether a key before the current one encrypted it; null when none of the keys did, or somebody changed it
 */
export function decryptSecret(
  encrypted: string,
  owner: string,
  keys: FactorKeys,
): { text: string; outdated: boolean } | null {
  const [, name, body = ''] = FORM.exec(encrypted) ?? []
  const key = keys.find((one) => nameOf(one) === name)
  const bytes = Buffer.from(body, 'base64url')
  if (key === undefined || bytes.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', bytesOf(key), bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
    .setAAD(Buffer.from(owner))
    .setAuthTag(bytes.subarray(-TAG_BYTES))
  try {
    const text = Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
    return { text: text.toString('utf8'), outdated: key !== keys[0] }
  } catch {
    return null
  }
}

function bytesOf(key: string): Buffer {
  return createHash('sha256').update(key).digest()
}

/** Says which key it was. 48 bits of a hash of a hash, from which nobody gets back to the key. */
function nameOf(key: string): string {
  return createHash('sha256').update(`name\0${key}`).digest('base64url').slice(0, 8)
}
