import type { Ids, Refusal } from '@payonce/idempotency'
import { type ClaimRows, claimedPart, claimedSql, type SqlBegin } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { insertAudit } from '@/platform/audit'
import { type Db, firstRow, sql } from '@/platform/db'
import { whyBelowLimit } from './balance-limit'
import { countedRefund } from './operator-refund'
import { type BeginDeps, insertedRefund, type RefundBeginning } from './refund'
import { refundedByOperators } from './refund-limits'
import { decidedBy, findRefundRequest, NO_REQUEST, noLongerFits, whyNotOpen } from './refund-request'
import { REFUNDABLE, whyNotRefundable } from './refundable'

/** An approval. What is refunded is the request's word, never the approver's. */
export interface ApprovalInput {
  merchantId: string
  refundRequestId: string
  /** The admin who approves. Volatile: two who approve at once, or one who presses twice, are one approval. */
  by: Actor
}

/**
 * The approval of a refund request, and its refund: one commit begins both, so neither is without the other. The limits of operators do not
 * apply; two admins have decided. The database refuses an approval by the one who asked, one that is not of two admins, and one by an admin of
 * less than 24 hours.
 */
export const APPROVED_REFUND: RefundBeginning<ApprovalInput> = {
  volatile: ['by'],
  begin: (deps) => (input, ids, claim) => takeApproved(input, ids, claim, deps),
  whyRefused,
}

function takeApproved(
  { merchantId, refundRequestId, by }: ApprovalInput,
  ids: Ids,
  claim: ClaimRows,
  deps: BeginDeps,
): SqlBegin {
  // Both rows are locked before they are read: a withdrawal, or another refund of the payment, is before this or after it.
  const taken = claimedPart(
    'taken',
    claimedSql`
      SELECT p.merchant_id, p.id, p.currency, p.gateway_ref, p.gateway_account, ${REFUNDABLE} AS refundable, r.amount AS wanted, r.reason
      FROM ${claim}, refund_request r JOIN payment p ON (p.merchant_id, p.id) = (r.merchant_id, r.payment_id)
      WHERE r.merchant_id = ${merchantId}::uuid AND r.id = ${refundRequestId}::uuid AND r.status = 'open' AND r.expires_at > now()
        AND r.actor <> ${by.name} AND p.status = 'succeeded' AND may_approve_refunds(r.merchant_id, ${by.name})
        AND EXISTS (SELECT FROM operator a WHERE a.merchant_id = r.merchant_id AND 'operator:' || a.id = r.actor AND a.role = 'admin')
      FOR NO KEY UPDATE OF p, r`,
  )
  const { refund, parts } = insertedRefund(taken.rows, ids, { by, reason: sql`reason` }, deps)
  const approved = claimedPart(
    'approved',
    claimedSql`
      UPDATE refund_request r SET status = 'approved', ${decidedBy(by)} FROM ${refund.rows}
      WHERE r.merchant_id = ${merchantId}::uuid AND r.id = ${refundRequestId}::uuid RETURNING 1`,
  )
  const entry = { id: deps.newId(), by, action: 'refund-request.approved', subject: refundRequestId }
  const detail = sql`'refund ' || id || ', ' || amount || ' ' || currency || ' of payment ' || "paymentId"`
  return {
    name: 'refund',
    prior: [
      taken,
      ...parts,
      approved,
      countedRefund(refund.rows, by, refundRequestId),
      claimedPart('audited_approval', insertAudit(entry, detail, refund.rows)),
    ],
    sql: claimedSql`SELECT * FROM ${refund.rows}`,
  }
}

/** Whether this operator has been an admin for 24 hours: nobody makes the second admin whom they need. */
async function mayApprove(db: Db, merchantId: string, by: Actor): Promise<boolean> {
  const row = z.strictObject({ may: z.boolean() })
  const found = await firstRow(
    db,
    row,
    sql`SELECT may_approve_refunds(${merchantId}::uuid, ${by.name}) AS may`,
  )
  return found?.may ?? false
}

async function whyRefused(db: Db, { merchantId, refundRequestId, by }: ApprovalInput): Promise<Refusal> {
  const request = await findRefundRequest(db, merchantId, refundRequestId)
  if (!request) return { kind: 'problem', problem: NO_REQUEST }
  const ended = whyNotOpen(request)
  if (ended) return { kind: 'problem', problem: ended }
  if (request.actor === by.name) {
    const detail = 'This is your own request. Another admin must approve it.'
    return { kind: 'problem', problem: { kind: 'forbidden', detail } }
  }
  if (!(await mayApprove(db, merchantId, by))) {
    const detail =
      'You have been an admin for less than 24 hours. Another admin can approve this request, or you can then.'
    return { kind: 'problem', problem: { kind: 'forbidden', detail } }
  }
  const { paymentId, amount, currency } = request
  const counted = await refundedByOperators(db, { merchantId, paymentId, actor: by.name })
  if (!counted) return whyNotRefundable(db, { merchantId, paymentId, amount: null })
  if (amount > counted.refundable)
    return { kind: 'problem', problem: noLongerFits(amount, counted.refundable, currency) }
  const problem = await whyBelowLimit(db, { merchantId, currency, amountMinor: amount })
  if (problem) return { kind: 'problem', problem }
  const detail = 'The one who made this request is no longer an admin. Reject it.'
  return { kind: 'problem', problem: { kind: 'forbidden', detail } }
}
