import type { JournalSearch } from '@/ledger/read'
import { readPasted } from '@/lib/pasted-ids'
import { findPasted, paymentIdsWith } from '@/payments/find'
import type { Db } from '@/platform/db'

/**
 * What a search of the journal names: transactions by their id, and payments by an id of theirs, of their order or refund, by a reference, an
 * e-mail, a card, or by metadata as `key=value`.
 */
export async function findPostings(db: Db, merchantId: string, text: string): Promise<JournalSearch> {
  const pasted = readPasted(text)
  const [named, matching] = await Promise.all([
    findPasted(db, merchantId, pasted),
    paymentIdsWith(db, merchantId, text),
  ])
  const ids = pasted.ids
    .filter(({ prefix, tail }) => (prefix === null || prefix === 'txn') && tail === '')
    .map(({ from }) => from)
  const paymentIds = [...named.map(({ paymentId }) => paymentId), ...matching].filter((id) => id !== null)
  return { ids, paymentIds: [...new Set(paymentIds)] }
}
