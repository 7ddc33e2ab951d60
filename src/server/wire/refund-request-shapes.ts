import { z } from 'zod'
import { mayActAs, type Role } from '@/access/operator'
import { showId } from '@/lib/id'
import { REQUEST_STATUSES, type RefundRequestRow } from '@/payments/refund-request'
import { type ActorColumns, actorOut, type ShownActor } from './actor-shapes'
import { refundShape, refundState } from './api-shapes'
import { amount, maybeTime, time } from './json'

export const refundRequestOut = z.object({
  id: z.string(),
  paymentId: z.string(),
  amount: z.int(),
  currency: z.string(),
  reason: z.string(),
  status: z.enum(REQUEST_STATUSES),
  by: actorOut.nullable(),
  /** True: the operator who reads this has made it. They may withdraw it, and not decide it. */
  yours: z.boolean(),
  /** What this operator may do with it now. */
  decisions: z.array(z.enum(['approve', 'reject', 'withdraw'])),
  createdAt: z.string(),
  expiresAt: z.string(),
  decidedBy: actorOut.nullable(),
  decidedAt: z.string().nullable(),
  /** The refund of an approved request, and how it stands. */
  refundId: z.string().nullable(),
  refundStatus: refundShape.shape.status.nullable(),
})

/** The operator who reads: `Actor.name`, role, and how they may see others. */
export interface RequestReader {
  reader: string
  role: Role
  view: (columns: ActorColumns) => ShownActor | null
}

export function showRefundRequest(
  row: RefundRequestRow,
  { reader, role, view }: RequestReader,
): z.infer<typeof refundRequestOut> {
  const { id, currency, reason, status } = row
  const decided = { actor: row.decidedActor, address: row.decidedAddress, requestId: row.decidedRequestId }
  return {
    id,
    currency,
    reason,
    status,
    paymentId: showId('pay', row.paymentId),
    amount: amount(row.amount),
    by: view(row),
    yours: row.actor === reader,
    decisions: status === 'open' && mayActAs(role, 'admin') ? decisionsOf(row.actor === reader) : [],
    createdAt: time(row.createdAt),
    expiresAt: time(row.expiresAt),
    decidedBy: view(decided),
    decidedAt: maybeTime(row.decidedAt),
    refundId: row.refundId && showId('ref', row.refundId),
    refundStatus: row.refundStatus && refundState(row.refundStatus),
  }
}

function decisionsOf(yours: boolean): ('approve' | 'reject' | 'withdraw')[] {
  return yours ? ['withdraw'] : ['approve', 'reject']
}

/** Whom a list of requests names. */
export function actorsOfRequests(rows: readonly RefundRequestRow[]): (string | null)[] {
  return rows.flatMap((row) => [row.actor, row.decidedActor])
}
