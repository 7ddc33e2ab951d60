import { isIP } from 'node:net'
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { type Db, firstRow, rows, sql, type Write } from '@/platform/db'
import { CHALLENGE_MINUTES, type ChallengePurpose, keepChallenge, takeChallenge } from './challenge'
import { addFactor, type FactorOwner, type FactorSession, removeFactor } from './second-factor'

/*
 * Passkeys (WebAuthn Level 3), verified by @simplewebauthn/server. A passkey signs in without a password, so each use needs *user
 * verification*: the authenticator checks its owner by PIN, finger or face. better-auth's own plug-in does not demand that.
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

const base64url = z.string().regex(/^[A-Za-z0-9_-]*={0,2}$/)

/** An answer of `navigator.credentials.create`, as `toJSON()` writes it. Unknown members are left out. */
export const registrationShape = z.object({
  id: base64url.max(1_400),
  rawId: base64url.max(1_400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url.max(4_000),
    attestationObject: base64url.max(20_000),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .optional(),
  }),
})

/** An answer of `navigator.credentials.get`, as `toJSON()` writes it. */
export const assertionShape = z.object({
  id: base64url.max(1_400),
  rawId: base64url.max(1_400),
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url.max(4_000),
    authenticatorData: base64url.max(4_000),
    signature: base64url.max(4_000),
    userHandle: base64url.max(200).nullish(),
  }),
})
export type Assertion = z.infer<typeof assertionShape>

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

/** Options for `navigator.credentials.create`. Their challenge is good for one passkey, in this session. */
export async function beginPasskey(
  db: Db,
  site: PasskeySite,
  session: FactorSession & { email: string; name: string },
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const options = await generateRegistrationOptions({
    rpName: site.name,
    rpID: site.rpId,
    userID: new TextEncoder().encode(session.id),
    userName: session.email,
    userDisplayName: session.name,
    attestationType: 'none',
    timeout: CHALLENGE_MINUTES * 60_000,
    excludeCredentials: await credentialsOf(db, session),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  })
  await keepChallenge(db, `passkey-add:${session.sessionId}`, options.challenge)
  return options
}

/**
 * Adds the passkey, if the answer is to a challenge of this session. The other sessions end.
 * @returns `wrong`: the answer proves nothing; `over`: the operator has too many, or has this one already
 */
export async function addPasskey(
  db: Db,
  site: PasskeySite,
  session: FactorSession,
  { name, response }: { name: string; response: z.infer<typeof registrationShape> },
  by: Actor,
): Promise<{ result: 'added'; recoveryCodes: string[] | null } | { result: 'wrong' | 'over' }> {
  const purpose: ChallengePurpose = `passkey-add:${session.sessionId}`
  const challenge = await takeChallengeOf(db, purpose, response.response.clientDataJSON)
  if (challenge === null) return { result: 'wrong' }
  const proof = await verified(() =>
    verifyRegistrationResponse({
      response: { ...response, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
    }),
  )
  const info = proof?.verified ? proof.registrationInfo : undefined
  if (!info) return { result: 'wrong' }
  const { id, publicKey, counter } = info.credential
  const { merchantId, id: operatorId } = session
  const added: Write = {
    name: 'passkey',
    rows: 1,
    sql: sql`
      INSERT INTO operator_passkey (merchant_id, id, operator_id, credential_id, public_key, counter, transports, name, synced)
      SELECT ${merchantId}::uuid, ${uuidv7()}::uuid, ${operatorId}::text, ${id}::text, ${Buffer.from(publicKey)}::bytea, ${counter}::bigint, ${response.response.transports ?? []}::text[], ${name}::text, ${info.credentialBackedUp}::boolean
      WHERE (SELECT count(*) FROM operator_passkey p WHERE p.merchant_id = ${merchantId}::uuid AND p.operator_id = ${operatorId}) < ${PASSKEYS_MAX}
      ON CONFLICT (credential_id) DO NOTHING RETURNING 1`,
  }
  const recoveryCodes = await addFactor(db, session, 'passkey', { added, detail: `passkey: ${name}` }, by)
  return recoveryCodes === 'refused' ? { result: 'over' } : { result: 'added', recoveryCodes }
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

/** Options for a sign-in by `navigator.credentials.get`: any passkey of this site that the browser has. */
export async function passkeySignInOptions(
  db: Db,
  site: PasskeySite,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await requestOptions(site)
  await keepChallenge(db, 'passkey-sign-in', options.challenge)
  return options
}

/** The same for a confirmation within a session, by a passkey of its operator. */
export async function passkeyConfirmOptions(
  db: Db,
  site: PasskeySite,
  session: FactorSession,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const options = await requestOptions(site, await credentialsOf(db, session))
  await keepChallenge(db, `passkey-confirm:${session.sessionId}`, options.challenge)
  return options
}

/** The operator whose passkey answered a challenge of `passkeySignInOptions`; null when it proves nothing. */
export function takePasskeySignIn(db: Db, site: PasskeySite, answer: Assertion): Promise<FactorOwner | null> {
  return takeAssertion(db, site, 'passkey-sign-in', answer)
}

/** True when a passkey of this operator answered a challenge of `passkeyConfirmOptions` for this session. */
export async function takePasskeyConfirm(
  db: Db,
  site: PasskeySite,
  session: FactorSession,
  answer: Assertion,
): Promise<boolean> {
  const owner = await takeAssertion(db, site, `passkey-confirm:${session.sessionId}`, answer)
  return owner?.id === session.id
}

const stored = z.strictObject({
  merchantId: z.string(),
  passkeyId: z.string(),
  id: z.string(),
  publicKey: z.instanceof(Uint8Array),
  counter: z.bigint(),
})

async function takeAssertion(
  db: Db,
  site: PasskeySite,
  purpose: ChallengePurpose,
  { response: { userHandle, ...response }, ...answer }: Assertion,
): Promise<FactorOwner | null> {
  const challenge = await takeChallengeOf(db, purpose, response.clientDataJSON)
  if (challenge === null) return null
  const passkey = await firstRow(
    db,
    stored,
    sql`
      SELECT merchant_id::text AS "merchantId", id::text AS "passkeyId", operator_id AS id, public_key AS "publicKey", counter
      FROM operator_passkey WHERE credential_id = ${answer.id}`,
  )
  if (!passkey) return null
  const { merchantId, passkeyId, id } = passkey
  if (userHandle && Buffer.from(userHandle, 'base64url').toString() !== id) return null
  const proof = await verified(() =>
    verifyAuthenticationResponse({
      response: { ...answer, response, clientExtensionResults: {} } as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: site.origin,
      expectedRPID: site.rpId,
      requireUserVerification: true,
      credential: {
        id: answer.id,
        publicKey: new Uint8Array(passkey.publicKey),
        counter: Number(passkey.counter),
      },
    }),
  )
  if (!proof?.verified) return null
  const { newCounter, credentialBackedUp } = proof.authenticationInfo
  // A copy of an authenticator shows by a counter that goes back (WebAuthn, 6.1.1). Where it counts nothing, both are 0.
  const used = await db.$executeRaw(sql`
    UPDATE operator_passkey SET counter = ${newCounter}, synced = ${credentialBackedUp}, last_used_at = now()
    WHERE merchant_id = ${merchantId}::uuid AND id = ${passkeyId}::uuid AND counter = ${passkey.counter}`)
  return used === 1 ? { merchantId, id } : null
}

/**
 * The challenge of an answer, which is used up before the signature is checked: a wrong answer cannot be mended.
 * @returns null when it is none of ours, for this purpose
 */
async function takeChallengeOf(
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

function requestOptions(
  site: PasskeySite,
  allowCredentials: { id: string; transports?: AuthenticatorTransport[] }[] = [],
) {
  return generateAuthenticationOptions({
    rpID: site.rpId,
    userVerification: 'required',
    timeout: CHALLENGE_MINUTES * 60_000,
    allowCredentials,
  })
}

async function credentialsOf(db: Db, { id, merchantId }: FactorOwner) {
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
function verified<Proof>(verify: () => Promise<Proof>): Promise<Proof | null> {
  return verify().catch(() => null)
}
