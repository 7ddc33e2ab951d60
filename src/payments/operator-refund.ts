import type { Ids, Refusal } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import {
  type ClaimedPart,
  type ClaimRows,
  claimedPart,
  claimedSql,
  type SqlBegin,
} from '@payonce/idempotency/sql'
import type { Actor } from '@/lib/actor'
import { formatMoney } from '@/lib/money'
import { type Db, sql } from '@/platform/db'
import { type BeginDeps, insertedRefund, type RefundBeginning, takenPayment } from './refund'
import { type Allowance, type RefundedByOperators, refundedByOperators } from './refund-limits'
import { whyNotRefundable } from './refundable'

/** Refusals name what would allow the refund. */
export type RefundNeeds = 'admin' | 'confirmation' | 'approval'

/** The request of an operator, parsed. `amount` in minor units. */
export interface OperatorRefundInput {
  merchantId: string
  paymentId: string
  amount: number
  reason: string | null
  /** The operator. Volatile, as are the limits of the moment: a retry is the same request. */
  by: Actor
  allowance: Allowance
  /** What a refund above the allowance needs. */
  above: RefundNeeds
}

/** A refund from the dashboard, within the operator's limits (`refund-limits.ts`). The database counts in the statement that begins it. */
export const OPERATOR_REFUND: RefundBeginning<OperatorRefundInput> = {
  volatile: ['by', 'allowance', 'above'],
  begin: (deps) => (input, ids, claim) => takeWithinLimits(input, ids, claim, deps),
  whyRefused,
}

function takeWithinLimits(input: OperatorRefundInput, ids: Ids, claim: ClaimRows, deps: BeginDeps): SqlBegin {
  const { by, allowance } = input
  const taken = takenPayment(input, claim)
  const allowed = sql`
    operator_may_refund(merchant_id, id, ${by.name}, currency, wanted, ${allowance.payment}::bigint, ${allowance.day}::bigint)`
  const reason = sql`${input.reason}`
  const { refund, parts } = insertedRefund(taken.rows, ids, { by, reason, allowed }, deps)
  const counted = countedRefund(refund.rows, by, null)
  return { name: 'refund', prior: [taken, ...parts, counted], sql: claimedSql`SELECT * FROM ${refund.rows}` }
}

/** The refund's row among those of operators. @param refundRequestId the request that it was approved by */
export function countedRefund(refund: ClaimRows, by: Actor, refundRequestId: string | null): ClaimedPart {
  return claimedPart(
    'counted',
    claimedSql`
      INSERT INTO operator_refund (merchant_id, refund_id, payment_id, actor, amount, currency, refund_request_id)
      SELECT "merchantId"::uuid, id::uuid, "paymentId"::uuid, ${by.name}, amount, currency, ${refundRequestId}::uuid
      FROM ${refund} RETURNING 1`,
  )
}

async function whyRefused(db: Db, input: OperatorRefundInput): Promise<Refusal> {
  const { merchantId, paymentId, amount } = input
  const counted = await refundedByOperators(db, { merchantId, paymentId, actor: input.by.name })
  if (!counted || BigInt(amount) > counted.refundable) return whyNotRefundable(db, input)
  const { allowance } = input
  const isAllowed =
    counted.payment + BigInt(amount) <= allowance.payment && counted.day + BigInt(amount) <= allowance.day
  return isAllowed ? whyNotRefundable(db, input) : { kind: 'problem', problem: aboveLimit(counted, input) }
}

function aboveLimit(
  counted: RefundedByOperators,
  { amount, allowance, above }: OperatorRefundInput,
): Problem {
  const facts = { needs: above }
  if (above === 'confirmation') {
    const detail = 'Confirm with your password that it is you. Nothing was refunded yet.'
    return { kind: 'step-up-required', detail, facts }
  }
  const money = (minor: bigint | number) => formatMoney(minor, counted.currency)
  const ofPayment = counted.payment + BigInt(amount) > allowance.payment
  const limit = ofPayment
    ? `At most ${money(allowance.payment)} of one payment; operators have refunded ${money(counted.payment)} of this one.`
    : `At most ${money(allowance.day)} within 24 hours; you have refunded ${money(counted.day)}.`
  const remedy = above === 'admin' ? 'Ask an admin.' : 'Request the approval of another admin.'
  return { kind: 'forbidden', detail: `This is above what you may refund. ${limit} ${remedy}`, facts }
}
