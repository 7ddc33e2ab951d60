import { readToken } from '@/access/token'
import type { Seeded } from '../../prisma/seed'
import { readDemo } from './demo-file'
import { onConnection } from './schema/schema-engine'

/**
 * The shop of an earlier start, as demo.json tells of it; null when there is none, or when this database
 * has no such merchant, or the API key does not work any more.
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
  const works =
    'SELECT FROM api_key WHERE merchant_id = $1 AND hash = $2 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())'
  const { rowCount } = await onConnection(databaseUrl, (client) =>
    client.query(works, [merchantId, token.hash]),
  )
  return rowCount === 1 ? { merchantId, operator, apiKey } : null
}
