import { openAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { type Posting, reversed, surplus } from '@/ledger/posting'
import { type Currency, isCurrency } from '@/lib/money'
import { commit } from '@/platform/commit'
import { type Db, type Sql, sql, type Write } from '@/platform/db'
import type { Gateway, RefundOutcome } from './gateway'

/** A charge beyond what its payment is: what the books say of it, and what the bank is asked to give back. */
export interface Surplus {
  merchantId: string
  gatewayRef: string
  paymentId: string
  /** The posting of it, in the ledger. */
  transactionId: string
  amount: bigint
  currency: Currency
}

/** How an attempt to give a surplus charge back ended. `elsewhere`: another reconciler was faster. */
export type Refunded = { surplus: Surplus; to: 'refunded' } | { surplus: Surplus; to: 'found' | 'parked'; reason: string } | { to: 'elsewhere' }

/** After so many tries without an answer people must look. The waits between them add up to an hour and a half, so that a bank may be down. */
const TRIES_MAX = 10

/**
 * Writes down that a charge is surplus and posts it, in one commit.
 * @returns false when it was written before
 */
export async function recordSurplus(db: Db, found: Surplus): Promise<boolean> {
  const { merchantId, gatewayRef, paymentId, transactionId, amount, currency } = found
  const row: Write = {
    name: 'surplus-charge',
    rows: 1,
    sql: sql`
      INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency)
      VALUES (${merchantId}::uuid, ${gatewayRef}, ${paymentId}::uuid, ${transactionId}::uuid, ${amount}::bigint, ${currency})
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
  // Merchants from before there was such an account get it here.
  return done(await commit(db, [row, ...post(postingOf(found), transactionId)], [openAccounts(merchantId, currency)]))
}

/** Surplus charges that are due to be given back, oldest first. */
export function dueSurplus(db: Db, limit: number): Promise<Surplus[]> {
  return db.$queryRaw<Surplus[]>(sql`
    SELECT merchant_id::text AS "merchantId", gateway_ref AS "gatewayRef", payment_id::text AS "paymentId",
      transaction_id::text AS "transactionId", amount, currency
    FROM surplus_charge WHERE status = 'found' AND next_try_at <= now() ORDER BY next_try_at, gateway_ref LIMIT ${limit}`)
}

/** Gives a surplus charge back. The key comes from the charge, so this same request by anyone, ever, is the same refund. */
export async function refundSurplus(db: Db, gateway: Gateway, found: Surplus, newId: () => string): Promise<Refunded> {
  const { gatewayRef: ref, amount: amountMinor, currency } = found
  const outcome = await gateway.refund({ key: `surplus:${ref}`, ref, amountMinor, currency })
  return outcome.kind === 'refunded' ? settleRefunded(db, found, newId()) : putOff(db, found, outcome)
}

/** The charge is given back: its end and the mirror of its posting, in one commit. */
async function settleRefunded(db: Db, found: Surplus, reversalId: string): Promise<Refunded> {
  const posting = reversed(postingOf(found), found.transactionId, `Refund of the surplus charge ${found.gatewayRef}`)
  const settled: Write = {
    name: 'surplus-charge',
    rows: 1,
    sql: sql`UPDATE surplus_charge SET status = 'refunded', settled_at = now(), tries = tries + 1, reason = NULL WHERE ${stillFound(found)} RETURNING 1`,
  }
  return done(await commit(db, [settled, ...post(posting, reversalId)])) ? { surplus: found, to: 'refunded' } : { to: 'elsewhere' }
}

/** Nobody knows whether it was given back: the same request again, later. It was refused, or asked for too often: for people to look at. */
async function putOff(db: Db, found: Surplus, outcome: Exclude<RefundOutcome, { kind: 'refunded' }>): Promise<Refunded> {
  const park = sql`(${outcome.kind === 'refused'} OR tries + 1 >= ${TRIES_MAX})`
  const [row] = await db.$queryRaw<{ status: 'found' | 'parked' }[]>(sql`
    UPDATE surplus_charge SET tries = tries + 1, reason = ${outcome.reason},
      status = CASE WHEN ${park} THEN 'parked' ELSE 'found' END, settled_at = CASE WHEN ${park} THEN now() END,
      next_try_at = now() + 10 * (power(2, tries) - 1) * interval '1 second'
    WHERE ${stillFound(found)} RETURNING status`)
  return row ? { surplus: found, to: row.status, reason: outcome.reason } : { to: 'elsewhere' }
}

/** The charge's own row decides between two reconcilers; any other refusal is broken. */
function done(refused: string | null): boolean {
  if (refused !== null && refused !== 'surplus-charge') throw new Error(`the commit of a surplus charge was refused by "${refused}"`)
  return refused === null
}

function postingOf({ merchantId, paymentId, gatewayRef, amount: minor, currency }: Surplus): Posting {
  if (!isCurrency(currency)) throw new Error(`the surplus charge ${gatewayRef} is in the unknown currency ${currency}`)
  return surplus({ merchantId, paymentId, money: { minor, currency }, description: `Surplus charge ${gatewayRef}` })
}

function stillFound({ merchantId, gatewayRef }: Surplus): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND gateway_ref = ${gatewayRef} AND status = 'found'`
}
