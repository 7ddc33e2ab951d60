import { renewSecrets } from '@/access/authenticator-app'
import type { Deps } from './deps'

/**
 * Encrypts the secrets of authenticator apps under the current key at the start of the web process, so that none is lost when
 * PAYONCE_SECRET_PREVIOUS is dropped. The process starts without it too: who has a passkey or a recovery code can still sign in.
 */
export async function renewFactorSecrets({
  db,
  factorKeys,
  log,
}: Pick<Deps, 'db' | 'factorKeys' | 'log'>): Promise<void> {
  try {
    const { renewed, unreadable } = await renewSecrets(db, factorKeys)
    if (renewed > 0) log.info({ renewed }, 'secrets of authenticator apps are encrypted anew')
    if (unreadable > 0)
      log.error(
        { unreadable },
        'secrets of authenticator apps cannot be read: set PAYONCE_SECRET_PREVIOUS to the secret before',
      )
  } catch (error) {
    log.warn({ err: error }, 'the secrets of authenticator apps were not looked through')
  }
}
