import { z } from 'zod'
import { uuidv7 } from '@/lib/id'
import { audit, SYSTEM } from '@/platform/audit'
import { type Db, rows, sql } from '@/platform/db'

const erased = z.strictObject({
  /** Orders whose e-mail is blank now. */
  orders: z.int(),
  /** Stored answers that became tombstones. */
  answers: z.int(),
  /** Mails with receipts. */
  mails: z.int(),
  /** Requests about these orders without an answer yet: their orders keep the e-mail, to be erased by another call. */
  underWay: z.int(),
})
export type Erased = z.infer<typeof erased>

/** 10 minutes: all orders of the merchant are read. */
const TIMEOUT_MS = 600_000

/**
 * Erases what tells that this e-mail has ordered, with an entry of the audit log that does not repeat it. Payments, books and tombstones stay: a late
 * retry of an erased key gets answer-expired, and executes nothing. A repeat finds nothing more.
 * @param db as the owner of the tables
 */
export function eraseCustomer(
  db: Db,
  { merchantId, email, by }: { merchantId: string; email: string; by: string },
): Promise<Erased> {
  return db.$transaction(
    async (tx) => {
      const [done] = await rows(
        tx,
        erased,
        sql`SELECT orders, answers, mails, under_way AS "underWay" FROM erase_customer(${merchantId}::uuid, ${email})`,
      )
      if (!done) throw new Error('the erasure did not answer')
      const { orders, answers, mails, underWay } = done
      const entry = audit({
        merchantId,
        id: uuidv7(),
        by: SYSTEM,
        action: 'customer.erased',
        subject: merchantId,
        detail: `orders ${orders}, stored answers ${answers}, mails ${mails}, still under way ${underWay}; by ${by}`,
      })
      await tx.$queryRaw(entry.sql)
      return done
    },
    { timeout: TIMEOUT_MS },
  )
}
