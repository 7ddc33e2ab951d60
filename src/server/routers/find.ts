import { z } from 'zod'
import { CODES_TRIED, hasFormOfCode, paymentsWithCode } from '@/checkout/receipt-code'
import { listRecords } from '@/idempotency/stores/read'
import { transactionsNamed } from '@/ledger/read'
import { readAmountText } from '@/lib/amount-text'
import { showId } from '@/lib/id'
import { type Pasted, readPasted } from '@/lib/pasted-ids'
import { findAmounts, findPasted, findWords, type PaymentWithWords, paymentsNamed } from '@/payments/find'
import { PAYMENT_STATUSES } from '@/payments/payment'
import type { Context } from '../context'
import { router, viewerProcedure } from '../trpc'
import { amount, time, words } from '../wire/json'

const foundOut = z.object({
  kind: z.enum(['payment', 'refund', 'order', 'transaction', 'record']),
  /** As shown; of a record its id in addresses. */
  id: z.string(),
  /** What of it was typed or pasted. */
  by: z.enum([
    'id',
    'receipt',
    'code',
    'bank',
    'key',
    'reference',
    'email',
    'card',
    'description',
    'metadata',
    'amount',
  ]),
  /** The payment that it belongs to. */
  paymentId: z.string().nullable(),
  status: z.enum(PAYMENT_STATUSES).nullable(),
  amount: z.number().int().nullable(),
  currency: z.string().nullable(),
  /** The order's reference, a transaction's description, the key of a record, or the text that was found. */
  note: z.string().nullable(),
  createdAt: z.string(),
})
type Found = z.infer<typeof foundOut>

const findOut = z.object({
  found: z.array(foundOut),
  /** More payments than these have the text. */
  moreWords: z.boolean(),
  /** Amounts that payments have which the text may mean, in minor units. */
  amounts: z.array(z.object({ currency: z.string(), amount: z.number().int() })),
  /** The text has the form of a receipt's code: among how many of the newest payments it was looked for. */
  codesTried: z.number().int().nullable(),
})

/** A shorter beginning of a key would be of too many. */
const KEY_MIN = 4
const RECORDS_MAX = 5
/** Shorter texts are looked for in the list of payments alone. */
const WORDS_MIN = 3
/** Payments with a text, and payments of an amount. More are in the list of payments. */
const PAYMENTS_MAX = 5

/** One box for whatever a person pastes or types: ids in any form, links, references of the bank, keys, codes of receipts, amounts, words. */
export const findRouter = router({
  pasted: viewerProcedure
    .input(z.strictObject({ text: words(500).min(1) }))
    .output(findOut)
    .query(async ({ ctx, input: { text } }) => {
      const { merchantId } = ctx.operator
      const pasted = readPasted(text)
      const isCode = hasFormOfCode(text)
      const [named, postings, records, coded, ofAmount, worded] = await Promise.all([
        namedPayments(ctx, pasted),
        namedPostings(ctx, pasted),
        recordsOf(ctx, text),
        isCode ? paymentsOfCode(ctx, text) : [],
        findAmounts(ctx.pages, merchantId, readAmountText(text), PAYMENTS_MAX),
        isSearchable(text) ? findWords(ctx.pages, merchantId, text, PAYMENTS_MAX + 1) : [],
      ])
      const known = new Set([...named, ...coded].map(({ id }) => id))
      const others = [
        ...worded.slice(0, PAYMENTS_MAX).map((row) => showPayment(row, wordFound(row, text))),
        ...ofAmount.map((row) => showPayment(row, { by: 'amount', note: row.reference })),
      ].filter(({ id }) => !known.has(id) && known.add(id))
      return {
        found: [...named, ...coded, ...postings, ...records, ...others],
        moreWords: worded.length > PAYMENTS_MAX,
        amounts: amountsOf(ofAmount),
        codesTried: isCode ? CODES_TRIED : null,
      }
    }),
})

type Asked = Pick<Context, 'pages' | 'receiptSecrets'> & { operator: { merchantId: string } }

const PREFIX = { payment: 'pay', refund: 'ref', order: 'ord' } as const
const NO_PAYMENT = { paymentId: null, status: null, amount: null, currency: null }

async function namedPayments(ctx: Asked, pasted: Pasted): Promise<Found[]> {
  const found = await findPasted(ctx.pages, ctx.operator.merchantId, pasted)
  return found.map(({ id, kind, by, paymentId, ...rest }) => ({
    kind,
    id: showId(PREFIX[kind], id),
    by,
    paymentId: paymentId && showId('pay', paymentId),
    status: rest.status,
    amount: amount(rest.amount),
    currency: rest.currency,
    note: rest.reference,
    createdAt: time(rest.createdAt),
  }))
}

async function namedPostings(ctx: Asked, pasted: Pasted): Promise<Found[]> {
  const ids = pasted.ids
    .filter(({ prefix, tail }) => (prefix === null || prefix === 'txn') && tail === '')
    .map(({ from }) => from)
  if (ids.length === 0) return []
  const postings = await transactionsNamed(ctx.pages, ctx.operator.merchantId, ids)
  return postings.map(({ id, paymentId, description, postedAt }) => ({
    ...NO_PAYMENT,
    kind: 'transaction',
    id: showId('txn', id),
    by: 'id',
    paymentId: paymentId && showId('pay', paymentId),
    note: description,
    createdAt: time(postedAt),
  }))
}

/** A key has no spaces, and is not looked for in a link. */
async function recordsOf(ctx: Asked, text: string): Promise<Found[]> {
  if (!/^[!-~]+$/.test(text) || text.length < KEY_MIN || text.includes('://')) return []
  const filter = { search: text, limit: RECORDS_MAX }
  const records = await listRecords(ctx.pages, ctx.operator.merchantId, filter)
  return records.map(({ id, key, createdAt }) => ({
    ...NO_PAYMENT,
    kind: 'record',
    id,
    by: 'key',
    note: key,
    createdAt: time(createdAt),
  }))
}

async function paymentsOfCode(ctx: Asked, code: string): Promise<Found[]> {
  const { merchantId } = ctx.operator
  const ids = await paymentsWithCode(ctx.pages, merchantId, code, ctx.receiptSecrets)
  if (ids.length === 0) return []
  const payments = await paymentsNamed(ctx.pages, merchantId, ids)
  return payments.map((row) => showPayment(row, { by: 'code', note: row.reference }))
}

/** The words of a payment are not looked for in a link. */
function isSearchable(text: string): boolean {
  return text.length >= WORDS_MIN && !text.includes('://')
}

function showPayment(row: PaymentWithWords, how: Pick<Found, 'by' | 'note'>): Found {
  const id = showId('pay', row.id)
  return {
    kind: 'payment',
    id,
    paymentId: id,
    status: row.status,
    amount: amount(row.amount),
    currency: row.currency,
    createdAt: time(row.createdAt),
    ...how,
  }
}

/** Which of its words has the text. None: it is the bank's reference of its charge. */
function wordFound(row: PaymentWithWords, text: string): Pick<Found, 'by' | 'note'> {
  const has = (word: string | null) => word?.toLowerCase().includes(text.toLowerCase())
  if (has(row.reference)) return { by: 'reference', note: row.reference }
  if (has(row.email)) return { by: 'email', note: row.email }
  if (has(row.card)) return { by: 'card', note: row.card }
  if (has(row.description)) return { by: 'description', note: row.description }
  const entry = row.entries.find(has)
  return entry === undefined ? { by: 'bank', note: row.reference } : { by: 'metadata', note: entry }
}

/** Each amount once. */
function amountsOf(rows: PaymentWithWords[]): { currency: string; amount: number }[] {
  const distinct = new Map(rows.map((row) => [`${row.currency} ${row.amount}`, row]))
  return [...distinct.values()].map((row) => ({ currency: row.currency, amount: amount(row.amount) }))
}
