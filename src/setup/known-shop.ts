import { readToken } from '@/access/token'
import type { Seeded } from '../../prisma/seed'
import { readDemo } from './demo-file'
import { onConnection } from './schema/schema-engine'

/**
 * The demo shop that an earlier start seeded, as `demo.json` names it. Null when there is none, when this database has no such
 * merchant, or when its API key no longer works. Plain SQL: `npm start` must not load the whole product to find out.
 */
export async function knownShop({
  databaseUrl,
  dataDir,
}: {
  databaseUrl: string
  dataDir: string
}): Promise<Seeded | null> {
  const { merchantId, operator, apiKey } = readDemo(dataDir) ?? {}
  const token = readToken(apiKey ?? '')
  if (!merchantId || !operator || !apiKey || !token) return null
  const workingKey =
    'SELECT FROM api_key WHERE merchant_id = $1 AND hash = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())'
  const { rowCount } = await onConnection(databaseUrl, (client) =>
    client.query(workingKey, [merchantId, token.hash]),
  )
  return rowCount === 1 ? { merchantId, operator, apiKey } : null
}
