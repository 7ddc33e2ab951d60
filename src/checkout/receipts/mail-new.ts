import { z } from 'zod'
import { isPassing } from '@/idempotency/stores/prisma-errors'
import { SYSTEM } from '@/platform/audit'
import { type Db, rows, sql } from '@/platform/db'
import {
  insertMailOnce,
  insertReceiptMail,
  MAILED_COLUMNS,
  mailedReceipt,
  type PreparedReceipt,
  prepareReceipt,
  type ReceiptMails,
} from './mail'

/** Events of one look. 100: at most 200 small writes in one commit, and the next look follows at once while there are more. */
export const EVENTS_MAX = 100
/** 60 s for the commit of a look: with a slow database it takes longer than Prisma's 5 s, and would be undone and done again for ever. */
const COMMIT_MS = 60_000
/** A receipt by itself is for a payment of now: after a worker was away for longer, the shopper asks for it. */
const STILL_NEW = sql`interval '3 days'`

const looked = z.strictObject({
  /** Of the cursor, as texts: they may pass 2^53. */
  fromXid: z.string(),
  fromEvent: z.string(),
  xid: z.string(),
  eventId: z.string(),
  /** The payment whose receipt is to be sent; null: this event is of no such payment. */
  due: z.strictObject(mailedReceipt).nullable(),
})

/**
 * Writes the receipts of payments that have succeeded since the last look, for merchants who have chosen it and where the shopper's address is
 * known. One commit has the mails, what they say, and the cursor: a process that dies before it has written nothing, and one that comes second
 * changes nothing. The row of a payment's mail is there at most once, so that events that are read again write no second one. A receipt that cannot
 * be made while another one of the same look can is reported and left out, so that it does not keep all others waiting. Where none can be made,
 * nothing is left out: the fault is not that receipt's.
 * @param mode of the installation: its secret made the codes
 * @returns the events that were looked at
 */
export async function mailNewReceipts(mails: ReceiptMails, mode: 'test' | 'live'): Promise<number> {
  const { db, newId } = mails
  const events = await nextEvents(db, mode)
  const [first, last] = [events[0], events.at(-1)]
  if (!first || !last) return restart(db, mode)
  const written: { paymentId: string; receipt: PreparedReceipt }[] = []
  const failed: { paymentId: string; error: unknown }[] = []
  for (const { due } of events) {
    if (!due?.email) continue
    const mail = { id: newId(), recipient: due.email }
    try {
      const receipt = await prepareReceipt(mails, due, mail)
      if (receipt) written.push({ paymentId: due.paymentId, receipt })
    } catch (error) {
      // With the database away, the next look reads the same events.
      if (isPassing(error)) throw error
      failed.push({ paymentId: due.paymentId, error })
    }
  }
  if (failed[0] && written.length === 0) throw failed[0].error
  for (const { paymentId, error } of failed) mails.onUnwritten(paymentId, error)
  await db.$transaction(
    async (tx) => {
      const moved = await tx.$executeRaw(sql`
      UPDATE receipt_cursor SET xid = ${last.xid}::bigint, event_id = ${last.eventId}::uuid
      WHERE mode = ${mode} AND xid = ${first.fromXid}::bigint AND event_id = ${first.fromEvent}::uuid`)
      if (moved === 0) return
      for (const { paymentId, receipt } of written) {
        const noted = await tx.$executeRaw(
          insertReceiptMail(receipt, paymentId, SYSTEM, { number: sql`0::smallint` }),
        )
        if (noted > 0) await tx.$executeRaw(insertMailOnce(receipt.mail))
      }
    },
    { timeout: COMMIT_MS },
  )
  return events.length
}

/** The next events behind the cursor. Those of transactions that still run, and all that began after the oldest of these, are left for later. */
function nextEvents(db: Db, mode: 'test' | 'live') {
  return rows(
    db,
    looked,
    sql`
      WITH at AS MATERIALIZED (
        SELECT c.xid, c.event_id, CASE WHEN c.xid > h.horizon THEN 9223372036854775807 ELSE h.horizon END AS until
        FROM receipt_cursor c, (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS horizon) h WHERE c.mode = ${mode}),
      next AS MATERIALIZED (
        SELECT e.* FROM outbox_event e
        WHERE e.xid >= (SELECT xid FROM at) AND e.xid < (SELECT until FROM at)
          AND (e.xid > (SELECT xid FROM at) OR e.id > (SELECT event_id FROM at))
        ORDER BY e.xid, e.id LIMIT ${EVENTS_MAX}::int)
      SELECT at.xid::text AS "fromXid", at.event_id::text AS "fromEvent", e.xid::text, e.id::text AS "eventId", due.receipt AS due
      FROM at, next e LEFT JOIN LATERAL (
        SELECT to_jsonb(one) AS receipt FROM (
          SELECT ${MAILED_COLUMNS}
          FROM receipt_rule r JOIN merchant m ON m.id = r.merchant_id AND m.mode = ${mode}
          JOIN payment p ON p.merchant_id = e.merchant_id AND p.id = e.subject_id
          JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id
          WHERE r.merchant_id = e.merchant_id AND r.by_mail AND e.type = 'payment.succeeded' AND e.created_at >= r.since
            AND e.created_at > now() - ${STILL_NEW} AND o.customer_email ~ '^[^[:cntrl:][:space:]]+@[^[:cntrl:][:space:]]+$'
            -- What was typed with another attempt may be somebody else's address.
            AND (o.email_record IS NULL OR o.email_record = p.record_id)
            AND NOT EXISTS (SELECT FROM receipt_mail s WHERE s.merchant_id = p.merchant_id AND s.payment_id = p.id AND s.number = 0)
        ) one) due ON true
      ORDER BY e.xid, e.id`,
  )
}

/** A database that was restored counts its transactions anew: with nothing behind the cursor, it then begins at zero. */
async function restart(db: Db, mode: 'test' | 'live'): Promise<number> {
  await db.$executeRaw(sql`
    UPDATE receipt_cursor SET xid = 0, event_id = '00000000-0000-0000-0000-000000000000'
    WHERE mode = ${mode} AND xid > pg_snapshot_xmin(pg_current_snapshot())::text::bigint`)
  return 0
}
