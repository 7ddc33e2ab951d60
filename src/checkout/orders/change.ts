import type { Answer, Foresight, Operation, UnstoredRefusal } from '@payonce/idempotency'
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
import { LIVE, PAYMENT_STATUSES, type PaymentStatus } from '@/payments/payment'
import type { WouldDo } from '@/payments/would-do'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import { auditParked, insertAudit } from '@/platform/audit'
import { type Db, firstRow, joinSql, type Sql, sql } from '@/platform/db'
import { emitUnderClaim } from '@/platform/outbox'
import { IS_OPEN, LINE_COLUMNS, linesOf, ORDER_STATUS, ORDER_STATUSES, totalOf } from '../order'
import { orderClosed } from '../order-closed'
import { type OrderRow, openUntil, readChangedOrder, wouldBe } from '../place-order'
import type { Item } from '../totals'

/** Versions of one order. 300: more than anybody edits a basket, and its lines keep their places (`LINES_MAX`). */
export const VERSIONS_MAX = 300
/** Lines of one version (`newOrder` of schema.ts): the lines of version 2 have the places from 101. */
const LINES_MAX = 100

interface EndOrder {
  merchantId: string
  orderId: string
  /** The version that the caller has read; null: whatever it is at. */
  version: number | null
  /** Volatile: a retry with another API key, or from another address, is the same request. */
  by?: Actor | undefined
}

/** A cancellation, parsed. */
export type CancelOrderInput = EndOrder

/** A change, parsed. What is left out stays. Amounts are in minor units. */
export interface ChangeOrderInput extends EndOrder {
  items?: { name: string; quantity: number; unitAmount: number }[] | undefined
  /** RFC 3339; null: it does not expire any more. */
  expiresAt?: string | null | undefined
}

/** Renders a changed order. The text is stored, so that a replay is the same byte for byte. */
export interface ChangeAnswers {
  changed(order: OrderRow): Answer
  resourceFacts(changeId: string): Facts
}

export interface ChangeDeps {
  name: string
  db: Db
  newId: () => string
  answers: ChangeAnswers
}

const begunChange = z.strictObject({ merchantId: z.string(), id: z.string() })
type BegunChange = z.infer<typeof begunChange>
const BEGUN: Sql = sql`merchant_id::text AS "merchantId", id::text`

export type ChangeOperation<Input extends object> = Operation<Input, BegunChange, OrderRow | null, SqlForm>

/** Changing an order once: its version grows with its items. */
export function changeOrderOperation(deps: ChangeDeps): ChangeOperation<ChangeOrderInput> {
  return operationOf(deps, (input: ChangeOrderInput) => ({ kind: 'changed', ...valuesOf(input) }))
}

/** Cancelling an order once: nobody pays it any more. */
export function cancelOrderOperation(deps: ChangeDeps): ChangeOperation<CancelOrderInput> {
  return operationOf(deps, () => ({ kind: 'cancelled', set: sql`status = 'cancelled'`, lines: null }))
}

interface Change {
  kind: 'changed' | 'cancelled'
  /** What is set of the order `o`. */
  set: Sql
  /** The new lines as JSON; null: they stay. */
  lines: string | null
}

/** Nothing outside is asked: a change that is begun is done, and after a crash its row says what came of it. */
function operationOf<Input extends EndOrder>(
  { name, db, newId, answers }: ChangeDeps,
  changeOf: (input: Input) => Change,
): ChangeOperation<Input> {
  const read = ({ merchantId, id }: BegunChange) => readChangedOrder(db, merchantId, id)
  return {
    name,
    volatile: ['by'],
    begin: (input, { subjectId }, claim) => beginChange(input, changeOf(input), subjectId, claim, newId),
    // The payment that held the order has ended since: try once more.
    whyRefused: async (input) => whyNotChanged(input, await readGuarded(db, input)) ?? { kind: 'busy' },
    ask: read,
    find: read,
    doubt: () => null,
    finish: (_, order) =>
      order
        ? { to: 'completed', answer: answers.changed(order), writes: [] }
        : // The database went away between the two commits: the row exists, and is read again.
          { to: 'unknown', answer: null, writes: [], retryInMs: 1_000 },
    recall: (merchantId, changeId) =>
      firstRow(
        db,
        begunChange,
        sql`SELECT ${BEGUN} FROM order_change WHERE merchant_id = ${merchantId}::uuid AND id = ${changeId}::uuid`,
      ),
    resourceFacts: answers.resourceFacts,
    parkWrites: ({ merchantId, recordId }, reason) => [auditParked(merchantId, newId(), recordId, reason)],
  }
}

/** @throws OrderRefused when the items have no valid total */
function valuesOf({ items, expiresAt }: ChangeOrderInput): Pick<Change, 'set' | 'lines'> {
  const expiry = expiresAt === undefined ? [] : [sql`expires_at = ${expiresAt}::timestamptz`]
  if (!items) return { set: joinSql([sql`version = o.version`, ...expiry]), lines: null }
  const lines = linesIn(items)
  const set = [sql`amount = ${totalOf(lines)}::bigint`, sql`version = o.version + 1`, ...expiry]
  return { set: joinSql(set), lines: linesOf(lines) }
}

function linesIn(items: NonNullable<ChangeOrderInput['items']>): Item[] {
  return items.map((item) => ({ ...item, unitAmount: BigInt(item.unitAmount) }))
}

/**
 * The order's row is locked before the payments are looked at: a payment that was begun meanwhile is seen, and one that begins later sees the order
 * as it is after this (`one_live_payment`, 0102). The row in `order_change` is the last statement's, and the claim's subject.
 */
function beginChange(
  { merchantId, orderId, version, by }: EndOrder,
  { kind, set, lines }: Change,
  changeId: string,
  claim: ClaimRows,
  newId: () => string,
): SqlBegin {
  const open = claimedPart(
    'open_order',
    claimedSql`
      SELECT o.merchant_id, o.id, o.amount, o.version FROM ${claim}, orders o
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${orderId}::uuid AND ${IS_OPEN}
        AND (${version}::int IS NULL OR o.version = ${version}::int) AND o.version < ${VERSIONS_MAX}
      FOR NO KEY UPDATE OF o`,
  )
  const changed = claimedPart(
    'changed_order',
    claimedSql`
      UPDATE orders o SET ${set}, updated_at = now() FROM ${open.rows} was
      WHERE o.merchant_id = was.merchant_id AND o.id = was.id AND order_is_free(was.merchant_id, was.id)
      RETURNING o.merchant_id, o.merchant_id::text AS "merchantId", o.id, o.version, o.amount, o.currency, o.expires_at, was.amount AS before`,
  )
  const listed = claimedPart(
    'listed',
    claimedSql`
      INSERT INTO order_item (merchant_id, order_id, order_version, position, name, quantity, unit_amount)
      SELECT c.merchant_id, c.id, c.version, (c.version - 1) * ${LINES_MAX}::int + item.position, item.name, item.quantity, item.unit_amount
      FROM ${changed.rows} c, jsonb_to_recordset(${lines ?? '[]'}::jsonb) AS item ${LINE_COLUMNS} RETURNING 1`,
  )
  const detail = sql`'version ' || version || ', ' || before || ' → ' || amount || ' ' || currency || coalesce(', expires ' || expires_at, '')`
  const event = {
    id: newId(),
    type: `order.${kind}`,
    payload: orderPayload(kind === 'changed' ? 'open' : kind),
  }
  const entry = { id: newId(), by, action: `order.${kind}`, subject: orderId }
  return {
    name: 'order-change',
    prior: [
      open,
      changed,
      ...(lines ? [listed] : []),
      claimedPart('told', emitUnderClaim(event, changed.rows)),
      claimedPart('audited', insertAudit(entry, detail, changed.rows)),
    ],
    sql: claimedSql`
      INSERT INTO order_change (merchant_id, id, order_id, kind, version, amount, expires_at, ${ACTOR_COLUMNS})
      SELECT merchant_id, ${changeId}::uuid, id, ${kind}, version, amount, expires_at, ${actorValues(by)} FROM ${changed.rows}
      RETURNING ${BEGUN}`,
  }
}

/** The `data` of an order's event, over rows with id, amount, currency and version. */
export function orderPayload(status: 'open' | 'cancelled' | 'expired'): Sql {
  return sql`json_build_object('order', 'ord_' || replace(id::text, '-', ''), 'amount', amount, 'currency', currency, 'version', version, 'status', ${status}::text)::text`
}

/** What a change would do now. Nothing is written. @throws OrderRefused when the items have no valid total */
export async function foreseeChange(db: Db, input: ChangeOrderInput, now: Date): Promise<Foresight<WouldDo>> {
  const order = await readGuarded(db, input)
  const refusal = whyNotChanged(input, order)
  if (refusal || !order) return { refusal: refusal ?? NO_ORDER }
  const { items, expiresAt = order.expiresAt } = input
  const status = openUntil(expiresAt, now)
  const id = input.orderId
  const { currency, version, amount } = order
  return items
    ? { would: wouldBe({ id, status, version: version + 1, minor: totalOf(linesIn(items)), currency }) }
    : { would: wouldBe({ id, status, version, minor: amount, currency }) }
}

/** The same of a cancellation. */
export async function foreseeCancellation(db: Db, input: CancelOrderInput): Promise<Foresight<WouldDo>> {
  const order = await readGuarded(db, input)
  const refusal = whyNotChanged(input, order)
  if (refusal || !order) return { refusal: refusal ?? NO_ORDER }
  const { currency, version, amount: minor } = order
  return { would: wouldBe({ id: input.orderId, status: 'cancelled', version, minor, currency }) }
}

const guardedOrder = z.strictObject({
  status: z.enum(ORDER_STATUSES),
  version: z.int(),
  /** In minor units of `currency`. */
  amount: z.bigint(),
  currency: z.string(),
  expiresAt: z.date().nullable(),
  paymentId: z.string().nullable(),
  paymentStatus: z.enum(PAYMENT_STATUSES).nullable(),
})

type GuardedOrder = z.infer<typeof guardedOrder>

function readGuarded(db: Db, { merchantId, orderId }: EndOrder): Promise<GuardedOrder | null> {
  return firstRow(
    db,
    guardedOrder,
    sql`
      SELECT ${ORDER_STATUS} AS status, o.version, o.amount, o.currency, o.expires_at AS "expiresAt", p.id::text AS "paymentId", p.status AS "paymentStatus"
      FROM orders o LEFT JOIN payment p ON p.merchant_id = o.merchant_id AND p.order_id = o.id AND p.status IN (${joinSql([...LIVE])})
      WHERE o.merchant_id = ${merchantId}::uuid AND o.id = ${orderId}::uuid`,
  )
}

const NO_ORDER = {
  kind: 'problem',
  problem: { kind: 'not-found', detail: 'There is no such order.' },
} as const

/** Null: nothing is in the way. The same conditions as of `beginChange`. */
function whyNotChanged({ version }: EndOrder, order: GuardedOrder | null): UnstoredRefusal | null {
  if (!order) return NO_ORDER
  if (order.paymentStatus === 'succeeded') return { kind: 'problem', problem: orderClosed('paid') }
  if (order.paymentId && order.paymentStatus) return underPayment(order.paymentId, order.paymentStatus)
  if (order.status !== 'open') return { kind: 'problem', problem: orderClosed(order.status) }
  if (version !== null && order.version !== version) return changedMeanwhile(order.version)
  return order.version >= VERSIONS_MAX ? tooManyVersions() : null
}

function underPayment(paymentId: string, status: PaymentStatus): UnstoredRefusal {
  const payment = showId('pay', paymentId)
  const detail = `Payment ${payment} holds this order: ${HOLDS[status]}. Nothing was changed. If it ends unpaid, send the same request again.`
  const facts = { payment, paymentUrl: `/api/v1/payments/${payment}`, paymentStatus: status }
  return { kind: 'problem', problem: { kind: 'order-under-payment', detail, facts } }
}

const HOLDS: Record<PaymentStatus, string> = {
  sending: 'the bank is being asked',
  unknown: 'its outcome is being checked with the bank',
  requires_action: 'the shopper must confirm it at their bank',
  authorised: 'it is authorised, and waits to be captured',
  succeeded: 'it has succeeded',
  declined: 'it has just ended',
  not_charged: 'it has just ended',
  voided: 'it has just ended',
}

function changedMeanwhile(version: number): UnstoredRefusal {
  const detail = `The order is at version ${version} now. Nothing was changed. Read it again, and decide anew.`
  return { kind: 'problem', problem: { kind: 'order-changed', detail, facts: { version } } }
}

function tooManyVersions(): UnstoredRefusal {
  const detail = `An order has at most ${VERSIONS_MAX} versions. Nothing was changed. Place a new order.`
  return { kind: 'problem', problem: { kind: 'validation', detail } }
}
