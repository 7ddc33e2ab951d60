import { z } from 'zod'
import { readId, showId } from '@/lib/id'
import { type Db, firstRow, rows, type Sql, sql } from '@/platform/db'
import { type ProvenPayment, receiptCode, signedBy } from '../receipt-code'

/** Receipts of one statement. 5,000: some tens of milliseconds. */
const BATCH = 5_000

const proven = {
  paymentId: z.string(),
  amount: z.bigint(),
  currency: z.string(),
  transactionId: z.string().nullable(),
}
const PROVEN: Sql = sql`p.id::text AS "paymentId", p.amount, p.currency, t.id::text AS "transactionId"`
const POSTED: Sql = sql`
  LEFT JOIN ledger_transaction t ON t.merchant_id = p.merchant_id AND t.payment_id = p.id AND t.kind = 'capture'`

/** What became of the codes of receipts that were sent by e-mail. */
export interface CheckedCodes {
  /** Of these the code was computed anew, from the payment and its posting. */
  checked: number
  /** Made with a secret that is not known here: not checked. */
  unknownSecret: number
  /** Payments whose code does not fit, as shown; at most 100. */
  wrong: string[]
}

/**
 * Computes the code of each receipt that was sent, from the payment and its posting as they are now, and compares it with what was sent.
 * @param secrets that make codes; of an older one nothing can be said
 */
export async function checkSentCodes(db: Db, secrets: readonly string[]): Promise<CheckedCodes> {
  const known = new Map(secrets.map((secret) => [signedBy(secret), secret]))
  const result: CheckedCodes = { checked: 0, unknownSecret: 0, wrong: [] }
  let after = { merchantId: NONE, paymentId: NONE, number: -1 }
  for (;;) {
    const batch = await sentCodes(db, after)
    for (const { code, signer, ...payment } of batch) {
      const secret = known.get(signer)
      if (secret === undefined) result.unknownSecret++
      else result.checked++
      if (secret !== undefined && receiptCode(payment, secret) !== code && result.wrong.length < 100)
        result.wrong.push(showId('pay', payment.paymentId))
    }
    const last = batch.at(-1)
    if (!last || batch.length < BATCH) return result
    after = last
  }
}

const NONE = '00000000-0000-0000-0000-000000000000'
const sentCode = z.object({
  ...proven,
  merchantId: z.string(),
  number: z.int(),
  code: z.string(),
  signer: z.string(),
})

function sentCodes(db: Db, after: { merchantId: string; paymentId: string; number: number }) {
  return rows(
    db,
    sentCode,
    sql`
      SELECT ${PROVEN}, r.merchant_id::text AS "merchantId", r.number, r.code, r.signed_by AS signer
      FROM receipt_mail r JOIN payment p ON p.merchant_id = r.merchant_id AND p.id = r.payment_id ${POSTED}
      WHERE (r.merchant_id, r.payment_id, r.number) > (${after.merchantId}::uuid, ${after.paymentId}::uuid, ${after.number}::int)
      ORDER BY r.merchant_id, r.payment_id, r.number LIMIT ${BATCH}`,
  )
}

/** Whether a code that somebody holds is that of this payment, which has succeeded, in the books of now. @param payment as shown */
export async function isCodeOf(
  db: Db,
  { payment, code }: { payment: string; code: string },
  secrets: readonly string[],
): Promise<boolean> {
  const id = readId('pay', payment)
  if (!id) return false
  const found = await firstRow(
    db,
    z.strictObject(proven),
    sql`SELECT ${PROVEN} FROM payment p ${POSTED} WHERE p.id = ${id}::uuid AND p.status = 'succeeded' LIMIT 1`,
  )
  return (
    found !== null && secrets.some((secret) => receiptCode(found satisfies ProvenPayment, secret) === code)
  )
}
