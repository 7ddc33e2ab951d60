import type { Seeded } from '../../prisma/seed'
import { readDemo } from './demo-file'
import { onConnection } from './schema-engine'

/** The shop of an earlier start, as demo.json tells of it; null when there is none, or when this database has no such merchant. */
export async function knownShop({ databaseUrl, dataDir }: { databaseUrl: string; dataDir: string }): Promise<Seeded | null> {
  const { merchantId, operator } = readDemo(dataDir) ?? {}
  if (!merchantId || !operator) return null
  const { rowCount } = await onConnection(databaseUrl, (client) => client.query('SELECT FROM merchant WHERE id = $1', [merchantId]))
  return rowCount === 1 ? { merchantId, operator } : null
}
