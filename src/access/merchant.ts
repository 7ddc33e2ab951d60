import type { Mode } from '@/lib/mode'
import { audit, SYSTEM } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, type Sql, sql } from '@/platform/db'

/** The merchant whose sandbox shop is open: the first that was made. Null where there is none. */
export function sandboxMerchant(db: Db): Promise<string | null> {
  return firstMerchant(db, 'test')
}

/** The first merchant of a mode: the account at the bank is theirs. Null where there is none. */
export async function firstMerchant(db: Db, mode: Mode): Promise<string | null> {
  const found = await db.merchant.findFirst({
    where: { mode },
    orderBy: { createdAt: 'asc' },
    select: { id: true },
  })
  return found?.id ?? null
}

/**
 * The merchant's mode; null when there is no such merchant, and of the sample shop, which nobody serves. The database allows no other value
 * (CHECK merchant_mode).
 */
export async function modeOf(db: Db, merchantId: string): Promise<Mode | null> {
  const found = await db.merchant.findUnique({
    where: { id: merchantId, ...NO_SAMPLE },
    select: { mode: true },
  })
  return (found?.mode as Mode | undefined) ?? null
}

/** All merchants but the sample shop. */
const NO_SAMPLE = { mode: { not: 'sample' } }

/** Condition on a row's `merchant_id`: the merchant is of this mode. */
export function merchantsOf(mode: Mode): Sql {
  return sql`merchant_id IN (SELECT id FROM merchant WHERE mode = ${mode})`
}

/** Makes a merchant. Its mode never changes. @param by the person or the command, for the audit log */
export async function createMerchant(
  db: Db,
  { name, mode, by }: { name: string; mode: Mode; by: string },
  newId: () => string,
): Promise<string> {
  const id = newId()
  const row = sql`INSERT INTO merchant (id, name, mode) VALUES (${id}::uuid, ${name}, ${mode}) RETURNING 1`
  const traced = audit({
    merchantId: id,
    id: newId(),
    by: SYSTEM,
    action: 'merchant.created',
    subject: id,
    detail: `${name}, ${mode}, by ${by}`,
  })
  const result = await commit(db, [{ name: 'merchant', rows: 1, sql: row }, traced])
  if (!result.committed) throw new Error('the merchant was not written')
  return id
}

/** The merchant's name; empty when there is no such merchant. */
export async function merchantName(db: Db, merchantId: string): Promise<string> {
  const found = await db.merchant.findUnique({ where: { id: merchantId }, select: { name: true } })
  return found?.name ?? ''
}

/**
 * The merchant of this id, or the only one when no id is given; null when there is none, or more than one to
 * choose from. The sample shop is never meant: nobody becomes an operator of it.
 */
export async function chooseMerchant(
  db: Db,
  id: string | undefined,
): Promise<{ id: string; name: string } | null> {
  const found = await db.merchant.findMany({
    where: id === undefined ? NO_SAMPLE : { id, ...NO_SAMPLE },
    select: { id: true, name: true },
    take: 2,
  })
  return found.length === 1 ? (found[0] ?? null) : null
}
