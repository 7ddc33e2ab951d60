import { z } from 'zod'
import { readId } from '@/lib/id'
import { insertMail, type NewMail } from '@/mail/queue'
import type { Gateway } from '@/payments/gateway'
import { bankList } from '@/payments/reconciler/bank-count'
import { ACTOR_COLUMNS, actorValues } from '@/platform/actor-columns'
import type { AuditEntry } from '@/platform/audit'
import { type Db, firstRow, type Sql, sql } from '@/platform/db'
import { readReceipt } from '../read'
import { signedBy } from '../receipt-code'

/** The receipt, as its page reads it. */
export type ReadReceipt = NonNullable<Awaited<ReturnType<typeof readReceipt>>>

/** A receipt that may be sent, and what is known of who gets it. */
export const mailedReceipt = {
  merchantId: z.string(),
  paymentId: z.string(),
  receiptToken: z.string(),
  /** Of the order; null: the shopper's address is not known. */
  email: z.string().nullable(),
  /** The language of the checkout; null: not known. */
  locale: z.enum(['en', 'ar']).nullable(),
  testMode: z.boolean(),
}
export type MailedReceipt = z.infer<z.ZodObject<typeof mailedReceipt>>

/** The columns of `mailedReceipt`, of the payment `p`, its order `o` and its merchant `m`. */
export const MAILED_COLUMNS: Sql = sql`
  p.merchant_id::text AS "merchantId", p.id::text AS "paymentId", p.receipt_token AS "receiptToken", o.customer_email AS email, o.locale,
  m.mode = 'test' AS "testMode"`

/** Writes the words of a mail. It must say no more than the receipt does. */
export type WriteReceipt = (
  receipt: ReadReceipt,
  about: { receiptToken: string; locale: MailedReceipt['locale']; testMode: boolean; at: Date },
) => { subject: string; body: string }

export interface ReceiptMails {
  db: Db
  /** The bank whose list of charges a receipt counts in. */
  gateway: Pick<Gateway, 'name' | 'settlesWithinMs'>
  /** Sign the codes of receipts, the current one first. */
  secrets: readonly [string, ...string[]]
  write: WriteReceipt
  newId(): string
  now(): Date
  /** A receipt could not be made, and is not sent by itself. */
  onUnwritten(paymentId: string, error: unknown): void
}

/** A mail with a receipt, and the row of what it says. */
export interface PreparedReceipt {
  mail: NewMail
  amount: number
  currency: string
  transactionId: string
  code: string
  signedBy: string
}

/** Reads the receipt as of now, and writes the mail about it. Null: the payment has not succeeded, so there is no receipt to send. */
export async function prepareReceipt(
  { db, gateway, secrets, write, now }: ReceiptMails,
  about: MailedReceipt,
  { id, recipient }: { id: string; recipient: string },
): Promise<PreparedReceipt | null> {
  const { receiptToken, merchantId, locale, testMode } = about
  const list = await bankList(db, gateway, { receiptToken })
  const receipt = await readReceipt(db, receiptToken, secrets, list)
  const transactionId = receipt?.ledgerTransactionId && readId('txn', receipt.ledgerTransactionId)
  if (receipt?.status !== 'succeeded' || !transactionId) return null
  const { amount, currency, verificationCode: code } = receipt
  const words = write(receipt, { receiptToken, locale, testMode, at: now() })
  return {
    mail: { merchantId, id, recipient, ...words },
    amount,
    currency,
    transactionId,
    code,
    signedBy: signedBy(secrets[0]),
  }
}

/**
 * The statement that notes what a mail says, returning a row where it is noted.
 * @param number an expression; 0 is the mail that is written by itself
 * @param condition on the payment `p`, beside that it is this one
 */
export function insertReceiptMail(
  { mail, amount, currency, transactionId, code, signedBy: signer }: PreparedReceipt,
  paymentId: string,
  by: AuditEntry['by'],
  { number, condition = sql`true` }: { number: Sql; condition?: Sql },
): Sql {
  return sql`
    INSERT INTO receipt_mail (merchant_id, payment_id, number, id, amount, currency, transaction_id, code, signed_by, ${ACTOR_COLUMNS})
    SELECT p.merchant_id, p.id, ${number}, ${mail.id}::uuid, ${amount}::bigint, ${currency}, ${transactionId}::uuid, ${code}, ${signer}, ${actorValues(by)}
    FROM payment p WHERE p.merchant_id = ${mail.merchantId}::uuid AND p.id = ${paymentId}::uuid AND ${condition}
    ON CONFLICT DO NOTHING RETURNING 1`
}

/** The statement that puts the mail into the queue, once for its id. */
export const insertMailOnce = (mail: NewMail): Sql =>
  sql`${insertMail(mail)} ON CONFLICT DO NOTHING RETURNING 1`

/** A payment of a merchant with what is known of who gets its receipt; null: there is none. */
export function findMailedReceipt(
  db: Db,
  merchantId: string,
  paymentId: string,
): Promise<MailedReceipt | null> {
  return firstRow(
    db,
    z.strictObject(mailedReceipt),
    sql`
      SELECT ${MAILED_COLUMNS}
      FROM payment p JOIN orders o ON o.merchant_id = p.merchant_id AND o.id = p.order_id JOIN merchant m ON m.id = p.merchant_id
      WHERE p.merchant_id = ${merchantId}::uuid AND p.id = ${paymentId}::uuid`,
  )
}
