import { openDb, openPool } from '@/platform/db'
import { type Seeded, seed } from '../../prisma/seed'
import { readDemo } from './demo-file'

/**
 * Seeds an empty sandbox with the demo shop and its operator; a seeded one stays as it is. The password comes from `demo.json`,
 * since the database keeps only its hash. Loads the whole product: see `known-shop.ts` for what `npm start` asks first.
 */
export async function seedOnce(settings: {
  databaseUrl: string
  secret: string
  baseUrl: string
  dataDir: string
}): Promise<Seeded> {
  const { databaseUrl, secret, baseUrl, dataDir } = settings
  const pool = openPool(databaseUrl, { max: 2, name: 'payonce-seed' })
  const db = openDb(pool)
  try {
    const known = readDemo(dataDir)
    return await seed(db, {
      secret,
      baseUrl,
      password: known?.operator?.password,
      apiKey: known?.apiKey ?? undefined,
    })
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}
