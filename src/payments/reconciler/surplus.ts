import { z } from 'zod'
import { openAccounts } from '@/ledger/chart'
import { post } from '@/ledger/post'
import { keptSurplus, type Posting, reversed, surplus } from '@/ledger/posting'
import { showId } from '@/lib/id'
import { type Currency, isCurrency } from '@/lib/money'
import { type CommitResult, commit } from '@/platform/commit'
import { type Db, firstRow, rows, type Sql, sql, type Write } from '@/platform/db'
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
  const { writes, before } = recordWrites(found, newId)
  return done(await commit(db, writes, before))
}

/** The writes of that commit, and what comes before them. */
export function recordWrites(found: Surplus, newId: () => string): { writes: Write[]; before: Sql[] } {
  const { merchantId, gatewayRef, paymentId, transactionId, amount, currency } = found
  const row = sql`
    INSERT INTO surplus_charge (merchant_id, gateway_ref, payment_id, transaction_id, amount, currency)
    VALUES (${merchantId}::uuid, ${gatewayRef}, ${paymentId}::uuid, ${transactionId}::uuid, ${amount}::bigint, ${currency})
    ON CONFLICT DO NOTHING RETURNING 1`
  const writes = [ownRow(row), ...post(postingOf(found), transactionId), event(found, 'found', newId())]
  // Merchants from before there was such an account get it here.
  return { writes, before: [openAccounts(merchantId, currency)] }
}

/** Surplus charges of payments at an account of the bank (null: the installation's) that are due to be refunded, oldest first. */
export function dueSurplus(db: Db, account: string | null, limit: number): Promise<DueSurplus[]> {
  return rows(
    db,
    dueRow,
    sql`
      SELECT ${SURPLUS_COLUMNS}, ${CONTRADICTS} AS contradicts
      FROM surplus_charge s JOIN payment p ON (p.merchant_id, p.id) = (s.merchant_id, s.payment_id)
      WHERE s.status = 'found' AND s.next_try_at <= now() AND p.gateway_account IS NOT DISTINCT FROM ${account}::text
      ORDER BY s.next_try_at, s.gateway_ref LIMIT ${limit}`,
  )
}

const dueRow = surplusRow.extend({
  /** Two admins have declared how its payment ended, and this charge says otherwise: a person decides, not we. */
  contradicts: z.boolean(),
})
type DueSurplus = z.infer<typeof dueRow>

const SURPLUS_COLUMNS = sql`s.merchant_id::text AS "merchantId", s.gateway_ref AS "gatewayRef", s.payment_id::text AS "paymentId",
  s.transaction_id::text AS "transactionId", s.amount, s.currency, s.tries`

/** A payment that was ended with the words that its charges are given back contradicts none; nor does a charge whose return was decided. */
const CONTRADICTS = sql`(
  EXISTS (
    SELECT FROM resolution r WHERE r.merchant_id = s.merchant_id AND r.kind = 'payment' AND r.subject = s.payment_id::text
      AND r.status = 'confirmed' AND r.ending <> 'return')
  AND NOT EXISTS (
    SELECT FROM resolution r WHERE r.merchant_id = s.merchant_id AND r.kind IN ('surplus', 'stray') AND r.subject = s.gateway_ref
      AND r.status = 'confirmed' AND r.ending = 'return'))`

const CONTRADICTION: RefundOutcome = {
  kind: 'refused',
  reason: 'two admins declared how this payment ended, and the bank shows a charge beyond that',
}

/** A parked charge; null: it is not parked. */
export function findParkedSurplus(db: Db, merchantId: string, gatewayRef: string): Promise<Surplus | null> {
  return firstRow(
    db,
    surplusRow,
    sql`
      SELECT ${SURPLUS_COLUMNS} FROM surplus_charge s
      WHERE s.merchant_id = ${merchantId}::uuid AND s.gateway_ref = ${gatewayRef} AND s.status = 'parked'`,
  )
}

/**
 * The writes of a decision of two admins about a parked charge. `return`: the bank is asked again to give it back, under the same key.
 * `returned`: it was given back. `keep`: what we owed the customer becomes revenue. The database demands the decision in the same commit.
 */
export function writesOfDecision(
  found: Surplus,
  ending: string,
  newId: () => string,
): { writes: Write[]; transactionId: string | null } {
  const { merchantId, gatewayRef } = found
  const where = sql`merchant_id = ${merchantId}::uuid AND gateway_ref = ${gatewayRef} AND status = 'parked' RETURNING 1`
  if (ending === 'return') {
    const again = sql`UPDATE surplus_charge SET status = 'found', tries = 0, reason = NULL, settled_at = NULL, next_try_at = now() WHERE ${where}`
    return { writes: [ownRow(again)], transactionId: null }
  }
  const transactionId = newId()
  const status = ending === 'keep' ? 'kept' : 'refunded'
  const settled = sql`UPDATE surplus_charge SET status = ${status}, reason = NULL, settled_at = now() WHERE ${where}`
  const posting =
    ending === 'keep'
      ? keptSurplus(postingOf(found), `Kept: surplus charge ${gatewayRef}`)
      : reversed(postingOf(found), found.transactionId, `Refund of the surplus charge ${gatewayRef}`)
  return {
    writes: [ownRow(settled), ...post(posting, transactionId), event(found, status, newId())],
    transactionId: ending === 'keep' ? transactionId : null,
  }
}

/** Refunds a surplus charge. The key is made of the charge's reference, so the same request is the same refund, whichever process sends it. */
export async function refundSurplus(
  db: Db,
  gateway: Gateway,
  { contradicts, ...found }: DueSurplus,
  newId: () => string,
): Promise<Refunded> {
  const { gatewayRef: ref, amount: amountMinor, currency } = found
  const outcome = contradicts
    ? CONTRADICTION
    : await gateway.refund({ key: `surplus:${ref}`, ref, amountMinor, currency })
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

function event(of: Surplus, what: 'found' | 'refunded' | 'parked' | 'kept', id: string): Write {
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

/** Brings forward the tries that wait for an instant in the future, by `step`: how far the database's clock was put back. */
export function surplusForward(step: Sql): Sql {
  return sql`UPDATE surplus_charge SET next_try_at = next_try_at - ${step} WHERE status = 'found' AND next_try_at > now()`
}
