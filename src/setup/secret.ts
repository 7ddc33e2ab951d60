import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/**
 * The secret that all others are derived from: PAYONCE_SECRET, else in the sandbox a random one, made once and kept in the data
 * folder so that sign-ins outlive a restart. @throws Error in live mode without PAYONCE_SECRET
 */
export function secretOf(env: {
  PAYONCE_SECRET?: string | undefined
  PAYONCE_MODE: 'sandbox' | 'live'
  dataDir: string
}): string {
  if (env.PAYONCE_SECRET) return env.PAYONCE_SECRET
  if (env.PAYONCE_MODE === 'live')
    throw new Error(
      'The environment is not right:\n  PAYONCE_SECRET: set it to at least 32 random characters; live mode needs it',
    )
  const file = path.join(env.dataDir, 'secret')
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return fs.readFileSync(file, 'utf8').trim()
}

/** The same secret, where there is one: for a command that must make none. */
export function knownSecretOf(env: { PAYONCE_SECRET?: string | undefined; dataDir: string }): string | null {
  const file = path.join(env.dataDir, 'secret')
  return env.PAYONCE_SECRET ?? (fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim() : null)
}
