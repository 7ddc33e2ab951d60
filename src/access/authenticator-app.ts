import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'
import { decryptSecret, encryptSecret, type FactorKeys } from './factor-secret'
import { recoveryCodeHash } from './recovery-code'
import {
  addFactor,
  type Factor,
  type FactorOwner,
  type FactorSession,
  isOf,
  removeFactor,
} from './second-factor'
import { newTotpSecret, stepAt, stepOf, totpUri } from './totp'

/**
 * Makes the secret of an authenticator app, in place of one that was never confirmed. It counts for nothing until `confirmTotp`.
 * @returns null: the operator has a confirmed one
 */
export async function beginTotp(
  db: Db,
  keys: FactorKeys,
  owner: FactorOwner & { email: string },
  issuer: string,
): Promise<{ secret: string; uri: string } | null> {
  const secret = newTotpSecret()
  const { id, merchantId, email } = owner
  const encrypted = encryptSecret(secret, id, keys)
  const written = await db.$executeRaw(sql`
    INSERT INTO operator_totp AS t (merchant_id, operator_id, secret) VALUES (${merchantId}::uuid, ${id}, ${encrypted})
    ON CONFLICT (merchant_id, operator_id) DO UPDATE SET secret = excluded.secret, created_at = now(), last_step = 0
    WHERE t.confirmed_at IS NULL`)
  return written === 1 ? { secret, uri: totpUri(secret, email, issuer) } : null
}

/**
 * Counts the authenticator app from now on, if the code is its own. Ends the operator's other sessions: they were begun without it.
 * @returns `wrong`: not the code of the secret that was begun; `over`: none was begun, or it was confirmed meanwhile
 */
export async function confirmTotp(
  db: Db,
  keys: FactorKeys,
  session: FactorSession,
  code: string,
  by: Actor,
): Promise<{ result: 'added'; recoveryCodes: string[] | null } | { result: 'wrong' | 'over' }> {
  const row = await readTotp(db, session, sql`t.confirmed_at IS NULL`)
  const secret = row && decryptSecret(row.secret, session.id, keys)
  if (!row || !secret) return { result: 'over' }
  const step = stepOf(secret.text, code, stepAt(row.nowSeconds))
  if (step === null) return { result: 'wrong' }
  const added: Write = {
    name: 'totp',
    rows: 1,
    sql: sql`
      UPDATE operator_totp t SET confirmed_at = now(), last_step = ${step}
      WHERE ${isOf('t', session)} AND t.confirmed_at IS NULL AND t.secret = ${row.secret} RETURNING 1`,
  }
  const recoveryCodes = await addFactor(db, session, 'totp', { added, detail: 'authenticator app' }, by)
  return recoveryCodes === 'refused' ? { result: 'over' } : { result: 'added', recoveryCodes }
}

/** Removes the authenticator app. False: there is none. */
export async function removeTotp(db: Db, owner: FactorOwner, by: Actor): Promise<boolean> {
  const removed: Write = {
    name: 'totp',
    rows: 1,
    sql: sql`DELETE FROM operator_totp t WHERE ${isOf('t', owner)} AND t.confirmed_at IS NOT NULL RETURNING 1`,
  }
  return removeFactor(db, owner, { removed, detail: 'authenticator app' }, by)
}

/**
 * Uses a code of the authenticator app, or a recovery code, up. Each works once, also when it comes twice at once.
 * @returns by which factor; null: it is neither, or was used
 */
export async function takeCode(
  db: Db,
  keys: FactorKeys,
  owner: FactorOwner,
  typed: string,
): Promise<Factor | null> {
  const code = typed.replace(/\s/g, '')
  if (/^\d{6}$/.test(code)) return (await takeTotp(db, keys, owner, code)) ? 'totp' : null
  const hash = recoveryCodeHash(code)
  if (hash === null) return null
  const taken = await db.$executeRaw(sql`
    UPDATE operator_recovery_code r SET used_at = now() WHERE ${isOf('r', owner)} AND r.hash = ${hash} AND r.used_at IS NULL`)
  return taken === 1 ? 'recovery-code' : null
}

async function takeTotp(db: Db, keys: FactorKeys, owner: FactorOwner, code: string): Promise<boolean> {
  const row = await readTotp(db, owner, sql`t.confirmed_at IS NOT NULL`)
  const secret = row && decryptSecret(row.secret, owner.id, keys)
  if (!row || !secret) return false
  const step = stepOf(secret.text, code, stepAt(row.nowSeconds))
  if (step === null) return false
  // RFC 6238, 5.2: a code is accepted once. The condition decides, since two requests may come at once.
  const taken = await db.$executeRaw(sql`
    UPDATE operator_totp t SET last_step = ${step} WHERE ${isOf('t', owner)} AND t.confirmed_at IS NOT NULL AND t.last_step < ${step}`)
  return taken === 1
}

/**
 * Encrypts the secrets anew that a key before the current one encrypted, so that the previous one can be dropped.
 * @returns how many were, and how many none of the keys can read
 */
export async function renewSecrets(
  db: Db,
  keys: FactorKeys,
): Promise<{ renewed: number; unreadable: number }> {
  const all = await rows(
    db,
    z.strictObject({ merchantId: z.string(), id: z.string(), secret: z.string() }),
    sql`SELECT merchant_id::text AS "merchantId", operator_id AS id, secret FROM operator_totp ORDER BY operator_id LIMIT 10000`,
  )
  const counts = { renewed: 0, unreadable: 0 }
  for (const { secret, ...owner } of all) {
    const read = decryptSecret(secret, owner.id, keys)
    if (!read) counts.unreadable += 1
    if (!read?.outdated) continue
    const encrypted = encryptSecret(read.text, owner.id, keys)
    counts.renewed += await db.$executeRaw(sql`
      UPDATE operator_totp t SET secret = ${encrypted} WHERE ${isOf('t', owner)} AND t.secret = ${secret}`)
  }
  return counts
}

function readTotp(db: Db, owner: FactorOwner, condition: Sql) {
  return firstRow(
    db,
    z.strictObject({ secret: z.string(), nowSeconds: z.number() }),
    sql`
      SELECT t.secret, extract(epoch FROM now())::float8 AS "nowSeconds"
      FROM operator_totp t WHERE ${isOf('t', owner)} AND ${condition}`,
  )
}
