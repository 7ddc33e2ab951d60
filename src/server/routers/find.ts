import { z } from 'zod'
import { listRecords } from '@/idempotency/stores/read'
import { transactionsNamed } from '@/ledger/read'
import { showId } from '@/lib/id'
import { readPasted } from '@/lib/pasted-ids'
import { findPasted } from '@/payments/find'
import { PAYMENT_STATUSES } from '@/payments/payment'
import { router, viewerProcedure } from '../trpc'
import { amount, time, words } from '../wire/json'

const foundOut = z.object({
  kind: z.enum(['payment', 'refund', 'order', 'transaction', 'record']),
  /** As shown; of a record its id in addresses. */
  id: z.string(),
  /** What of it was pasted. */
  by: z.enum(['id', 'receipt', 'bank', 'key']),
  /** The payment that it belongs to. */
  paymentId: z.string().nullable(),
  status: z.enum(PAYMENT_STATUSES).nullable(),
  amount: z.number().int().nullable(),
  currency: z.string().nullable(),
  /** The order's reference, a transaction's description, or the key of a record. */
  note: z.string().nullable(),
  createdAt: z.string(),
})
type Found = z.infer<typeof foundOut>

/** A shorter beginning of a key would be of too many. */
const KEY_MIN = 4
const RECORDS_MAX = 5

/** One box for whatever a person pastes: ids in any form, links, references of the bank, keys. */
export const findRouter = router({
  pasted: viewerProcedure
    .input(z.strictObject({ text: words(500).min(1) }))
    .output(z.object({ found: z.array(foundOut) }))
    .query(async ({ ctx, input }) => {
      const { merchantId } = ctx.operator
      const pasted = readPasted(input.text)
      const transactions = pasted.ids
        .filter(({ prefix, tail }) => (prefix === null || prefix === 'txn') && tail === '')
        .map(({ from }) => from)
      const [payments, postings, records] = await Promise.all([
        findPasted(ctx.pages, merchantId, pasted),
        transactions.length > 0 ? transactionsNamed(ctx.pages, merchantId, transactions) : [],
        recordsOf(ctx.pages, merchantId, input.text),
      ])
      return {
        found: [
          ...payments.map(
            ({ id, kind, by, paymentId, ...rest }): Found => ({
              kind,
              id: showId(PREFIX[kind], id),
              by,
              paymentId: paymentId && showId('pay', paymentId),
              status: rest.status,
              amount: amount(rest.amount),
              currency: rest.currency,
              note: rest.reference,
              createdAt: time(rest.createdAt),
            }),
          ),
          ...postings.map(
            ({ id, paymentId, description, postedAt }): Found => ({
              ...NO_PAYMENT,
              kind: 'transaction',
              id: showId('txn', id),
              by: 'id',
              paymentId: paymentId && showId('pay', paymentId),
              note: description,
              createdAt: time(postedAt),
            }),
          ),
          ...records.map(
            ({ id, key, createdAt }): Found => ({
              ...NO_PAYMENT,
              kind: 'record',
              id,
              by: 'key',
              note: key,
              createdAt: time(createdAt),
            }),
          ),
        ],
      }
    }),
})

const PREFIX = { payment: 'pay', refund: 'ref', order: 'ord' } as const
const NO_PAYMENT = { paymentId: null, status: null, amount: null, currency: null }

/** A key has no spaces, and is not looked for in a link. */
function recordsOf(db: Parameters<typeof listRecords>[0], merchantId: string, text: string) {
  return /^[!-~]+$/.test(text) && text.length >= KEY_MIN && !text.includes('://')
    ? listRecords(db, merchantId, { search: text, limit: RECORDS_MAX })
    : []
}
