import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import { openAccounts } from '@/ledger/chart'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { type Currency, formatMoney, MAX_MINOR } from '@/lib/money'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'

/*
 * A limit below which refunds may not take the balance at the bank (`gateway_clearing`), in one currency. It is kept where a refund begins, before
 * the bank is asked: what the bank has done is always booked (decision 0084).
 */

const balanceRow = z.strictObject({
  accountId: z.string(),
  /** In minor units; null: there is no limit. */
  least: z.bigint().nullable(),
  /** What the bank owes us less the refunds under way, in minor units, as text: a sum. */
  available: z.string(),
})

/** The balance that refunds are paid from. Amounts in minor units. */
export interface RefundBalance {
  accountId: string
  /** The limit; null: there is none. */
  leastMinor: bigint | null
  /** What the bank owes us, less the refunds that it is being asked for. */
  availableMinor: bigint
}

/** Null: the merchant has no account in this currency yet. */
export async function refundBalance(
  db: Db,
  merchantId: string,
  currency: string,
): Promise<RefundBalance | null> {
  const row = await firstRow(
    db,
    balanceRow,
    sql`SELECT account_id::text AS "accountId", min_balance AS least, available::text FROM refund_balance(${merchantId}::uuid, ${currency})`,
  )
  return row && { accountId: row.accountId, leastMinor: row.least, availableMinor: BigInt(row.available) }
}

/** The condition of a refund's beginning, over a row with its `merchant_id` and `currency`. @param amount an expression over that row */
export function isWithinLimit(amount: Sql): Sql {
  return sql`refund_is_within_limit(merchant_id, currency, ${amount})`
}

/** The reason that lies in the limit; null: a refund of this amount keeps it. */
export async function whyBelowLimit(
  db: Db,
  { merchantId, currency, amountMinor }: { merchantId: string; currency: string; amountMinor: bigint },
): Promise<Problem | null> {
  const balance = await refundBalance(db, merchantId, currency)
  if (!balance || balance.leastMinor === null) return null
  const { accountId, leastMinor, availableMinor } = balance
  const left = availableMinor > leastMinor ? availableMinor - leastMinor : 0n
  if (amountMinor <= left) return null
  const [limit, most, wanted] = [leastMinor, left, amountMinor].map((minor) => formatMoney(minor, currency))
  return {
    kind: 'balance-too-low',
    detail: `The balance at the bank may not fall below ${limit}, its limit. Refunds can take ${most} of it now, and this one is of ${wanted}. Nothing was refunded.`,
    facts: { account: showId('acc', accountId), limit: Number(leastMinor), left: shownSum(left), currency },
  }
}

/** As sums travel in JSON: a number, or its digits where a number would lose some. */
function shownSum(minor: bigint): number | string {
  return minor <= MAX_MINOR ? Number(minor) : String(minor)
}

/**
 * What became of a change of the limit. `too-high`: it is more than there is now, so it would be broken from the start. `changed`: it is another
 * than was shown. In both cases nothing was changed.
 */
export type LimitChange =
  | { kind: 'set' }
  | { kind: 'too-high'; availableMinor: bigint }
  | { kind: 'changed'; leastMinor: bigint | null }

/**
 * Sets the limit of a merchant in a currency, or takes it away, with its audit entry.
 * @param to.shownMinor the limit that whoever sets it has seen; null: none
 * @param to.leastMinor in minor units, below 0 for what the bank may lend; null: no limit
 */
export async function setBalanceLimit(
  db: Db,
  to: {
    merchantId: string
    currency: Currency
    shownMinor: bigint | null
    leastMinor: bigint | null
    by: Actor
  },
  newId: () => string,
): Promise<LimitChange> {
  const { merchantId, currency, shownMinor, leastMinor, by } = to
  if (shownMinor === leastMinor) return { kind: 'set' }
  const { accountId } = await openedBalance(db, merchantId, currency)
  const shown = (minor: bigint | null) => (minor === null ? null : formatMoney(minor, currency))
  const set = sql`
    SELECT 1 WHERE set_balance_limit(${merchantId}::uuid, ${currency}, ${shownMinor}::bigint, ${leastMinor}::bigint)`
  const entry = audit({
    merchantId,
    id: newId(),
    by,
    action: 'balance-limit.set',
    subject: accountId,
    detail: shown(leastMinor) ?? 'no limit',
    changes: [{ field: 'Limit', before: shown(shownMinor), after: shown(leastMinor) }],
  })
  if ((await commit(db, [{ name: 'balance-limit', rows: 1, sql: set }, entry])).committed)
    return { kind: 'set' }
  const now = await openedBalance(db, merchantId, currency)
  // Pressed twice: the first has set it.
  if (now.leastMinor === leastMinor) return { kind: 'set' }
  return now.leastMinor === shownMinor
    ? { kind: 'too-high', availableMinor: now.availableMinor }
    : { kind: 'changed', leastMinor: now.leastMinor }
}

/** The same of a currency that may not have been used before: its accounts are opened. */
async function openedBalance(db: Db, merchantId: string, currency: Currency): Promise<RefundBalance> {
  const found = await refundBalance(db, merchantId, currency)
  if (found) return found
  await db.$executeRaw(openAccounts(merchantId, currency))
  const opened = await refundBalance(db, merchantId, currency)
  if (!opened) throw new Error(`the accounts of ${merchantId} in ${currency} cannot be opened`)
  return opened
}
