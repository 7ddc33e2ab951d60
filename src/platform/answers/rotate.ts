import { z } from 'zod'
import { uuidv7 } from '@/lib/id'
import { audit, SYSTEM } from '../audit'
import { commit } from '../commit'
import { type Db, rows, sql } from '../db'
import { newDataKey } from './answer-text'
import { addKey, readKeys, type Wrapping } from './key-rows'

/** Merchants that have a key for stored answers. */
export async function merchantsWithKey(db: Db): Promise<string[]> {
  const found = await rows(
    db,
    z.strictObject({ id: z.string() }),
    sql`SELECT DISTINCT merchant_id::text AS id FROM answer_key ORDER BY 1`,
  )
  return found.map(({ id }) => id)
}

/**
 * Makes the next key of a merchant, with an entry of the audit log. Each process uses it within a minute; the worker encrypts the older answers
 * under it from five minutes on. The keys before it stay, and need not be readable: this is also the way out when the secret was lost.
 * @returns its version; null: another has made one at this moment
 */
export async function rotateKey(db: Db, wrapping: Wrapping, merchantId: string): Promise<number | null> {
  const keys = await readKeys(db, merchantId)
  const version = Math.max(0, ...keys.map((key) => key.version)) + 1
  const name = { merchantId, version }
  const entry = audit({
    merchantId,
    id: uuidv7(),
    by: SYSTEM,
    action: 'answer-key.rotated',
    subject: String(version),
    detail: 'stored answers are encrypted under a new key; from the command line',
  })
  const result = await commit(db, [addKey(name, wrapping.wrap(newDataKey(), name)), entry])
  return result.committed ? version : null
}
