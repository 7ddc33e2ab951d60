import fs from 'node:fs'
import { APP_ROLE, openDb, openPool } from '@/platform/db'
import { type DemoOperator, readDemo } from './demo-file'
import { inRoot } from './root'

export interface Seeded {
  merchantId: string | null
  operator: DemoOperator | null
}

/** Fills an empty sandbox with a shop and its operator; a filled one is left as it is. The password is only known where it was made, and kept in demo.json. */
export async function seedOnce(url: string, { dataDir }: { dataDir: string }): Promise<Seeded> {
  // TODO(lead): drop the guard when prisma/seed.ts is there.
  if (!fs.existsSync(inRoot('prisma/seed.ts'))) return { merchantId: null, operator: null }
  const { seed } = (await import(inRoot('prisma/seed.ts'))) as { seed(db: unknown, options: object): Promise<Seeded> }
  const pool = openPool(url, { max: 2, role: APP_ROLE, name: 'payonce-seed' })
  const db = openDb(pool)
  const before = readDemo(dataDir)
  try {
    const seeded = await seed(db, { password: before?.operator?.password })
    return { ...seeded, operator: seeded.operator ?? before?.operator ?? null }
  } finally {
    await db.$disconnect()
    await pool.end()
  }
}
