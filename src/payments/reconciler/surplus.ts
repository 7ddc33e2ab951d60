import { z } from 'zod'
import { openAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { type Posting, reversed, surplus } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { type Currency, isCurrency } from '@/lib/money'
import { type CommitResult, commit } from '@/platform/commit'
import { type Db, rows, type Sql, sql, type Write } from '@/platform/db'
import { emit } from '@/platform/outbox'
import type { Gateway, RefundOutcome } from '../gateway'

const surplusRow = z.strictObject({
  merchantId: z.string(),
  /** The charge, by the bank's own reference. */
  gatewayRef: z.string(),
  paymentId: z.string(),
  /** Its posting in the ledger. */
  transactionId: z.string(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.custom<Currency>((code) => typeof code === 'string' && isCurrency(code)),
  /** Requests to give it back whose answer is not known. */
  tries: z.int(),
})
/** A charge beyond its payment, as the books have it and as the bank is asked to give it back. */
export type Surplus = z.infer<typeof surplusRow>

/** Outcome of a try to refund a surplus charge. `found`: not known, to be tried again. `elsewhere`: another reconciler was faster. */
export type Refunded =
  | { surplus: Surplus; to: 'refunded' }
  | { surplus: Surplus; to: 'found' | 'parked'; reason: string }
  | { to: 'elsewhere' }

/** Tries without an answer, after which a person must decide. The waits between them add up to an hour and a half, longer than most outages. */
const TRIES_MAX = 10

/**
 * Records a charge as surplus, posts it and emits its event, in one commit.
 * @returns false when it was recorded before
 */
export async function recordSurplus(db: Db, found: Surplus, newId: () => string): Promise<boolean> {
  const { merchantId, gatewayRef, paymentId, transactionId, amount, currency } = found
  const row = sql`
    INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency)
    VALUES (${merchantId}::uuid, ${gatewayRef}, ${paymentId}::uuid, ${transactionId}::uuid, ${amount}::bigint, ${currency})
    ON CONFLICT DO NOTHING RETURNING 1`
  const writes = [ownRow(row), ...post(postingOf(found), transactionId), event(found, 'found', newId())]
  // Merchants from before there was such an account get it here.
  return done(await commit(db, writes, [openAccounts(merchantId, currency)]))
}

/** Surplus charges of payments at an account of the bank (null: the installation's) that are due to be refunded, oldest first. */
export function dueSurplus(db: Db, account: string | null, limit: number): Promise<Surplus[]> {
  return rows(
    db,
    surplusRow,
    sql`
      SELECT s.merchant_id::text AS "merchantId", s.gateway_ref AS "gatewayRef", s.payment_id::text AS "paymentId",
        s.transaction_id::text AS "transactionId", s.amount, s.currency, s.tries
      FROM surplus_charge s JOIN payment p ON (p.merchant_id, p.id) = (s.merchant_id, s.payment_id)
      WHERE s.status = 'found' AND s.next_try_at <= now() AND p.gateway_account IS NOT DISTINCT FROM ${account}::text
      ORDER BY s.next_try_at, s.gateway_ref LIMIT ${limit}`,
  )
}

/** Refunds a surplus charge. The key is made of the charge's reference, so the same request is the same refund, whichever process sends it. */
export async function refundSurplus(
  db: Db,
  gateway: Gateway,
  found: Surplus,
  newId: () => string,
): Promise<Refunded> {
  const { gatewayRef: ref, amount: amountMinor, currency } = found
  const outcome = await gateway.refund({ key: `surplus:${ref}`, ref, amountMinor, currency })
  const ended = endOf(found, outcome)
  return done(await commit(db, writesFor(found, ended, newId))) ? ended : { to: 'elsewhere' }
}

/** Outcome of the try, by the bank's answer. Pure. */
function endOf(found: Surplus, outcome: RefundOutcome): Exclude<Refunded, { to: 'elsewhere' }> {
  switch (outcome.kind) {
    case 'refunded':
      return { surplus: found, to: 'refunded' }
    case 'refused':
      return { surplus: found, to: 'parked', reason: outcome.reason }
    case 'unknown':
      return { surplus: found, to: found.tries + 1 < TRIES_MAX ? 'found' : 'parked', reason: outcome.reason }
  }
}

/** Every write of the commit: the row's move, and at its end an event; a refund also reverses the posting. */
function writesFor(
  found: Surplus,
  ended: Exclude<Refunded, { to: 'elsewhere' }>,
  newId: () => string,
): Write[] {
  switch (ended.to) {
    case 'found':
      return [ownRow(putOff(found, ended.reason))]
    case 'parked':
      return [ownRow(settle(found, 'parked', ended.reason)), event(found, 'parked', newId())]
    case 'refunded': {
      const mirror = reversed(
        postingOf(found),
        found.transactionId,
        `Refund of the surplus charge ${found.gatewayRef}`,
      )
      return [
        ownRow(settle(found, 'refunded', null)),
        ...post(mirror, newId()),
        event(found, 'refunded', newId()),
      ]
    }
  }
}

/** The refund is not known: the same request again, at once the first time, then after longer and longer waits. */
function putOff(found: Surplus, reason: string): Sql {
  return sql`UPDATE surplus_charge SET tries = tries + 1, reason = ${reason}, next_try_at = now() + 10 * (power(2, tries) - 1) * interval '1 second'
    WHERE ${stillFound(found)} AND tries = ${found.tries} RETURNING 1`
}

function settle(found: Surplus, status: 'refunded' | 'parked', reason: string | null): Sql {
  return sql`UPDATE surplus_charge SET status = ${status}, tries = tries + 1, reason = ${reason}, settled_at = now() WHERE ${stillFound(found)} RETURNING 1`
}

function stillFound({ merchantId, gatewayRef }: Surplus): Sql {
  return sql`merchant_id = ${merchantId}::uuid AND gateway_ref = ${gatewayRef} AND status = 'found'`
}

function event(of: Surplus, what: 'found' | 'refunded' | 'parked', id: string): Write {
  const { merchantId, paymentId: subjectId, gatewayRef, amount, currency } = of
  const payload = { payment: showId('pay', subjectId), charge: gatewayRef, amount: Number(amount), currency }
  return emit({ merchantId, id, type: `payment.surplus_${what}`, subjectId, payload })
}

const OWN_ROW = 'surplus-charge'

function ownRow(statement: Sql): Write {
  return { name: OWN_ROW, rows: 1, sql: statement }
}

/** True when it was committed. The charge's own row decides between two reconcilers; a refusal by any other write is a bug. */
function done(result: CommitResult): boolean {
  if (!result.committed && result.refusedBy !== OWN_ROW)
    throw new Error(`the commit of a surplus charge was refused by "${result.refusedBy}"`)
  return result.committed
}

function postingOf({ merchantId, paymentId, gatewayRef, amount: minor, currency }: Surplus): Posting {
  if (!isCurrency(currency))
    throw new Error(`the surplus charge ${gatewayRef} is in the unknown currency ${currency}`)
  return surplus({
    merchantId,
    paymentId,
    money: { minor, currency },
    description: `Surplus charge ${gatewayRef}`,
  })
}
