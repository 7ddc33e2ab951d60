import type { Db } from '@/platform/db'
import type { Mode } from './token'

/** The merchant whose sandbox shop is open: the first that was made. Null where there is none. */
export async function sandboxMerchant(db: Db): Promise<string | null> {
  const found = await db.merchant.findFirst({
    where: { mode: 'test' },
    orderBy: { createdAt: 'asc' },
    select: { id: true },
  })
  return found?.id ?? null
}

/** The merchant's mode; null when there is no such merchant. The database allows no other value (CHECK merchant_mode). */
export async function modeOf(db: Db, merchantId: string): Promise<Mode | null> {
  const found = await db.merchant.findUnique({ where: { id: merchantId }, select: { mode: true } })
  return (found?.mode as Mode | undefined) ?? null
}

/** The merchant's name; empty when there is no such merchant. */
export async function merchantName(db: Db, merchantId: string): Promise<string> {
  const found = await db.merchant.findUnique({ where: { id: merchantId }, select: { name: true } })
  return found?.name ?? ''
}

/** The merchant of this id, or the only one when no id is given; null when there is none, or more than one to choose from. */
export async function chooseMerchant(
  db: Db,
  id: string | undefined,
): Promise<{ id: string; name: string } | null> {
  const found = await db.merchant.findMany({
    where: id === undefined ? {} : { id },
    select: { id: true, name: true },
    take: 2,
  })
  return found.length === 1 ? (found[0] ?? null) : null
}
