import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { commit } from '@/platform/commit'
import { type Db, firstRow, joinSql, rows, type Sql, sql, type Write } from '@/platform/db'
import { decryptSecret, encryptSecret, type FactorKeys } from './factor-secret'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code'
import { securityEvent } from './security-event'
import { newTotpSecret, stepAt, stepOf, totpUri } from './totp'

/*
 * The second factors of operators: an authenticator app, passkeys (`passkeys`) and recovery codes. better-auth's own plug-in for them is not
 * used: it accepts a code twice within its time step, counts no wrong code of a session, and keeps the recovery codes readable.
 */

/** How a session's operator proved more than the password. */
export type Factor = 'totp' | 'recovery-code' | 'passkey'

/** An operator, as the tables of factors name them. */
export interface FactorOwner {
  id: string
  merchantId: string
}

const factorState = z.strictObject({
  /** When the authenticator app was confirmed; null: there is none. */
  totpSince: z.date().nullable(),
  passkeys: z.int(),
  recoveryCodesLeft: z.int(),
})
export type FactorState = z.infer<typeof factorState>

/** Condition on an operator's id: they have a second factor. */
export function hasFactor(operatorId: Sql): Sql {
  return sql`(EXISTS (SELECT FROM operator_totp t WHERE t.operator_id = ${operatorId} AND t.confirmed_at IS NOT NULL)
    OR EXISTS (SELECT FROM operator_passkey p WHERE p.operator_id = ${operatorId}))`
}

export async function readFactors(db: Db, { id, merchantId }: FactorOwner): Promise<FactorState> {
  const found = await firstRow(
    db,
    factorState,
    sql`
      SELECT (SELECT t.confirmed_at FROM operator_totp t WHERE ${isOf('t', { id, merchantId })}) AS "totpSince",
        (SELECT count(*)::int FROM operator_passkey p WHERE ${isOf('p', { id, merchantId })}) AS passkeys,
        (SELECT count(*)::int FROM operator_recovery_code r WHERE ${isOf('r', { id, merchantId })} AND r.used_at IS NULL) AS "recoveryCodesLeft"`,
  )
  return found ?? { totpSince: null, passkeys: 0, recoveryCodesLeft: 0 }
}

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

/** The session in which a factor is added or used. */
export interface FactorSession extends FactorOwner {
  sessionId: string
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

/**
 * Commits a new factor: its session has proved it, and every other one ends. Where the operator has no recovery code left, new ones are made.
 * @returns the new recovery codes, to be shown once; null where the operator has some; `refused`: `added` matched no row
 */
export async function addFactor(
  db: Db,
  session: FactorSession,
  factor: Factor,
  { added, detail }: { added: Write; detail: string },
  by: Actor,
): Promise<string[] | null | 'refused'> {
  const { id, merchantId, sessionId } = session
  const codes = (await readFactors(db, session)).recoveryCodesLeft === 0 ? newRecoveryCodes() : null
  const proved: Write = {
    name: 'session',
    rows: 1,
    sql: sql`UPDATE operator_session SET factor = ${factor}, verified_at = now() WHERE id = ${sessionId} AND user_id = ${id} RETURNING 1`,
  }
  const event = securityEvent(by, { merchantId, action: 'factor.added', subject: id, detail })
  const others = sql`DELETE FROM operator_session WHERE user_id = ${id} AND id <> ${sessionId}`
  const writes = [added, proved, event, ...(codes ? [insertCodes(session, codes)] : [])]
  const result = await commit(db, writes, [others, ...(codes ? [forgetCodes(session)] : [])])
  return result.committed ? codes : 'refused'
}

/** Makes new recovery codes; the ones before end at once. To be shown once: only their hashes are stored. */
export async function renewRecoveryCodes(db: Db, owner: FactorOwner, by: Actor): Promise<string[]> {
  const codes = newRecoveryCodes()
  const { merchantId, id: subject } = owner
  const event = securityEvent(by, { merchantId, action: 'recovery-codes.made', subject })
  const result = await commit(db, [insertCodes(owner, codes), event], [forgetCodes(owner)])
  if (!result.committed) throw new Error('recovery codes were not written')
  return codes
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

/** Commits the end of a factor. With the last one the recovery codes end too: they stand in for it. */
export async function removeFactor(
  db: Db,
  owner: FactorOwner,
  { removed, detail }: { removed: Write; detail: string },
  by: Actor,
): Promise<boolean> {
  const { merchantId, id: subject } = owner
  const event = securityEvent(by, { merchantId, action: 'factor.removed', subject, detail })
  if (!(await commit(db, [removed, event])).committed) return false
  await db.$executeRaw(sql`
    DELETE FROM operator_recovery_code r WHERE ${isOf('r', owner)} AND NOT ${hasFactor(sql`r.operator_id`)}`)
  return true
}

/** Removes every factor of an operator and ends all their sessions, in one commit. False: there is no such operator. */
export async function resetFactors(db: Db, owner: FactorOwner, by: Actor, detail = ''): Promise<boolean> {
  const { id, merchantId } = owner
  const there: Write = {
    name: 'operator',
    rows: 1,
    sql: sql`SELECT 1 FROM operator o WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id}`,
  }
  const event = securityEvent(by, { merchantId, action: 'factors.reset', subject: id, detail })
  const before = [
    sql`DELETE FROM operator_totp t WHERE ${isOf('t', owner)}`,
    sql`DELETE FROM operator_passkey p WHERE ${isOf('p', owner)}`,
    forgetCodes(owner),
    sql`
      DELETE FROM operator_session s USING operator o
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${id} AND s.user_id = o.id`,
  ]
  return (await commit(db, [there, event], before)).committed
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

function insertCodes({ id, merchantId }: FactorOwner, codes: string[]): Write {
  const values = codes.map((code) => sql`(${merchantId}::uuid, ${id}, ${recoveryCodeHash(code)})`)
  return {
    name: 'recovery-codes',
    rows: codes.length,
    sql: sql`INSERT INTO operator_recovery_code (merchant_id, operator_id, hash) VALUES ${joinSql(values)} RETURNING 1`,
  }
}

function forgetCodes(owner: FactorOwner): Sql {
  return sql`DELETE FROM operator_recovery_code r WHERE ${isOf('r', owner)}`
}

/** Of the authenticator app, the passkeys and the recovery codes. */
const ALIASES = { t: sql`t`, p: sql`p`, r: sql`r` }

/** Condition on a row of the tables above. */
function isOf(alias: keyof typeof ALIASES, { id, merchantId }: FactorOwner): Sql {
  const row = ALIASES[alias]
  return sql`${row}.merchant_id = ${merchantId}::uuid AND ${row}.operator_id = ${id}`
}
