import { z } from 'zod'
import { mayActAs } from '@/access/operator'
import { showId } from '@/lib/id'
import { chargeOf, ENDINGS, endingsOf, needsReference } from '@/payments/resolutions/endings'
import { type ParkedCase, RESOLUTION_KINDS } from '@/payments/resolutions/parked-case'
import { RESOLUTION_STATUSES, type ResolutionRow } from '@/payments/resolutions/resolution'
import { actorOut } from './actor-shapes'
import { maybeTime, sum, sumOut, time } from './json'
import type { RequestReader } from './refund-request-shapes'

/** Something parked, with what is known of it, and the ends that are safe. */
export const caseOut = z.object({
  kind: z.enum(RESOLUTION_KINDS),
  /** Its id, or the bank's reference of a charge. */
  subject: z.string(),
  amount: sumOut,
  currency: z.string(),
  reason: z.string().nullable(),
  since: z.string(),
  charges: z.array(z.object({ ref: z.string(), amount: sumOut, refunded: sumOut, currency: z.string() })),
  /** `reference`: the end names the charge or the refund by the bank's reference. */
  endings: z.array(z.object({ ending: z.enum(ENDINGS), reference: z.boolean() })),
  /** The charge of the bank's list that can be the payment's. */
  listedRef: z.string().nullable(),
  /** Sent back with a proposal: it counts only for what was shown. */
  shown: z.string(),
})

export function showCase({ kind, subject, facts, shown }: ParkedCase): z.infer<typeof caseOut> {
  const { amount, currency, reason, since, charges } = facts
  return {
    kind,
    subject: showSubject(kind, subject),
    amount: sum(BigInt(amount)),
    currency,
    reason,
    since: time(new Date(since)),
    charges: charges.map(({ ref, amount, refunded, currency }) => ({
      ref,
      currency,
      amount: sum(BigInt(amount)),
      refunded: sum(BigInt(refunded)),
    })),
    endings: endingsOf({ kind, facts }).map((ending) => ({ ending, reference: needsReference(ending) })),
    listedRef: kind === 'payment' ? chargeOf(facts) : null,
    shown,
  }
}

export const resolutionOut = z.object({
  id: z.string(),
  kind: z.enum(RESOLUTION_KINDS),
  subject: z.string(),
  /** Null: a stray charge that is given back with no payment. */
  paymentId: z.string().nullable(),
  ending: z.enum(ENDINGS),
  bankRef: z.string().nullable(),
  amount: sumOut,
  currency: z.string(),
  evidence: z.string(),
  status: z.enum(RESOLUTION_STATUSES),
  by: actorOut.nullable(),
  /** True: the operator who reads this has made it. They may withdraw it, and not decide it. */
  yours: z.boolean(),
  /** What this operator may do with it now. */
  decisions: z.array(z.enum(['confirm', 'reject', 'withdraw'])),
  createdAt: z.string(),
  expiresAt: z.string(),
  decidedBy: actorOut.nullable(),
  decidedAt: z.string().nullable(),
})

export function showResolution(
  row: ResolutionRow,
  { reader, role, view }: RequestReader,
): z.infer<typeof resolutionOut> {
  const { id, kind, subject, ending, bankRef, currency, evidence, status } = row
  const yours = row.actor === reader
  const decided = { actor: row.decidedActor, address: row.decidedAddress, requestId: row.decidedRequestId }
  return {
    id,
    kind,
    ending,
    bankRef,
    currency,
    evidence,
    status,
    yours,
    subject: showSubject(kind, subject),
    paymentId: row.paymentId === null ? null : showId('pay', row.paymentId),
    amount: sum(BigInt(row.amount)),
    by: view(row),
    decisions: status === 'open' && mayActAs(role, 'admin') ? decisionsOf(yours) : [],
    createdAt: time(row.createdAt),
    expiresAt: time(row.expiresAt),
    decidedBy: view(decided),
    decidedAt: maybeTime(row.decidedAt),
  }
}

function decisionsOf(yours: boolean): ('confirm' | 'reject' | 'withdraw')[] {
  return yours ? ['withdraw'] : ['confirm', 'reject']
}

function showSubject(kind: ParkedCase['kind'], subject: string): string {
  if (kind === 'payment') return showId('pay', subject)
  return kind === 'refund' ? showId('ref', subject) : subject
}
