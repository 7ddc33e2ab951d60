import { z } from 'zod'
import { type Db, type RowReader, rows, type Sql, sql, type Write } from '../db'

/** Whose key it is: a wrapped key that is moved to another row cannot be unwrapped. */
export interface KeyName {
  merchantId: string
  version: number
}

/** Encrypts the keys themselves, with a secret of the installation. */
export interface Wrapping {
  wrap(key: Buffer, of: KeyName): string
  /** Null: no secret of this process wrapped it. */
  unwrap(wrapped: string, of: KeyName): Buffer | null
  /** True for a key that a secret before the present one wrapped. */
  isOutdated(wrapped: string, of: KeyName): boolean
}

const keyRow = z.strictObject({
  merchantId: z.string(),
  version: z.int(),
  wrapped: z.string(),
  /** Time until it is used, in ms; 0: it is. */
  waitMs: z.number(),
})
export type KeyRow = z.infer<typeof keyRow>

const KEYS: Sql = sql`
  SELECT merchant_id::text AS "merchantId", version, wrapped, greatest(0, date_part('epoch', used_from - now()) * 1000)::float8 AS "waitMs"
  FROM answer_key`

export function allKeys(db: RowReader): Promise<KeyRow[]> {
  return rows(db, keyRow, KEYS)
}

/** The keys of a merchant, oldest first. */
export function readKeys(db: RowReader, merchantId: string): Promise<KeyRow[]> {
  return rows(db, keyRow, sql`${KEYS} WHERE merchant_id = ${merchantId}::uuid ORDER BY version`)
}

/**
 * 15 minutes from the first key of a merchant with records to its first encrypted answer: a release that is rolled out takes less, and no server of a
 * version that cannot read encrypted answers meets one.
 */
const ROLLED_OUT = sql`interval '15 minutes'`

/** Makes the first key of a merchant, unless there is one. */
export async function addFirstKey(db: RowReader, merchantId: string, wrapped: string): Promise<unknown[]> {
  return db.$queryRaw<unknown[]>(sql`
    INSERT INTO answer_key (merchant_id, version, wrapped, used_from)
    SELECT ${merchantId}::uuid, 1, ${wrapped},
      CASE WHEN EXISTS (SELECT FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid) THEN now() + ${ROLLED_OUT} ELSE now() END
    ON CONFLICT DO NOTHING RETURNING 1`)
}

/** Makes the next key of a merchant, which is used as soon as the one before is. No row when another has made it meanwhile. */
export function addKey({ merchantId, version }: KeyName, wrapped: string): Write {
  return {
    name: 'answer-key',
    rows: 1,
    sql: sql`
      INSERT INTO answer_key (merchant_id, version, wrapped, used_from)
      SELECT ${merchantId}::uuid, ${version}, ${wrapped}, greatest(now(), max(used_from)) FROM answer_key WHERE merchant_id = ${merchantId}::uuid
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
}

/**
 * Wraps every key under the present secret, so that none is lost when the secret before is dropped.
 * @returns how many were wrapped anew, and how many no secret of this process can unwrap
 */
export async function renewKeys(
  db: Db,
  { unwrap, isOutdated, wrap }: Wrapping,
): Promise<{ renewed: number; unreadable: number }> {
  const counts = { renewed: 0, unreadable: 0 }
  for (const { merchantId, version, wrapped } of await allKeys(db)) {
    const name = { merchantId, version }
    const key = unwrap(wrapped, name)
    if (key === null) counts.unreadable += 1
    else if (isOutdated(wrapped, name))
      counts.renewed += await db.$executeRaw(sql`
        UPDATE answer_key SET wrapped = ${wrap(key, name)}
        WHERE merchant_id = ${name.merchantId}::uuid AND version = ${name.version} AND wrapped = ${wrapped}`)
  }
  return counts
}

/** Up to `limit` merchants that have no key yet. */
export async function merchantsWithoutKey(db: RowReader, limit: number): Promise<string[]> {
  const found = await rows(
    db,
    z.strictObject({ id: z.string() }),
    sql`
      SELECT m.id::text FROM merchant m WHERE NOT EXISTS (SELECT FROM answer_key k WHERE k.merchant_id = m.id) ORDER BY m.id LIMIT ${limit}`,
  )
  return found.map(({ id }) => id)
}

const dueRow = z.strictObject({ merchantId: z.string(), version: z.int(), after: z.string() })
/** A key whose older answers are still to be encrypted under it. `after`: the last record that was looked at. */
export type DueKey = z.infer<typeof dueRow>

/** 5 minutes after a key began to be used: by then every process uses it, so the answers under older ones grow no more. */
const SETTLED = sql`interval '5 minutes'`

/** The newest key of one merchant that has answers under older ones, or plain ones; null: none has. */
export async function nextDueKey(db: RowReader): Promise<DueKey | null> {
  const [due] = await rows(
    db,
    dueRow,
    sql`
      SELECT merchant_id::text AS "merchantId", version, reencrypted_after AS after FROM answer_key k
      WHERE reencrypted_after IS NOT NULL AND used_from < now() - ${SETTLED}
        AND NOT EXISTS (SELECT FROM answer_key n WHERE n.merchant_id = k.merchant_id AND n.version > k.version)
      ORDER BY created_at LIMIT 1`,
  )
  return due ?? null
}

/** Notes how far the answers of a merchant were gone through. @param after null: to the end */
export async function noteReencrypted(
  db: Db,
  { merchantId, version, after: before }: DueKey,
  after: string | null,
): Promise<void> {
  await db.$executeRaw(sql`
    UPDATE answer_key SET reencrypted_after = ${after}
    WHERE merchant_id = ${merchantId}::uuid AND version = ${version} AND reencrypted_after = ${before}`)
}
