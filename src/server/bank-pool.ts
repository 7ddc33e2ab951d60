import type pg from 'pg'
import { openPool } from '@/platform/db'
import type { Env } from '@/platform/env'
import { onlyRightsOf } from '@/platform/least-rights'
import { BANK_ROLE } from '@/platform/roles'

/**
 * The simulated bank's connections, as a database user of its own, who sees nothing of the product.
 * @throws Error when the bank runs inside this process and no such user is named
 */
export function openBankPool({ PAYONCE_BANK_DATABASE_URL: url, PAYONCE_BANK_URL }: Env): pg.Pool {
  if (!url && !PAYONCE_BANK_URL)
    throw new Error(
      'The environment is not right:\n  PAYONCE_BANK_DATABASE_URL: name the database as the login of the simulated bank (`npm start` makes one for the sandbox)',
    )
  const check = onlyRightsOf(BANK_ROLE, 'PAYONCE_BANK_DATABASE_URL')
  // A bank that is another process has its database to itself: this pool is never used, and must reach none.
  return openPool(url ?? 'postgres://127.0.0.1:1/none', { max: 5, name: 'simulated-bank', check })
}
