/** Why the browser gave no passkey, in a sentence for the person. */
export class PasskeyProblem extends Error {}

/** True when this browser can read and write the JSON of WebAuthn Level 3. */
export function canUsePasskeys(): boolean {
  return (
    typeof PublicKeyCredential === 'function' &&
    typeof PublicKeyCredential.parseRequestOptionsFromJSON === 'function'
  )
}

/**
 * Makes a passkey on this device or on another one.
 * @param options of the server
 * @throws PasskeyProblem
 */
export function createPasskey(options: object): Promise<object> {
  return answerOf(() =>
    navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
        options as PublicKeyCredentialCreationOptionsJSON,
      ),
    }),
  )
}

/**
 * Asks for a passkey that is there.
 * @param options of the server
 * @throws PasskeyProblem
 */
export function askPasskey(options: object): Promise<object> {
  return answerOf(() =>
    navigator.credentials.get({
      publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
        options as PublicKeyCredentialRequestOptionsJSON,
      ),
    }),
  )
}

async function answerOf(ask: () => Promise<Credential | null>): Promise<object> {
  if (!canUsePasskeys()) throw new PasskeyProblem('This browser is too old for passkeys.')
  let credential: Credential | null
  try {
    credential = await ask()
  } catch (error) {
    throw new PasskeyProblem(
      error instanceof DOMException && error.name === 'InvalidStateError'
        ? 'This device has a passkey of yours already.'
        : 'No passkey was given. Try again, or use another way.',
    )
  }
  if (!(credential instanceof PublicKeyCredential)) throw new PasskeyProblem('No passkey was given.')
  return credential.toJSON()
}
