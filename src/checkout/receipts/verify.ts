import { timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { readId } from '@/lib/id'
import type { Gateway } from '@/payments/gateway'
import { bankList } from '@/payments/reconciler/bank-count'
import { type Db, firstRow, sql } from '@/platform/db'
import { readReceipt } from '../read'
import type { ReadReceipt } from './mail'

/** A receipt of which the code was shown: what it proves, and how the payment stands now. */
export type VerifiedReceipt = ReadReceipt & { testMode: boolean }

/**
 * The receipt of a payment, for who shows its code. The code is made of the payment's id, amount, currency and posting, and of our secret: it is
 * computed anew from the rows of now, so that a receipt or a row that was changed fits no more.
 * @param shown as on the receipt: the payment's id and the code
 * @param secrets that made codes, the current one first
 * @returns null, without a reason: no such payment, not paid, or another code
 */
export async function verifyReceipt(
  db: Db,
  shown: { payment: string; code: string },
  secrets: readonly [string, ...string[]],
  gateway: Pick<Gateway, 'name' | 'settlesWithinMs' | 'mode'>,
): Promise<VerifiedReceipt | null> {
  const id = readId('pay', shown.payment.trim())
  // The key that a payment has at the bank is its own id, and unique over all merchants.
  const found =
    id &&
    (await firstRow(
      db,
      z.strictObject({ token: z.string(), mode: z.enum(['test', 'live']) }),
      sql`
        SELECT p.receipt_token AS token, m.mode FROM payment p JOIN merchant m ON m.id = p.merchant_id
        WHERE p.gateway_key = ${id} AND p.id = ${id}::uuid AND p.status = 'succeeded' AND m.mode = ${gateway.mode}`,
    ))
  if (!found) return null
  const list = await bankList(db, gateway, { receiptToken: found.token })
  const receipt = await readReceipt(db, found.token, secrets, list)
  if (receipt?.status !== 'succeeded' || receipt.ledgerTransactionId === null) return null
  const codes = [receipt.verificationCode, ...(receipt.earlierCode ? [receipt.earlierCode] : [])]
  const wanted = shown.code.replace(/[\s-]/g, '').toLowerCase()
  return codes.some((code) => isSame(code, wanted)) ? { ...receipt, testMode: found.mode === 'test' } : null
}

/** In the same time wherever they differ. */
function isSame(code: string, wanted: string): boolean {
  const [own, other] = [Buffer.from(code), Buffer.from(wanted)]
  return own.length === other.length && timingSafeEqual(own, other)
}
