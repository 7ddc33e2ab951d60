import type { ReceiptMails } from '@/checkout/receipts/mail'
import { mailNewReceipts } from '@/checkout/receipts/mail-new'
import { uuidv7 } from '@/lib/id'
import { modeServed, secretsFor } from '@/platform/env'
import { mailsLeave } from '../alerting'
import type { Core } from '../core'
import { receiptWriter } from './receipt-text'

/** What receipts are sent with, in each process. */
export function receiptMails({
  db,
  env,
  gateway,
  log,
}: Pick<Core, 'db' | 'env' | 'gateway' | 'log'>): ReceiptMails {
  return {
    db,
    gateway,
    secrets: secretsFor(env, 'receipt-code'),
    write: receiptWriter(env.baseUrl),
    newId: uuidv7,
    now: () => new Date(),
    onUnwritten: (paymentId, error) =>
      log.error({ paymentId, error }, 'a receipt could not be made, and is not sent by itself'),
  }
}

/** Writes the receipts of what was paid since the last turn. @returns the events that were looked at */
export async function mailReceipts(core: Core): Promise<number> {
  return mailsLeave(core.env) ? mailNewReceipts(receiptMails(core), modeServed(core.env)) : 0
}
