import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { audit, changesBetween } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, rows, type Sql, sql, type Write } from '@/platform/db'
import { decidedBy } from '../refund-request'
import { chargeOf, ENDINGS, type Ending, endingsOf, needsReference } from './endings'
import { type CaseId, caseRows, findCase, lockCase, type ParkedCase, RESOLUTION_KINDS } from './parked-case'

export const RESOLUTION_STATUSES = ['open', 'confirmed', 'rejected', 'withdrawn', 'expired'] as const

const resolutionRow = z.strictObject({
  id: z.string(),
  kind: z.enum(RESOLUTION_KINDS),
  subject: z.string(),
  /** Null: a stray charge that is given back with no payment. */
  paymentId: z.string().nullable(),
  ending: z.enum(ENDINGS),
  bankRef: z.string().nullable(),
  /** In minor units of `currency`, as text: of what is ended. */
  amount: z.string(),
  currency: z.string(),
  evidence: z.string(),
  /** `expired`: open for longer than 72 hours, by the database's clock. */
  status: z.enum(RESOLUTION_STATUSES),
  actor: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
  createdAt: z.date(),
  expiresAt: z.date(),
  decidedActor: z.string().nullable(),
  decidedAddress: z.string().nullable(),
  decidedRequestId: z.string().nullable(),
  decidedAt: z.date().nullable(),
})
/** How something parked is ended: one admin proposes, another confirms. */
export type ResolutionRow = z.infer<typeof resolutionRow>

/** Resolutions of a payment, its refunds and its charges, newest first. 20: more than anybody makes of one payment. */
export function resolutionsOf(db: Db, merchantId: string, paymentId: string): Promise<ResolutionRow[]> {
  return select(
    db,
    merchantId,
    sql`r.payment_id = ${paymentId}::uuid ORDER BY r.created_at DESC, r.id DESC LIMIT 20`,
  )
}

/** Those that wait for a confirmation, the oldest first. 50: a page that a person reads. */
export function openResolutions(db: Db, merchantId: string): Promise<ResolutionRow[]> {
  return select(
    db,
    merchantId,
    sql`r.status = 'open' AND r.expires_at > now() ORDER BY r.expires_at, r.id LIMIT 50`,
  )
}

/** One resolution; null when this merchant has none with this id. */
export async function findResolution(db: Db, merchantId: string, id: string): Promise<ResolutionRow | null> {
  const [found] = await select(db, merchantId, sql`r.id = ${id}::uuid`)
  return found ?? null
}

function select(db: Db, merchantId: string, which: Sql): Promise<ResolutionRow[]> {
  return rows(
    db,
    resolutionRow,
    sql`
      SELECT r.id::text, r.kind, r.subject, r.payment_id::text AS "paymentId", r.ending, r.bank_ref AS "bankRef",
        r.facts::jsonb ->> 'amount' AS amount, r.facts::jsonb ->> 'currency' AS currency, r.evidence,
        CASE WHEN r.status = 'open' AND r.expires_at <= now() THEN 'expired' ELSE r.status END AS status,
        r.actor, r.address, r.request_id AS "requestId", r.created_at AS "createdAt", r.expires_at AS "expiresAt",
        r.decided_actor AS "decidedActor", r.decided_address AS "decidedAddress", r.decided_request_id AS "decidedRequestId",
        r.decided_at AS "decidedAt"
      FROM resolution r WHERE r.merchant_id = ${merchantId}::uuid AND ${which}`,
  )
}

export interface NewResolution extends CaseId {
  /** Made by the page, so that a repeat is the same resolution. */
  id: string
  ending: Ending
  /** The charge or refund that the bank's statement shows, by the bank's reference. */
  bankRef: string | null
  /** Of a stray charge: the payment with which it is given back; null: order and payment are lost. */
  paymentId: string | null
  /** Time for which the bank remembers a key, in ms: until then a retry may still adopt a stray charge. */
  remembersForMs: number
  evidence: string
  /** `ParkedCase.shown`, as the person saw it. */
  shown: string
}

/**
 * Proposes an end. Nothing moves: the facts are kept, and a confirmation counts only while they are the same.
 * @returns the problem; null: the proposal is there, also by an earlier try
 */
export async function proposeResolution(
  db: Db,
  proposed: NewResolution,
  by: Actor,
  newId: () => string,
): Promise<Problem | null> {
  const { merchantId, id, kind, subject, ending, bankRef, evidence, shown } = proposed
  const made = await findResolution(db, merchantId, id)
  if (made) return sameAs(made, proposed, by)
  const parked = await findCase(db, proposed)
  if (!parked || parked.shown !== shown) return CHANGED
  const unsafe = whyUnsafe(parked, proposed)
  if (unsafe) return unsafe
  const row: Write = {
    name: 'resolution',
    rows: 1,
    sql: sql`
      INSERT INTO resolution (merchant_id, id, kind, subject, payment_id, ending, bank_ref, facts, evidence, ${ACTOR_COLUMNS})
      SELECT ${merchantId}::uuid, ${id}::uuid, ${kind}, ${subject}, p.id, ${ending}, ${bankRef}::text, c.facts, ${evidence}, ${actorValues(by)}
      FROM ${caseRows(proposed)} c LEFT JOIN payment p ON p.merchant_id = ${merchantId}::uuid AND p.id = coalesce(c.payment_id, ${proposed.paymentId}::uuid)
      WHERE md5(c.facts) = ${shown} AND ${fitsPayment(proposed)} AND ${isFree(bankRef)}
        AND NOT EXISTS (
          SELECT FROM resolution o WHERE o.merchant_id = ${merchantId}::uuid AND o.kind = ${kind} AND o.subject = ${subject}
            AND o.status = 'open' AND o.expires_at > now())
      ON CONFLICT DO NOTHING RETURNING 1`,
  }
  const detail = `${wordsOf(proposed)}; known: ${JSON.stringify(parked.facts)}; evidence: ${evidence}`
  const entry = audit({ merchantId, id: newId(), by, action: 'resolution.proposed', subject: id, detail })
  if ((await commit(db, [row, entry], [lockCase(proposed)])).committed) return null
  return whyNotProposed(db, proposed, by)
}

/**
 * A charge that no payment of ours has, given back with one: that has ended, in the same currency, at the same account. Or with none, once the
 * bank has forgotten its key.
 */
function fitsPayment({ kind, subject, paymentId, remembersForMs }: NewResolution): Sql {
  if (kind !== 'stray') return sql`p.id IS NOT NULL`
  if (paymentId === null)
    return sql`${isForgotten(subject, remembersForMs)} AND NOT EXISTS (
    SELECT FROM stray_return s WHERE s.gateway_ref = ${subject} AND s.status <> 'refused')`
  return sql`p.status IN ('succeeded', 'declined', 'not_charged') AND p.currency = c.currency
    AND p.gateway_account IS NOT DISTINCT FROM (SELECT o.gateway_account FROM open_charge o WHERE o.gateway_ref = ${subject})
    AND NOT EXISTS (SELECT FROM bank_movement m WHERE m.charge_ref = ${subject} AND m.transaction_id IS NOT NULL)`
}

/** SQL: the bank has forgotten the key of this stray charge, so no retry can have it any more. */
export function isForgotten(ref: string, remembersForMs: number): Sql {
  return sql`EXISTS (
    SELECT FROM open_charge o WHERE o.gateway_ref = ${ref} AND o.charged_at < now() - ${remembersForMs} * interval '1 millisecond')`
}

/** SQL: nothing of ours has this charge or refund yet, and where the bank's list shows it, it is of the amount of the case `c`. */
export function isFree(bankRef: string | null): Sql {
  return sql`NOT EXISTS (SELECT FROM payment_charge x WHERE x.gateway_ref = ${bankRef}) AND NOT EXISTS (SELECT FROM surplus_charge x WHERE x.gateway_ref = ${bankRef})
    AND NOT EXISTS (SELECT FROM refund x WHERE x.gateway_ref = ${bankRef})
    AND NOT EXISTS (
      SELECT FROM open_charge x WHERE x.gateway_ref = ${bankRef}
        AND (x.amount::text, x.currency, x.refunded) IS DISTINCT FROM (c.facts::jsonb ->> 'amount', c.currency::text, 0::bigint))`
}

function whyUnsafe(parked: ParkedCase, { ending, bankRef, kind, paymentId }: NewResolution): Problem | null {
  if (!endingsOf(parked).includes(ending))
    return refused('This end is not safe by what the bank’s list shows. Reload the page.')
  if (needsReference(ending) !== (bankRef !== null))
    return refused(needsReference(ending) ? 'Enter the bank’s reference.' : 'This end has no reference.')
  const listed = chargeOf(parked.facts)
  if (kind === 'payment' && ending === 'charged' && listed !== null && bankRef !== listed)
    return refused(`The bank’s list shows the charge ${listed} for this payment. Use that reference.`)
  if (kind !== 'stray' && paymentId !== null)
    return refused('Only a stray charge is given back with a payment.')
  return null
}

function sameAs(made: ResolutionRow, proposed: NewResolution, by: Actor): Problem | null {
  const { kind, subject, ending, bankRef, evidence } = proposed
  const same =
    made.kind === kind &&
    made.subject === subject &&
    made.ending === ending &&
    made.bankRef === bankRef &&
    made.evidence === evidence &&
    made.actor === by.name
  return same
    ? null
    : { kind: 'key-reused', detail: 'This proposal was made with another content. Reload the page.' }
}

async function whyNotProposed(db: Db, proposed: NewResolution, by: Actor): Promise<Problem> {
  const { merchantId, id, kind, subject, shown } = proposed
  const made = await findResolution(db, merchantId, id)
  if (made) return sameAs(made, proposed, by) ?? CHANGED
  const parked = await findCase(db, proposed)
  if (!parked || parked.shown !== shown) return CHANGED
  const open = await select(
    db,
    merchantId,
    sql`r.kind = ${kind} AND r.subject = ${subject} AND r.status = 'open' AND r.expires_at > now()`,
  )
  if (open.length > 0) return refused('Another proposal waits for its confirmation.')
  if (kind === 'stray' && proposed.paymentId === null) return STILL_REMEMBERED
  return kind === 'stray'
    ? refused('The payment must be yours, have ended, and be in the currency of this charge.')
    : refused('This reference belongs to another payment or refund, or the bank’s list shows another amount.')
}

/**
 * Ends an open proposal without an effect: the one who made it withdraws it, another rejects it. A repeat by the same person changes nothing.
 * @returns the problem; null: it has ended this way, also by an earlier try
 */
export async function endResolution(
  db: Db,
  { merchantId, id }: { merchantId: string; id: string },
  to: 'rejected' | 'withdrawn',
  by: Actor,
  newId: () => string,
): Promise<Problem | null> {
  const row: Write = {
    name: 'resolution',
    rows: 1,
    sql: sql`
      UPDATE resolution SET status = ${to}, ${decidedBy(by)}
      WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid AND status = 'open' AND expires_at > now()
        AND (actor = ${by.name}) = ${to === 'withdrawn'} RETURNING 1`,
  }
  const changes = changesBetween({ status: 'open' }, { status: to })
  const entry = audit({
    merchantId,
    id: newId(),
    by,
    action: `resolution.${to}`,
    subject: id,
    detail: '',
    changes,
  })
  if ((await commit(db, [row, entry])).committed) return null
  const found = await findResolution(db, merchantId, id)
  if (!found) return NO_RESOLUTION
  if (found.status === to && found.decidedActor === by.name) return null
  return whyNotOpen(found) ?? (to === 'withdrawn' ? NOT_YOURS : YOUR_OWN)
}

const STILL_REMEMBERED: Problem = {
  kind: 'not-resolvable',
  detail:
    'The bank still remembers the key of this charge, so the customer’s retry may yet get it, or it is being given back already. Without a payment it can be given back 24 hours after the charge.',
}
export const NO_RESOLUTION: Problem = { kind: 'not-found', detail: 'There is no such proposal.' }
export const CHANGED: Problem = {
  kind: 'not-resolvable',
  detail: 'What was shown has changed: look at the facts again. Nothing was done.',
}
export const YOUR_OWN: Problem = {
  kind: 'forbidden',
  detail: 'This is your own proposal. Another admin must confirm it; you can withdraw it.',
}
const NOT_YOURS: Problem = {
  kind: 'forbidden',
  detail: 'Only the one who made this proposal can withdraw it. You can reject it.',
}

/** The problem of a proposal that has ended; null while it is open. */
export function whyNotOpen({ status }: Pick<ResolutionRow, 'status'>): Problem | null {
  switch (status) {
    case 'open':
      return null
    case 'expired':
      return refused('This proposal has expired: it was open for 72 hours. Make a new one.')
    default:
      return refused(`This proposal was already ${status}. Reload the page to see by whom.`)
  }
}

export function refused(detail: string): Problem {
  return { kind: 'not-resolvable', detail }
}

/** For the audit log: what is ended, and how. */
export function wordsOf({
  kind,
  subject,
  ending,
  bankRef,
}: Pick<NewResolution, 'kind' | 'subject' | 'ending' | 'bankRef'>): string {
  return `${kind} ${subject}, parked → ${ending}${bankRef ? ` as ${bankRef}` : ''}`
}
