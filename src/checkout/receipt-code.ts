import { createHash, createHmac } from 'node:crypto'
import { z } from 'zod'
import { type Db, rows, sql } from '@/platform/db'

/** What a receipt's code proves. */
export interface ProvenPayment {
  paymentId: string
  /** In minor units of `currency`. */
  amount: bigint
  currency: string
  /** Of the posting; null: it was not charged. */
  transactionId: string | null
}

/**
 * Hexadecimal digits of a receipt's code. 12, that is 48 bits: short enough to read out, and a guess can be tried only against our own
 * comparison, never offline, since the secret is ours.
 */
const CODE_DIGITS = 12
/** Payments whose codes are computed for one search: a code is stored nowhere. 2,000: some 10 ms of reading. */
export const CODES_TRIED = 2_000

const proven = z.strictObject({
  paymentId: z.string(),
  amount: z.bigint(),
  currency: z.string(),
  transactionId: z.string().nullable(),
})

export function receiptCode({ paymentId, amount, currency, transactionId }: ProvenPayment, secret: string) {
  const text = `${paymentId}|${amount}|${currency}|${transactionId}`
  return createHmac('sha256', secret).update(text).digest('hex').slice(0, CODE_DIGITS)
}

/** Fingerprint of a secret that makes codes, 16 hexadecimal digits: names the secret, and gives nothing of it away. */
export function signedBy(secret: string): string {
  return createHash('sha256').update(`receipt-code signer\0${secret}`).digest('hex').slice(0, 16)
}

/** True for a text of the form of a receipt's code. */
export function hasFormOfCode(text: string): boolean {
  return new RegExp(`^[0-9a-f]{${CODE_DIGITS}}$`, 'i').test(text)
}

/**
 * Ids of payments whose receipt has this code, among the newest 2,000 of the merchant.
 * @param secrets that signed codes, the current one and the one before
 */
export async function paymentsWithCode(
  db: Db,
  merchantId: string,
  code: string,
  secrets: readonly string[],
): Promise<string[]> {
  const newest = await rows(
    db,
    proven,
    sql`
      SELECT p.id::text AS "paymentId", p.amount, p.currency, t.id::text AS "transactionId"
      FROM (SELECT * FROM payment WHERE merchant_id = ${merchantId}::uuid ORDER BY created_at DESC, id DESC LIMIT ${CODES_TRIED}) p
      LEFT JOIN LATERAL (
        SELECT x.id FROM ledger_transaction x WHERE x.merchant_id = p.merchant_id AND x.payment_id = p.id AND x.kind = 'capture' OFFSET 0) t ON true`,
  )
  const wanted = code.toLowerCase()
  return newest
    .filter((payment) => secrets.some((secret) => receiptCode(payment, secret) === wanted))
    .map(({ paymentId }) => paymentId)
}
