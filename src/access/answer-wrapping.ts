import { type KeyName, renewKeys, type Wrapping } from '@/platform/answers/key-rows'
import type { Db } from '@/platform/db'
import { type Env, secretsFor } from '@/platform/env'
import type { Log } from '@/platform/log'
import { decryptSecret, encryptSecret } from './factor-secret'

/** What an operator has to do about a key that cannot be unwrapped. */
export const UNUSABLE_KEY =
  'a key of stored answers cannot be unwrapped: nothing is executed for this merchant. Give this process the PAYONCE_SECRET of the others, or the one before as PAYONCE_SECRET_PREVIOUS; if it is lost: npm run operator -- rotate-answers-key'

type Secret = Pick<Env, 'PAYONCE_SECRET' | 'PAYONCE_SECRET_PREVIOUS'>

/** Wraps keys of stored answers under the installation's secret, as the secrets of authenticator apps are. */
export function wrappingOf(env: Secret): Wrapping {
  const secrets = secretsFor(env, 'stored-answers')
  return {
    wrap: (key, of) => encryptSecret(key.toString('base64url'), ownerOf(of), secrets),
    unwrap: (wrapped, of) => {
      const opened = decryptSecret(wrapped, ownerOf(of), secrets)
      return opened && Buffer.from(opened.text, 'base64url')
    },
    isOutdated: (wrapped, of) => decryptSecret(wrapped, ownerOf(of), secrets)?.outdated ?? false,
  }
}

const ownerOf = ({ merchantId, version }: KeyName) => `stored answers ${merchantId} ${version}`

/**
 * Wraps the keys of stored answers under the current secret at the start of the web process, so that none is lost when
 * PAYONCE_SECRET_PREVIOUS is dropped. Says so when there are keys that cannot be unwrapped; the merchants of the others are served.
 */
export async function renewAnswerKeys({ db, env, log }: { db: Db; env: Secret; log: Log }): Promise<void> {
  try {
    const { renewed, unreadable } = await renewKeys(db, wrappingOf(env))
    if (renewed > 0) log.info({ renewed }, 'keys of stored answers are wrapped anew')
    if (unreadable > 0) log.error({ unreadable }, UNUSABLE_KEY)
  } catch (error) {
    log.warn({ err: error }, 'the keys of stored answers were not looked through')
  }
}
