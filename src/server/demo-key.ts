import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'
import { isWorkingKey } from '@/access/api-key'
import type { Db } from '@/platform/db'

/** The part of `demo.json` that is needed. */
const demoFile = z.object({ apiKey: z.string() })

/**
 * The API key that `npm start` printed, from the data folder of a sandbox. Null in live mode, where there is no such file, and where the key
 * does not work or is another merchant's.
 */
export async function demoKey(
  { db, env }: { db: Db; env: { PAYONCE_MODE: string; PAYONCE_DATA_DIR: string } },
  merchantId: string,
): Promise<string | null> {
  if (env.PAYONCE_MODE !== 'sandbox') return null
  const token = await readKey(path.join(env.PAYONCE_DATA_DIR, 'demo.json'))
  return token !== null && (await isWorkingKey(db, merchantId, token)) ? token : null
}

async function readKey(file: string): Promise<string | null> {
  try {
    return demoFile.parse(JSON.parse(await readFile(file, 'utf8'))).apiKey
  } catch {
    return null
  }
}
