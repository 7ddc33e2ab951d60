import {
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type RegistrationResponseJSON,
  verifyRegistrationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { uuidv7 } from '@/lib/id'
import { type Db, sql, type Write } from '@/platform/db'
import { CHALLENGE_MINUTES, type ChallengePurpose, keepChallenge } from '../challenge'
import { addFactor, type FactorSession } from '../second-factor'
import {
  base64url,
  credentialsOf,
  PASSKEYS_MAX,
  type PasskeySite,
  takeChallengeOf,
  verified,
} from './passkey'

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
