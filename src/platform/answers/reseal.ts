import {
  answersAfter,
  proveSeals,
  type Resealed,
  replaceAnswers,
  type StoredAnswer,
  storedAnswer,
} from '@/idempotency/stores/reseal-sql'
import { type Db, rows } from '../db'
import type { AnswerKeys } from './answer-keys'
import { merchantsWithoutKey, nextDueKey, noteResealed } from './key-rows'
import { type DataKey, isSealed, newSalt, open, seal, versionOf } from './sealed-text'

/**
 * Seals up to `limit` answers of one merchant under its newest key: those that are plain, and those under an older key. A merchant without a key
 * gets one. What cannot be opened is left as it is.
 * @returns 0 when nothing is due, else `limit`: call again
 */
export async function resealAnswers(db: Db, keys: AnswerKeys, limit: number): Promise<number> {
  const without = await merchantsWithoutKey(db, limit)
  for (const merchantId of without) await keys.ready(merchantId)
  const due = await nextDueKey(db)
  if (due === null) return without.length
  const { merchantId } = due
  const key = await keys.newestKey(merchantId)
  // This process has not heard of the key yet: another turn will.
  if (key.version !== due.version) return 0
  const found = await rows(db, storedAnswer, answersAfter(merchantId, due.after, limit))
  const sealed = await Promise.all(found.map((answer) => resealed(keys, key, merchantId, answer)))
  const changed = sealed.filter((one) => one !== null)
  if (changed.length > 0) {
    const salts = Object.fromEntries(changed.map(({ id, salt }) => [id, salt.toString('hex')]))
    await db.$transaction([
      db.$queryRaw(proveSeals(salts)),
      db.$queryRaw(replaceAnswers(merchantId, changed)),
    ])
  }
  await noteResealed(db, due, found.length < limit ? null : (found.at(-1)?.id ?? null))
  return limit
}

async function resealed(
  keys: AnswerKeys,
  key: DataKey,
  merchantId: string,
  { id, status, problem, answer: before }: StoredAnswer,
): Promise<(Resealed & { salt: Buffer }) | null> {
  if (before === null || versionOf(before) === key.version) return null
  const place = { merchantId, id, status, problem }
  const plain = isSealed(before) ? await opened(keys, place, before) : { body: before, salt: newSalt() }
  if (plain === null) return null
  return { id, before, after: seal(place, plain.body, key, plain.salt), salt: plain.salt }
}

async function opened(keys: AnswerKeys, place: Parameters<typeof open>[0], text: string) {
  const key = await keys.keyOf(place.merchantId, text)
  return key && open(place, text, key)
}
