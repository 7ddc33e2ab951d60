import { openDb, openPool } from '@/platform/db'
import { sealAll } from '../../prisma/fill'
import { hasMerchant, writeSample } from '../../prisma/sample'
import { onConnection } from './schema/schema-engine'

/**
 * Seeds a sandbox that has no merchant yet with the sample shop, and seals its postings, so that `verify` finds every invariant true from the
 * first moment. The worker sums, counts and copies the rest, beside the first seconds. Loads the code of the product, as the seed does.
 * @param settings.ownerUrl URL of a superuser, who may write the past
 */
export async function seedSample(settings: { ownerUrl: string; databaseUrl: string }): Promise<void> {
  const written = await onConnection(settings.ownerUrl, async (client) => {
    return !(await hasMerchant(client)) && (await writeSample(client)) !== null
  })
  if (!written) return
  const pool = openPool(settings.databaseUrl, { max: 2, name: 'payonce-seed' })
  const db = openDb(pool)
  try {
    await sealAll(db)
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}
