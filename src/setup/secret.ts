import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'

/** The sandbox's secret: made once, so that a session outlives a restart. Live money brings its own. */
export function secretOf(env: {
  PAYONCE_SECRET?: string | undefined
  PAYONCE_MODE: 'sandbox' | 'live'
  dataDir: string
}): string {
  if (env.PAYONCE_SECRET) return env.PAYONCE_SECRET
  if (env.PAYONCE_MODE === 'live')
    throw new Error(
      'The environment is not right:\n  PAYONCE_SECRET: live mode needs at least 32 characters of chance',
    )
  const file = path.join(env.dataDir, 'secret')
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600 })
  return fs.readFileSync(file, 'utf8').trim()
}
