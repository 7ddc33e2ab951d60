import { createHash, randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Db, firstRow, sql, type Write } from '@/platform/db'
import type { CleanPng } from './png'

/** A logo that is about to be stored. */
export interface NewLogo extends CleanPng {
  /** Random: nobody finds the logo of a merchant whose pages they do not see. */
  id: string
  /** SHA-256 of the bytes, in hexadecimal. */
  hash: string
}

export function newLogo(clean: CleanPng): NewLogo {
  return { ...clean, id: randomUUID(), hash: createHash('sha256').update(clean.png).digest('hex') }
}

export function insertLogo(merchantId: string, { id, png, width, height }: NewLogo): Write {
  return {
    name: 'logo',
    rows: 1,
    sql: sql`
      INSERT INTO merchant_logo (merchant_id, id, png, width, height)
      VALUES (${merchantId}::uuid, ${id}::uuid, ${png}, ${width}, ${height}) RETURNING 1`,
  }
}

/** A logo in the audit log. */
export function wordsOfLogo(logo: {
  logoWidth: number | null
  logoHeight: number | null
  logoBytes: number | null
  logoHash: string | null
}): string {
  return `PNG ${logo.logoWidth} × ${logo.logoHeight}, ${logo.logoBytes} bytes, SHA-256 ${logo.logoHash?.slice(0, 16)}`
}

const bytesRow = z.strictObject({ png: z.instanceof(Uint8Array) })

/** The bytes of a logo that is in force, whoever's it is; null for any other id. */
export async function logoBytes(db: Db, id: string): Promise<Uint8Array | null> {
  const found = await firstRow(
    db,
    bytesRow,
    sql`
      SELECT l.png FROM merchant_logo l
      WHERE l.id = ${id}::uuid AND l.id = (
        SELECT s.logo_id FROM merchant_settings s WHERE s.merchant_id = l.merchant_id ORDER BY s.version DESC LIMIT 1)`,
  )
  return found?.png ?? null
}
