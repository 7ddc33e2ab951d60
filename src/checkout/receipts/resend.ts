import type { Problem } from '@payonce/idempotency/problems'
import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, rows, sql } from '@/platform/db'
import {
  findMailedReceipt,
  insertMailOnce,
  insertReceiptMail,
  prepareReceipt,
  type ReceiptMails,
} from './mail'

/** Receipts of one payment that operators may send again within 24 hours. 5: a shopper mistypes their address a few times. */
export const RESENDS_PER_PAYMENT = 5
/** Receipts that operators of a merchant may send again within 24 hours. 200: a busy support desk; as a way to send mails to strangers it is little. */
export const RESENDS_PER_DAY = 200

/** A receipt that is to be sent once more. */
export interface Resend {
  merchantId: string
  paymentId: string
  /** Made by the page, so that a double press or a retry sends one mail. It is also the mail's id. */
  id: string
  /** Null: the address that is known. */
  to: string | null
}

/**
 * Sends a payment's receipt once more, as it stands now. The mail, what it says, and the entry of the audit log are one commit.
 * @returns the problem; null: the mail is in the queue, also by an earlier try under this id
 */
export async function resendReceipt(mails: ReceiptMails, asked: Resend, by: Actor): Promise<Problem | null> {
  const { db, newId } = mails
  const { merchantId, paymentId, id } = asked
  const about = await findMailedReceipt(db, merchantId, paymentId)
  if (!about) return { kind: 'not-found', detail: 'There is no such payment.' }
  const recipient = asked.to ?? about.email
  if (recipient === null) return validation('The shopper’s address is not known. Write one.')
  const before = await sentBefore(db, asked)
  if (before) return before.same ? null : REUSED
  const receipt = await prepareReceipt(mails, about, { id, recipient })
  if (!receipt) return validation('This payment has not succeeded, so it has no receipt to send.')
  const condition = sql`
    (SELECT count(*) FROM receipt_mail r WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.id AND r.number > 0 AND ${TODAY}) < ${RESENDS_PER_PAYMENT}::int
    AND (SELECT count(*) FROM receipt_mail r WHERE r.merchant_id = p.merchant_id AND r.number > 0 AND ${TODAY}) < ${RESENDS_PER_DAY}::int`
  const number = sql`(
    SELECT greatest(coalesce(max(r.number), 0) + 1, 1)::smallint FROM receipt_mail r WHERE r.merchant_id = p.merchant_id AND r.payment_id = p.id)`
  const detail = `to ${masked(recipient)}${asked.to === null || asked.to === about.email ? '' : ', which the operator wrote'}`
  const { committed } = await commit(db, [
    { name: 'receipt-mail', rows: 1, sql: insertReceiptMail(receipt, paymentId, by, { number, condition }) },
    { name: 'mail', rows: 1, sql: insertMailOnce(receipt.mail) },
    audit({ merchantId, id: newId(), by, action: 'receipt.sent', subject: paymentId, detail }),
  ])
  if (committed) return null
  const meanwhile = await sentBefore(db, asked)
  if (meanwhile) return meanwhile.same ? null : REUSED
  return LIMITED
}

const TODAY = sql`r.created_at > now() - interval '24 hours'`

function validation(detail: string): Problem {
  return { kind: 'validation', detail }
}

const REUSED: Problem = {
  kind: 'key-reused',
  detail: 'This receipt was sent for another payment. Reload the page.',
}

const LIMITED: Problem = {
  kind: 'rate-limited',
  detail: `Nothing was sent. Receipts can be sent again ${RESENDS_PER_PAYMENT} times a day for a payment, and ${RESENDS_PER_DAY} times a day in all; or a colleague sent this one at the same moment.`,
  retryAfterSeconds: 60,
}

function sentBefore(db: Db, { merchantId, paymentId, id }: Resend) {
  return firstRow(
    db,
    z.strictObject({ same: z.boolean() }),
    sql`
      SELECT payment_id = ${paymentId}::uuid AS same FROM receipt_mail WHERE merchant_id = ${merchantId}::uuid AND id = ${id}::uuid`,
  )
}

/** An address as logs that are kept for ever may have it: enough for who knows it to recognise it. */
export function masked(email: string): string {
  const at = email.lastIndexOf('@')
  return `${email.slice(0, 1)}…${email.slice(Math.max(at, 1))}`
}

const sentRow = z.strictObject({
  number: z.int(),
  at: z.date(),
  actor: z.string(),
  address: z.string().nullable(),
  requestId: z.string().nullable(),
})
/** A mail with a receipt. */
export type SentReceipt = z.infer<typeof sentRow>

/** The mails with a payment's receipt, newest first. 20: more than a payment gets in days. */
export function receiptMailsOf(db: Db, merchantId: string, paymentId: string): Promise<SentReceipt[]> {
  return rows(
    db,
    sentRow,
    sql`
      SELECT number, created_at AS at, actor, address, request_id AS "requestId" FROM receipt_mail
      WHERE merchant_id = ${merchantId}::uuid AND payment_id = ${paymentId}::uuid ORDER BY number DESC LIMIT 20`,
  )
}
