import type { Foresight, Ids, UnstoredRefusal } from '@payonce/idempotency'
import type { Problem } from '@payonce/idempotency/problems'
import { type ClaimRows, claimedPart, claimedSql, type SqlBegin } from '@payonce/idempotency/sql'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { showId } from '@/lib/id'
import { formatMoney } from '@/lib/money'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { insertAudit } from '@/platform/audit'
import { type Db, firstRow, sql } from '@/platform/db'
import { begunEndOf, type EndKind } from './authorisation-store'
import { wouldPost } from './charge'
import { PAYMENT_STATUSES } from './payment'
import type { WouldDo } from './would-do'

/** The request of a capture or a void, parsed. */
export interface EndInput {
  merchantId: string
  paymentId: string
  /** What is to be captured, in minor units. Absent: the whole; always so of a void. */
  amount?: number | undefined
  /** Who asks for it. Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor | undefined
}

/**
 * The payment's row is locked, and its status asked again under the lock; of two at once the unique index lets one begin. A capture begins only in its
 * time, by the database's clock, and of no more than is authorised; a void whenever the payment is open.
 */
export function beginEnd(
  { merchantId, paymentId, amount, by }: EndInput,
  kind: EndKind,
  ids: Ids,
  claim: ClaimRows,
  newId: () => string,
): SqlBegin {
  const wanted = sql`${amount ?? null}::bigint`
  const open = claimedPart(
    'open_payment',
    claimedSql`
      SELECT p.merchant_id, p.id, p.amount, p.currency
      FROM ${claim}, payment p JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid AND p.status = 'authorised'
        AND (${kind}::text <> 'capture' OR a.capture_before > now()) AND (${wanted} IS NULL OR ${wanted} <= p.amount)
      FOR NO KEY UPDATE OF p`,
  )
  const begun = claimedPart(
    'begun_end',
    claimedSql`
      INSERT INTO authorisation_end (merchant_id, id, payment_id, record_id, kind, amount, ${ACTOR_COLUMNS})
      SELECT merchant_id, ${ids.subjectId}::uuid, id, ${ids.recordId}, ${kind}, ${wanted}, ${actorValues(by)} FROM ${open.rows}
      ON CONFLICT (merchant_id, payment_id) DO NOTHING
      RETURNING merchant_id, merchant_id::text AS "merchantId", id, payment_id, kind, amount, created_at`,
  )
  const traced = claimedPart(
    'traced',
    claimedSql`SELECT e."merchantId", coalesce(e.amount, o.amount) AS amount, o.currency FROM ${begun.rows} e JOIN ${open.rows} o ON o.id = e.payment_id`,
  )
  const entry = { id: newId(), by, action: `payment.${kind}`, subject: paymentId }
  const audited = claimedPart('audited', insertAudit(entry, sql`amount || ' ' || currency`, traced.rows))
  return { name: 'authorisation-end', prior: [open, begun, traced, audited], sql: begunEndOf(begun.rows) }
}

const openPayment = z.strictObject({
  status: z.enum(PAYMENT_STATUSES),
  amount: z.bigint(),
  currency: z.string(),
  late: z.boolean().nullable(),
  underWay: z.enum(['sending', 'unknown']).nullable(),
})

/** Why neither a capture nor a void of the payment began. Where it would begin now, what stood in its way has ended since: it is tried once more. */
export async function whyNotEnded(db: Db, input: EndInput, kind: EndKind): Promise<UnstoredRefusal> {
  return refusalOf(input, kind, await readOpen(db, input)) ?? { kind: 'busy' }
}

/** What a capture or a void would do now. Nothing is written. */
export async function foreseeEnd(db: Db, input: EndInput, kind: EndKind): Promise<Foresight<WouldDo>> {
  const found = await readOpen(db, input)
  const refusal = refusalOf(input, kind, found)
  if (refusal || !found) return { refusal: refusal ?? NO_PAYMENT }
  const { merchantId, paymentId: id } = input
  const { amount, currency } = found
  const minor = kind === 'capture' ? BigInt(input.amount ?? amount) : amount
  const [request, status, state] =
    kind === 'capture'
      ? (['capture', 'succeeded', 'posted'] as const)
      : (['release', 'voided', 'voided'] as const)
  return {
    would: {
      bank: { request, minor, currency },
      outcome: { resource: 'payment', id, status, minor, currency },
      postings: [wouldPost(merchantId, state, minor, currency)],
    },
  }
}

type OpenPayment = z.infer<typeof openPayment>

function readOpen(
  db: Db,
  { merchantId, paymentId }: Pick<EndInput, 'merchantId' | 'paymentId'>,
): Promise<OpenPayment | null> {
  return firstRow(
    db,
    openPayment,
    sql`
      SELECT p.status, p.amount, p.currency, a.capture_before <= now() AS late, e.status AS "underWay"
      FROM payment p LEFT JOIN authorisation a ON a.merchant_id = p.merchant_id AND a.payment_id = p.id
      LEFT JOIN authorisation_end e ON e.merchant_id = p.merchant_id AND e.payment_id = p.id AND e.status IN ('sending', 'unknown')
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
}

const NO_PAYMENT = {
  kind: 'problem',
  problem: { kind: 'not-found', detail: 'There is no such payment.' },
} as const

/** Null: nothing is in the way. The same conditions as of `beginEnd`. */
function refusalOf(
  { paymentId, amount }: EndInput,
  kind: EndKind,
  found: OpenPayment | null,
): UnstoredRefusal | null {
  if (!found) return NO_PAYMENT
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
  const tooLate = found.late && kind === 'capture'
  if (found.status === 'authorised' && !tooLate)
    return BigInt(amount ?? 0) > found.amount
      ? { kind: 'problem', problem: aboveAuthorised(found.amount, found.currency) }
      : null
  const detail =
    found.status === 'authorised'
      ? 'The time to capture this payment has passed. Nothing was charged.'
      : `Only an authorised payment can be captured or voided. The status of this one is ${found.status}.`
  return { kind: 'problem', problem: { kind: 'not-capturable', detail, facts } }
}

function aboveAuthorised(authorised: bigint, currency: string): Problem {
  const detail = `At most ${formatMoney(authorised, currency)} of this payment can be captured: so much is authorised. Nothing was charged.`
  return { kind: 'validation', detail, facts: { errors: [{ pointer: '/amount', detail }] } }
}
