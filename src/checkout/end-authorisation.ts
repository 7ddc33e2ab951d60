import type { Answer, Ids, Operation, Refusal } from '@payonce/idempotency'
import type { Facts } from '@payonce/idempotency/problems'
import {
  type ClaimRows,
  claimedPart,
  claimedSql,
  type SqlBegin,
  type SqlForm,
} from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { type AccountGateways, atGatewayOf } from '@/payments/account-gateways'
import { type EndEffect, endAuthorisation, settleEnd } from '@/payments/authorisation'
import { type BegunEnd, begunEndOf, type EndKind, moveEnd, recallEnd } from '@/payments/authorisation-store'
import { type Gateway, nextCheckMs } from '@/payments/gateway'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { auditParked, insertAudit } from '@/platform/audit'
import { type Db, firstRow, sql } from '@/platform/db'
import { markPaid } from './order'

/** The request, parsed. */
export interface EndInput {
  merchantId: string
  paymentId: string
  /** Who asks for it. Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor | undefined
}

/** Renders how it ended. The text is stored, so that a replay is the same byte for byte. */
export interface EndAnswers {
  ended(end: BegunEnd, as: 'captured' | 'released'): Answer
  /** The bank had ended it in the other way before. */
  endedOtherwise(end: BegunEnd, detail: string): Answer
  resourceFacts(endId: string): Facts
}

export interface EndDeps {
  name: string
  db: Db
  gateway: Gateway
  accounts?: AccountGateways | undefined
  newId: () => string
  answers: EndAnswers
}

/**
 * Ending an authorisation: one capture or void of it is begun, ever (`authorisation_end_one`), the bank is asked until it says how it has ended,
 * and that is settled in one commit, whichever of the two was asked for.
 */
export function endOperation(
  deps: EndDeps,
  kind: EndKind,
): Operation<EndInput, BegunEnd, EndEffect, SqlForm> {
  const ask = (end: BegunEnd) =>
    atGatewayOf(deps, end.gatewayAccount, (gateway) => endAuthorisation(gateway, end))
  return {
    name: deps.name,
    volatile: ['by'],
    begin: (input, ids, claim) => beginEnd(input, kind, ids, claim, deps.newId),
    whyRefused: (input) => whyNotEnded(deps.db, input),
    ask,
    // The same request: it has no second effect, and it alone makes sure that nothing comes later.
    find: ask,
    doubt: (reason) => ({ kind: 'unknown', reason }),
    finish: (end, effect) => {
      switch (effect.kind) {
        case 'captured':
          return {
            to: 'completed',
            answer: answerOf(deps.answers, end, 'captured'),
            writes: [...settleEnd(end, effect, deps.newId), markPaid(end)],
          }
        case 'released':
          return {
            to: 'completed',
            answer: answerOf(deps.answers, end, 'released'),
            writes: settleEnd(end, effect, deps.newId),
          }
        case 'unknown':
          return {
            to: 'unknown',
            answer: null,
            writes: [moveEnd(end, 'unknown')],
            retryInMs: nextCheckMs(end.ageMs),
          }
        case 'contradiction':
          return { to: 'parked', answer: null, writes: [moveEnd(end, 'unknown')], reason: effect.reason }
      }
    },
    recall: (merchantId, id) => recallEnd(deps.db, merchantId, id),
    resourceFacts: deps.answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [
      auditParked(merchantId, deps.newId(), recordId, reason),
    ],
  }
}

function answerOf(answers: EndAnswers, end: BegunEnd, as: 'captured' | 'released'): Answer {
  const wanted = end.kind === 'capture' ? 'captured' : 'released'
  // Nobody reads the worker's answer: however it has ended is what it wanted to know.
  return as === wanted || end.kind === 'expiry'
    ? answers.ended(end, as)
    : answers.endedOtherwise(end, OTHERWISE[as])
}

const OTHERWISE = {
  captured: 'The bank had captured this payment before. Nothing was released; it can be refunded.',
  released: 'The bank had released this payment before, or its time had passed. Nothing was charged.',
}

/**
 * The payment's row is locked, and its status asked again under the lock; of two at once the unique index lets one begin. A capture begins only in its
 * time, by the database's clock; a void whenever the payment is open.
 */
function beginEnd(
  { merchantId, paymentId, by }: EndInput,
  kind: EndKind,
  ids: Ids,
  claim: ClaimRows,
  newId: () => string,
): SqlBegin {
  const open = claimedPart(
    'open_payment',
    claimedSql`
      SELECT p.merchant_id, p.id, p.amount, p.currency
      FROM ${claim}, payment p JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid AND p.status = 'authorised'
        AND (${kind}::text <> 'capture' OR a.capture_before > now())
      FOR NO KEY UPDATE OF p`,
  )
  const begun = claimedPart(
    'begun_end',
    claimedSql`
      INSERT INTO authorisation_end (merchant_id, id, payment_id, record_id, kind, ${ACTOR_COLUMNS})
      SELECT merchant_id, ${ids.subjectId}::uuid, id, ${ids.recordId}, ${kind}, ${actorValues(by)} FROM ${open.rows}
      ON CONFLICT (merchant_id, payment_id) DO NOTHING
      RETURNING merchant_id, merchant_id::text AS "merchantId", id, payment_id, kind, created_at`,
  )
  const traced = claimedPart(
    'traced',
    claimedSql`SELECT e."merchantId", o.amount, o.currency FROM ${begun.rows} e JOIN ${open.rows} o ON o.id = e.payment_id`,
  )
  const entry = { id: newId(), by, action: `payment.${kind}`, subject: paymentId }
  const audited = claimedPart('audited', insertAudit(entry, sql`amount || ' ' || currency`, traced.rows))
  return { name: 'authorisation-end', prior: [open, begun, traced, audited], sql: begunEndOf(begun.rows) }
}

const openPayment = z.strictObject({
  status: z.enum(PAYMENT_STATUSES),
  late: z.boolean().nullable(),
  underWay: z.enum(['sending', 'unknown']).nullable(),
})

async function whyNotEnded(db: Db, { merchantId, paymentId }: EndInput): Promise<Refusal> {
  const found = await firstRow(
    db,
    openPayment,
    sql`
      SELECT p.status, a.capture_before <= now() AS late, e.status AS "underWay"
      FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
      LEFT JOIN authorisation_end e ON e.merchant_id = p.merchant_id AND e.payment_id = p.id AND e.status IN ('sending', 'unknown')
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
  if (!found) return { kind: 'problem', problem: { kind: 'not-found', detail: 'There is no such payment.' } }
  if (found.underWay === 'sending') return { kind: 'busy' }
  const facts = { payment: showId('pay', paymentId), paymentStatus: found.status }
  if (found.underWay)
    return {
      kind: 'problem',
      problem: {
        kind: 'in-progress',
        detail: 'A capture or a void of this payment is being checked with the bank. Nothing else was done.',
        retryAfterSeconds: 2,
        facts,
      },
    }
  const detail =
    found.status === 'authorised'
      ? 'The time to capture this payment has passed. Nothing was charged.'
      : `Only an authorised payment can be captured or voided. The status of this one is ${found.status}.`
  // It was open a moment ago: what stood in the way has ended since.
  if (found.status === 'authorised' && !found.late) return { kind: 'busy' }
  return { kind: 'problem', problem: { kind: 'not-capturable', detail, facts } }
}
