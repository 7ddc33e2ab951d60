import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { commit } from '@/platform/commit'
import { type Db, firstRow, joinSql, type Sql, sql, type Write } from '@/platform/db'
import { newRecoveryCodes, recoveryCodeHash } from './recovery-code'
import { securityEvent } from './security-event'

/*
 * The second factors of operators: an authenticator app (`authenticator-app.ts`), passkeys (`passkeys`) and recovery codes. better-auth's own plug-in for them is not
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

/** The session in which a factor is added or used. */
export interface FactorSession extends FactorOwner {
  sessionId: string
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
export function isOf(alias: keyof typeof ALIASES, { id, merchantId }: FactorOwner): Sql {
  const row = ALIASES[alias]
  return sql`${row}.merchant_id = ${merchantId}::uuid AND ${row}.operator_id = ${id}`
}
