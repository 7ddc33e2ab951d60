import { z } from 'zod'
import type { Actor } from '@/lib/actor'
import { audit } from '@/platform/audit'
import { commit } from '@/platform/commit'
import { type Db, firstRow, sql } from '@/platform/db'

/** Whether shoppers get their receipt by e-mail when they have paid. Without a choice they do not. */
export async function receiptsByMail(db: Db, merchantId: string): Promise<boolean> {
  const found = await firstRow(
    db,
    z.strictObject({ byMail: z.boolean() }),
    sql`SELECT by_mail AS "byMail" FROM receipt_rule WHERE merchant_id = ${merchantId}::uuid`,
  )
  return found?.byMail ?? false
}

/**
 * Chooses whether shoppers get their receipt by e-mail: of what is paid from now on. A repeat of what is chosen already changes nothing, and is not
 * logged.
 */
export async function chooseReceiptsByMail(
  db: Db,
  { merchantId, byMail }: { merchantId: string; byMail: boolean },
  by: Actor,
  newId: () => string,
): Promise<void> {
  const rule = sql`
    INSERT INTO receipt_rule (merchant_id, by_mail) SELECT ${merchantId}::uuid, ${byMail}
    WHERE ${byMail} OR EXISTS (SELECT FROM receipt_rule WHERE merchant_id = ${merchantId}::uuid)
    ON CONFLICT (merchant_id) DO UPDATE SET by_mail = excluded.by_mail, since = now() WHERE receipt_rule.by_mail <> excluded.by_mail
    RETURNING 1`
  const action = byMail ? 'receipts.by-mail' : 'receipts.not-by-mail'
  const detail = byMail ? 'shoppers get their receipt by e-mail' : 'shoppers get no receipt by e-mail'
  await commit(db, [
    { name: 'receipt-rule', rows: 1, sql: rule },
    audit({ merchantId, id: newId(), by, action, subject: merchantId, detail }),
  ])
}
