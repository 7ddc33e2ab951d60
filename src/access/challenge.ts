import { uuidv7 } from '@/lib/id'
import { type Db, sql } from '@/platform/db'
import { hashOf } from './token'

/*
 * Values that the next request of a sign-in or of a confirmation must bring back, each good for one use. They live in better-auth's own table
 * for that, under a hash: whoever reads it can begin nothing with it.
 */

/** 5 min: long enough to fetch a phone from another room. */
export const CHALLENGE_MINUTES = 5

/** Expired values that each new one removes: more than one, so that they never pile up. */
const SWEEP_MAX = 20

/** What a value is for. One that was made for another purpose, or for another session, is unknown. */
export type ChallengePurpose =
  | 'sign-in'
  | 'passkey-sign-in'
  | `passkey-confirm:${string}`
  | `passkey-add:${string}`

/** Keeps a value, with what it stands for. Some of those that have expired are forgotten. */
export async function keepChallenge(
  db: Db,
  purpose: ChallengePurpose,
  value: string,
  meaning = '',
): Promise<void> {
  await db.$executeRaw(sql`
    WITH expired AS (
      DELETE FROM operator_verification WHERE id IN (
        SELECT id FROM operator_verification WHERE expires_at < now() ORDER BY expires_at LIMIT ${SWEEP_MAX} FOR UPDATE SKIP LOCKED
      )
    )
    INSERT INTO operator_verification (id, identifier, value, expires_at)
    VALUES (${uuidv7()}, ${nameOf(purpose, value)}, ${meaning}, now() + ${CHALLENGE_MINUTES} * interval '1 minute')`)
}

/** What the value stands for, without using it up; null when it is unknown, used or expired. */
export async function readChallenge(
  db: Db,
  purpose: ChallengePurpose,
  value: string,
): Promise<string | null> {
  const found = await db.$queryRaw<{ value: string }[]>(sql`
    SELECT value FROM operator_verification WHERE identifier = ${nameOf(purpose, value)} AND expires_at > now()`)
  return found[0]?.value ?? null
}

/** Uses the value up. Of two requests that bring it at once, one gets it; the other, and every later one, gets null. */
export async function takeChallenge(
  db: Db,
  purpose: ChallengePurpose,
  value: string,
): Promise<string | null> {
  const taken = await db.$queryRaw<{ value: string }[]>(sql`
    DELETE FROM operator_verification WHERE identifier = ${nameOf(purpose, value)} AND expires_at > now() RETURNING value`)
  return taken[0]?.value ?? null
}

function nameOf(purpose: ChallengePurpose, value: string): string {
  return `${purpose}:${hashOf(value)}`
}
