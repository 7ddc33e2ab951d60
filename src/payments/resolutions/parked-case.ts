import { z } from 'zod'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'

export const RESOLUTION_KINDS = ['payment', 'refund', 'surplus', 'stray'] as const
/** What is parked: a payment, a refund, a charge beyond its payment, a charge under a key that we do not know. */
export type ResolutionKind = (typeof RESOLUTION_KINDS)[number]

const facts = z.strictObject({
  /** In minor units of `currency`, as text: JSON's numbers lose the last digits of large amounts. */
  amount: z.string(),
  currency: z.string(),
  /** Why it is parked, or of a stray charge why the bank refused to give it back; null: nobody knows the charge. */
  reason: z.string().nullable(),
  since: z.string(),
  /** Grows each time it is taken up again: a fence, or a count of tries. */
  turn: z.int(),
  /** Charges of the bank's list that are about it. */
  charges: z.array(
    z.strictObject({ ref: z.string(), amount: z.string(), refunded: z.string(), currency: z.string() }),
  ),
})

const caseRow = z.strictObject({
  paymentId: z.string().nullable(),
  facts: z.string(),
  /** Digest of the facts: what a person saw when they proposed an end. */
  shown: z.string(),
  recordId: z.string().nullable(),
  operation: z.string().nullable(),
})

/** Which parked thing. `subject`: a UUID, or the bank's reference of a charge. */
export interface CaseId {
  merchantId: string
  kind: ResolutionKind
  subject: string
  /** Whether charges at the installation's account of the bank that no payment explains are this merchant's. */
  ownsInstallation: boolean
}

/** Something parked, as it is now. */
export interface ParkedCase extends Omit<z.infer<typeof caseRow>, 'facts'> {
  kind: ResolutionKind
  subject: string
  facts: z.infer<typeof facts>
}

/** Reads what is known; null: it is not parked (any more), or not this merchant's. */
export async function findCase(db: Db, id: CaseId): Promise<ParkedCase | null> {
  const { kind, subject } = id
  const found = await firstRow(
    db,
    caseRow,
    sql`
      SELECT c.payment_id::text AS "paymentId", c.facts, md5(c.facts) AS shown, c.record_id AS "recordId", c.operation
      FROM ${caseRows(id)} c`,
  )
  return found && { ...found, kind, subject, facts: facts.parse(JSON.parse(found.facts)) }
}

/** FROM item: one row while it is parked, with `payment_id`, `currency`, `facts` (text), `record_id` and `operation`. */
export function caseRows(id: CaseId): Sql {
  const { merchantId, kind, subject } = id
  switch (kind) {
    case 'payment':
      return sql`(
        SELECT p.id AS payment_id, p.currency, p.record_id, r.operation,
          ${factsOf(sql`p.amount`, sql`p.currency`, PARKED_RECORD, listedUnderKey)} AS facts
        FROM payment p JOIN idempotency_record r ON (r.merchant_id, r.id) = (p.merchant_id, p.record_id)
        WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${subject}::uuid AND r.state = 'unknown' AND r.parked_at IS NOT NULL
          AND p.status IN ('sending', 'unknown', 'requires_action'))`
    case 'refund':
      return sql`(
        SELECT f.payment_id, f.currency, f.record_id, r.operation, ${factsOf(sql`f.amount`, sql`f.currency`, PARKED_RECORD, sql`'[]'::jsonb`)} AS facts
        FROM refund f JOIN idempotency_record r ON (r.merchant_id, r.id) = (f.merchant_id, f.record_id)
        WHERE f.merchant_id = ${merchantId}::uuid AND f.id = ${subject}::uuid AND r.state = 'unknown' AND r.parked_at IS NOT NULL
          AND f.status IN ('sending', 'unknown'))`
    case 'surplus':
      return sql`(
        SELECT s.payment_id, s.currency, NULL::text AS record_id, NULL::text AS operation,
          ${factsOf(sql`s.amount`, sql`s.currency`, PARKED_SURPLUS, itself(sql`s.gateway_ref`, sql`0`))} AS facts
        FROM surplus_charge s WHERE s.merchant_id = ${merchantId}::uuid AND s.gateway_ref = ${subject} AND s.status = 'parked')`
    case 'stray':
      return sql`(
        SELECT NULL::uuid AS payment_id, o.currency, NULL::text AS record_id, NULL::text AS operation,
          ${factsOf(sql`o.amount`, sql`o.currency`, NOTICED, itself(sql`o.gateway_ref`, sql`o.refunded`))} AS facts
        FROM open_charge o WHERE o.gateway_ref = ${subject} AND ${strayOf(id)})`
  }
}

/** Statement that keeps everybody else from moving it until the commit ends. */
export function lockCase({ merchantId, kind, subject }: CaseId): Sql {
  switch (kind) {
    case 'payment':
    case 'refund':
      return sql`
        SELECT FROM idempotency_record WHERE merchant_id = ${merchantId}::uuid AND subject_id = ${subject}::uuid
          AND id = (SELECT record_id FROM ${kind === 'payment' ? sql`payment` : sql`refund`} WHERE merchant_id = ${merchantId}::uuid AND id = ${subject}::uuid)
        FOR UPDATE`
    case 'surplus':
      return sql`SELECT FROM surplus_charge WHERE merchant_id = ${merchantId}::uuid AND gateway_ref = ${subject} FOR UPDATE`
    case 'stray':
      return sql`SELECT FROM open_charge WHERE gateway_ref = ${subject} FOR UPDATE`
  }
}

const strayRow = z.strictObject({
  ref: z.string(),
  amount: z.bigint(),
  refunded: z.bigint(),
  currency: z.string(),
  chargedAt: z.date(),
})

/** Charges under keys that we do not know, oldest first. 50: a page that a person reads. */
export function straysOf(db: Db, owner: Pick<CaseId, 'merchantId' | 'ownsInstallation'>) {
  return rows(
    db,
    strayRow,
    sql`
      SELECT o.gateway_ref AS ref, o.amount, o.refunded, o.currency, o.charged_at AS "chargedAt"
      FROM open_charge o WHERE ${strayOf(owner)} ORDER BY o.charged_at, o.gateway_ref LIMIT 50`,
  )
}

/** Of the merchant whose account at the bank it is. */
function strayOf({ merchantId, ownsInstallation }: Pick<CaseId, 'merchantId' | 'ownsInstallation'>): Sql {
  return sql`o.status = 'stray' AND CASE WHEN o.gateway_account IS NULL THEN ${ownsInstallation}
    ELSE EXISTS (SELECT FROM gateway_account a WHERE a.name = o.gateway_account AND a.merchant_id = ${merchantId}::uuid) END`
}

interface Parked {
  reason: Sql
  since: Sql
  turn: Sql
}

const PARKED_RECORD: Parked = { reason: sql`r.parked_reason`, since: sql`r.parked_at`, turn: sql`r.fence` }
const PARKED_SURPLUS: Parked = { reason: sql`s.reason`, since: sql`s.settled_at`, turn: sql`s.tries` }
/** Why the bank did not give it back, where two admins had decided so. A try is no new fact. */
const NOTICED: Parked = {
  reason: sql`(
    SELECT s.reason FROM stray_return s WHERE s.gateway_ref = o.gateway_ref AND s.status = 'refused' ORDER BY s.settled_at DESC LIMIT 1)`,
  since: sql`o.noticed_at`,
  turn: sql`(SELECT count(*) FROM stray_return s WHERE s.gateway_ref = o.gateway_ref)`,
}

/** Text of one JSON: equal facts are equal text, whatever a session's time zone is. */
function factsOf(amount: Sql, currency: Sql, { reason, since, turn }: Parked, charges: Sql): Sql {
  return sql`jsonb_build_object('amount', (${amount})::text, 'currency', ${currency}, 'reason', ${reason}, 'turn', ${turn},
    'since', to_char(${since} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'charges', ${charges})::text`
}

const listedUnderKey = sql`coalesce((
  SELECT jsonb_agg(jsonb_build_object('ref', o.gateway_ref, 'amount', o.amount::text, 'refunded', o.refunded::text, 'currency', o.currency) ORDER BY o.gateway_ref)
  FROM open_charge o WHERE o.gateway_key = p.gateway_key AND o.gateway_account IS NOT DISTINCT FROM p.gateway_account), '[]'::jsonb)`

function itself(ref: Sql, refunded: Sql): Sql {
  return sql`jsonb_build_array(jsonb_build_object('ref', ${ref}, 'amount', amount::text, 'refunded', (${refunded})::text, 'currency', currency))`
}
