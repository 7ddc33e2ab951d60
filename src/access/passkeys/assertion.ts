import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server'
import { z } from 'zod'
import { type Db, firstRow, sql } from '@/platform/db'
import { CHALLENGE_MINUTES, type ChallengePurpose, keepChallenge } from '../challenge'
import type { FactorOwner, FactorSession } from '../second-factor'
import { base64url, credentialsOf, type PasskeySite, takeChallengeOf, verified } from './passkey'

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
