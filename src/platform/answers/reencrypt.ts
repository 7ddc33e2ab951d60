import {
  answersAfter,
  proveSame,
  type Reencrypted,
  replaceAnswers,
  type StoredAnswer,
  storedAnswer,
} from '@/idempotency/stores/reencrypt-sql'
import { type Db, rows } from '../db'
import type { AnswerKeys } from './answer-keys'
import { type DataKey, decrypt, encrypt, isEncrypted, newSalt, versionOf } from './answer-text'
import { merchantsWithoutKey, nextDueKey, noteReencrypted } from './key-rows'

/**
 * Encrypts up to `limit` answers of one merchant under its newest key: those that are plain, and those under an older key. A merchant without a key
 * gets one. What cannot be decrypted is left as it is.
 * @returns 0 when nothing is due, else `limit`: call again
 */
export async function reencryptAnswers(db: Db, keys: AnswerKeys, limit: number): Promise<number> {
  const without = await merchantsWithoutKey(db, limit)
  for (const merchantId of without) await keys.ready(merchantId)
  const due = await nextDueKey(db)
  if (due === null) return without.length
  const { merchantId } = due
  const key = await keys.newestKey(merchantId)
  // This process has not heard of the key yet: another turn will.
  if (key.version !== due.version) return 0
  const found = await rows(db, storedAnswer, answersAfter(merchantId, due.after, limit))
  const encrypted = await Promise.all(found.map((answer) => reencrypted(keys, key, merchantId, answer)))
  const changed = encrypted.filter((one) => one !== null)
  if (changed.length > 0) {
    const salts = Object.fromEntries(changed.map(({ id, salt }) => [id, salt.toString('hex')]))
    await db.$transaction([db.$queryRaw(proveSame(salts)), db.$queryRaw(replaceAnswers(merchantId, changed))])
  }
  await noteReencrypted(db, due, found.length < limit ? null : (found.at(-1)?.id ?? null))
  return limit
}

async function reencrypted(
  keys: AnswerKeys,
  key: DataKey,
  merchantId: string,
  { id, status, problem, answer: before }: StoredAnswer,
): Promise<(Reencrypted & { salt: Buffer }) | null> {
  if (before === null || versionOf(before) === key.version) return null
  const place = { merchantId, id, status, problem }
  const plain = isEncrypted(before) ? await opened(keys, place, before) : { body: before, salt: newSalt() }
  if (plain === null) return null
  return { id, before, after: encrypt(place, plain.body, key, plain.salt), salt: plain.salt }
}

async function opened(keys: AnswerKeys, place: Parameters<typeof decrypt>[0], text: string) {
  const key = await keys.keyOf(place.merchantId, text)
  return key && decrypt(place, text, key)
}
