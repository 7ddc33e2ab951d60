import { z } from 'zod'
import { type Db, rows, type Sql, sql } from '@/platform/db'
import type { Auth, SignedIn } from './operator'

/** 5 min: long enough to fill a form, short enough that a screen left open is asked again. */
const FRESH_MINUTES = 5

/** 5 wrong confirmations in a row end the session: who has stolen a session cannot guess the password or a code with it. */
const WRONG_MAX = 5

const sessionRow = z.strictObject({
  id: z.string(),
  address: z.string().nullable(),
  device: z.string().nullable(),
  signedInAt: z.date(),
  lastUsedAt: z.date(),
  expiresAt: z.date(),
})
/** A session as its operator sees it. `lastUsedAt` is recorded every 15 minutes. */
export type SessionRow = z.infer<typeof sessionRow>

/** The operator's sessions that have not ended, the newest use first. 50: more than one person uses. */
export function listSessions(db: Db, operatorId: string): Promise<SessionRow[]> {
  return rows(
    db,
    sessionRow,
    sql`
      SELECT id, ip_address AS address, user_agent AS device, created_at AS "signedInAt", updated_at AS "lastUsedAt", expires_at AS "expiresAt"
      FROM operator_session WHERE user_id = ${operatorId} AND expires_at > now() ORDER BY updated_at DESC, id LIMIT 50`,
  )
}

/** Ends one session of this operator. False: it is not theirs, or has ended. */
export async function endSession(db: Db, operatorId: string, id: string): Promise<boolean> {
  return (
    (await db.$executeRaw(sql`DELETE FROM operator_session WHERE id = ${id} AND user_id = ${operatorId}`)) ===
    1
  )
}

/** Ends the operator's sessions, but `except`. @returns how many */
export function endSessions(db: Db, operatorId: string, except = ''): Promise<number> {
  return db.$executeRaw(
    sql`DELETE FROM operator_session WHERE user_id = ${operatorId} AND id IS DISTINCT FROM ${except}`,
  )
}

/** True when the operator signed in or confirmed in the last 5 minutes, by the database's clock. */
export async function isFresh(db: Db, { sessionId }: SignedIn): Promise<boolean> {
  const fresh = await db.$queryRaw<unknown[]>(sql`
    SELECT 1 FROM operator_session
    WHERE id = ${sessionId} AND expires_at > now() AND verified_at > now() - ${FRESH_MINUTES} * interval '1 minute'`)
  return fresh.length === 1
}

/** `ended`: too many wrong ones, the session is over. */
export type Verification = 'right' | 'wrong' | 'ended'

/**
 * Checks what the operator confirms with and, if it is right, counts the session as verified now. A try is counted before the check, so that
 * tries sent at once are no more than tries sent one by one.
 */
export function verifySession(
  db: Db,
  session: SignedIn,
  check: () => Promise<boolean>,
): Promise<Verification> {
  return countTry(db, session, check, sql`now()`)
}

/** Compares the password, within the same count. The session is verified by it only where the operator has no second factor. */
export function verifyPassword(
  { db, auth }: { db: Db; auth: Auth },
  session: SignedIn,
  password: string,
): Promise<Verification> {
  const verifiedAt = session.hasFactor ? sql`verified_at` : sql`now()`
  return countTry(db, session, () => isPassword(auth, session.id, password), verifiedAt)
}

async function countTry(
  db: Db,
  { id, sessionId }: SignedIn,
  check: () => Promise<boolean>,
  verifiedAt: Sql,
): Promise<Verification> {
  const counted = await db.$queryRaw<{ tries: number }[]>(sql`
    UPDATE operator_session SET failed_verifications = failed_verifications + 1
    WHERE id = ${sessionId} AND user_id = ${id} AND failed_verifications < ${WRONG_MAX} RETURNING failed_verifications AS tries`)
  const tries = counted[0]?.tries
  if (tries !== undefined && (await check())) {
    const kept = await db.$executeRaw(
      sql`UPDATE operator_session SET failed_verifications = 0, verified_at = ${verifiedAt} WHERE id = ${sessionId}`,
    )
    return kept === 1 ? 'right' : 'ended'
  }
  if (tries !== undefined && tries < WRONG_MAX) return 'wrong'
  await endSession(db, id, sessionId)
  return 'ended'
}

async function isPassword(auth: Auth, operatorId: string, password: string): Promise<boolean> {
  const { internalAdapter, password: hashes } = await auth.$context
  const accounts = await internalAdapter.findAccounts(operatorId)
  const hash = accounts.find(({ providerId }) => providerId === 'credential')?.password
  return hash ? hashes.verify({ hash, password }) : false
}

/** Sets a new password and ends every other session of the operator. */
export async function setPassword(
  { db, auth }: { db: Db; auth: Auth },
  { id, sessionId }: SignedIn,
  password: string,
): Promise<void> {
  const { internalAdapter, password: hashes } = await auth.$context
  await internalAdapter.updatePassword(id, await hashes.hash(password))
  await endSessions(db, id, sessionId)
}
