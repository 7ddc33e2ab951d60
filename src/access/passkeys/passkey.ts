import { isIP } from 'node:net'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { type Db, rows, sql, type Write } from '@/platform/db'
import { type ChallengePurpose, takeChallenge } from '../challenge'
import { type FactorOwner, removeFactor } from '../second-factor'

/*
 * Passkeys (WebAuthn Level 3), verified by @simplewebauthn/server. A passkey signs in without a password, so each use needs *user
 * verification*: the authenticator checks its owner by PIN, finger or face. better-auth's own plug-in does not demand that. One is added in
 * `registration.ts`, and used in `assertion.ts`.
 */

/** What a passkey is bound to: the host and the origin of the configured base URL, never of a request. */
export interface PasskeySite {
  rpId: string
  origin: string
  name: string
}

/** Passkeys of one operator. 20: more devices than a person has. */
export const PASSKEYS_MAX = 20

/** The site of a base URL; null where browsers allow no passkeys: on an address that is no name, or without https. */
export function passkeySite(baseUrl: string): PasskeySite | null {
  const { hostname, origin, protocol } = new URL(baseUrl)
  const isName = isIP(hostname.replace(/^\[|\]$/g, '')) === 0
  const secure = protocol === 'https:' || hostname === 'localhost' || hostname.endsWith('.localhost')
  return isName && secure ? { rpId: hostname, origin, name: 'Payonce' } : null
}

/** Binary data in an answer of a browser. */
export const base64url = z.string().regex(/^[A-Za-z0-9_-]*={0,2}$/)

const passkeyRow = z.strictObject({
  id: z.string(),
  name: z.string(),
  synced: z.boolean(),
  createdAt: z.date(),
  lastUsedAt: z.date().nullable(),
})
export type PasskeyRow = z.infer<typeof passkeyRow>

/** The operator's passkeys, oldest first. */
export function listPasskeys(db: Db, { id, merchantId }: FactorOwner): Promise<PasskeyRow[]> {
  return rows(
    db,
    passkeyRow,
    sql`
      SELECT id::text, name, synced, created_at AS "createdAt", last_used_at AS "lastUsedAt"
      FROM operator_passkey WHERE merchant_id = ${merchantId}::uuid AND operator_id = ${id} ORDER BY created_at, id LIMIT ${PASSKEYS_MAX}`,
  )
}

/** Removes a passkey of this operator. False: it is not theirs, or is gone. */
export function removePasskey(
  db: Db,
  owner: FactorOwner,
  { id, name }: { id: string; name: string },
  by: Actor,
): Promise<boolean> {
  const removed: Write = {
    name: 'passkey',
    rows: 1,
    sql: sql`
      DELETE FROM operator_passkey p
      WHERE p.merchant_id = ${owner.merchantId}::uuid AND p.id = ${id}::uuid AND p.operator_id = ${owner.id} RETURNING 1`,
  }
  return removeFactor(db, owner, { removed, detail: `passkey: ${name}` }, by)
}

/**
 * The challenge of an answer, which is used up before the signature is checked: a wrong answer cannot be mended.
 * @returns null when it is none of ours, for this purpose
 */
export async function takeChallengeOf(
  db: Db,
  purpose: ChallengePurpose,
  clientDataJSON: string,
): Promise<string | null> {
  const challenge = challengeIn(clientDataJSON)
  if (challenge === null || (await takeChallenge(db, purpose, challenge)) === null) return null
  return challenge
}

function challengeIn(clientDataJSON: string): string | null {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString()) as {
      challenge?: unknown
    }
    return typeof challenge === 'string' ? challenge : null
  } catch {
    return null
  }
}

/** The passkeys of an operator, as a browser takes them. */
export async function credentialsOf(db: Db, { id, merchantId }: FactorOwner) {
  const found = await rows(
    db,
    z.strictObject({ id: z.string(), transports: z.array(z.string()) }),
    sql`
      SELECT credential_id AS id, transports FROM operator_passkey
      WHERE merchant_id = ${merchantId}::uuid AND operator_id = ${id} ORDER BY created_at, id LIMIT ${PASSKEYS_MAX}`,
  )
  return found.map(({ id: credential, transports }) => ({
    id: credential,
    transports: transports as AuthenticatorTransport[],
  }))
}

/** The library throws whatever is wrong with an answer: that is the caller's mistake, and proves nothing. */
export function verified<Proof>(verify: () => Promise<Proof>): Promise<Proof | null> {
  return verify().catch(() => null)
}
