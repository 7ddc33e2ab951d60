import { listRecords } from '@/idempotency/stores/read'
import { ledgerVerdict } from '@/ledger/audit'
import { accounts, journal, statement } from '@/ledger/read'
import { findPaymentForApi, listPaymentsForApi } from '@/payments/api-read'
import { integrityVerdict } from '@/payments/integrity'
import { overview } from '@/payments/overview'
import { listPayments, paymentDetail } from '@/payments/read'
import { listRefunds } from '@/payments/refund-store'
import { median } from '../rounds'
import type { Stage } from '../stage'

/** Reads of a page of the dashboard, or of the API: the median of five, in ms. */
export interface PageTime {
  page: string
  ms: number
}

const READS = 5
const LIMIT = 25

/** Times what the pages of a merchant read, after one read that is not counted. */
export async function pageTimes({ db, owner }: Stage, merchantId: string): Promise<PageTime[]> {
  const middle = await middleOf(owner, merchantId)
  const after = { at: middle.at, id: middle.paymentId }
  const pages: Record<string, () => Promise<unknown>> = {
    'ledger accounts': () => accounts(db, merchantId),
    'ledger accounts as of a day': () => accounts(db, merchantId, middle.at),
    'statement of an account': () => statement(db, merchantId, { accountId: middle.accountId, limit: LIMIT }),
    'statement of an account as of a day': () =>
      statement(db, merchantId, { accountId: middle.accountId, asOf: middle.at, limit: LIMIT }),
    journal: () => journal(db, merchantId, { limit: LIMIT }),
    'payments, first page': () => listPayments(db, merchantId, { limit: LIMIT }),
    'payments, a page in the middle': () => listPayments(db, merchantId, { after, limit: LIMIT }),
    'payments of a status that none has': () =>
      listPayments(db, merchantId, { statuses: ['unknown'], limit: LIMIT }),
    'payments of a currency that none has': () =>
      listPayments(db, merchantId, { currency: 'JPY', limit: LIMIT }),
    'one payment': () => paymentDetail(db, merchantId, middle.paymentId),
    'REST: payments, a page in the middle': () => listPaymentsForApi(db, merchantId, { after, limit: LIMIT }),
    'REST: payments of a status that none has': () =>
      listPaymentsForApi(db, merchantId, { status: 'unknown', limit: LIMIT }),
    'REST: one payment': () => findPaymentForApi(db, merchantId, middle.paymentId),
    'REST: refunds of a payment': () =>
      listRefunds(db, merchantId, { paymentId: middle.paymentId, after: null, limit: LIMIT }),
    'records, first page': () => listRecords(db, merchantId, { limit: LIMIT }),
    'records, a page in the middle': () =>
      listRecords(db, merchantId, { after: { at: middle.at, id: middle.recordId }, limit: LIMIT }),
    'records of a state that few have': () => listRecords(db, merchantId, { state: 'sending', limit: LIMIT }),
    'records of a state that none has': () =>
      listRecords(db, merchantId, { state: 'tombstone', limit: LIMIT }),
    'records by the beginning of a key': () =>
      listRecords(db, merchantId, { search: 'nobody-has-this', limit: LIMIT }),
    'overview, 1 hour': () => overview(db, merchantId, '1h'),
    'overview, 24 hours': () => overview(db, merchantId, '24h'),
    'overview, 7 days': () => overview(db, merchantId, '7d'),
    'overview, 30 days': () => overview(db, merchantId, '30d'),
    'payments, search for a text that none has': () =>
      listPayments(db, merchantId, { text: 'nobody-has-this', limit: LIMIT }),
    'payments, search for a text that few have': () =>
      listPayments(db, merchantId, { text: 'customer1234@', limit: LIMIT }),
    'payments, search for a text that all have': () =>
      listPayments(db, merchantId, { text: 'visa', limit: LIMIT }),
    'ledger check': () => ledgerVerdict(db, merchantId),
    'integrity page': () => integrityVerdict(db, merchantId),
  }
  const times: PageTime[] = []
  for (const [page, read] of Object.entries(pages)) times.push({ page, ms: await timeOf(read) })
  return times
}

async function timeOf(read: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count <= READS; count++) {
    const began = performance.now()
    await read()
    const ms = performance.now() - began
    if (count > 0) times.push(ms)
    // What takes seconds needs no median.
    if (ms > 2_000) return ms
  }
  return median(times)
}

interface Middle {
  paymentId: string
  recordId: string
  at: string
  accountId: string
}

/** A payment from the middle of the merchant's history, and the account with most entries. */
async function middleOf(owner: Stage['owner'], merchantId: string): Promise<Middle> {
  const { rows } = await owner.query(
    `SELECT p.id AS "paymentId", p.record_id AS "recordId", p.created_at::text AS at,
      (SELECT id FROM account WHERE merchant_id = $1 AND code = 'gateway_clearing') AS "accountId"
     FROM payment p WHERE p.merchant_id = $1
     ORDER BY p.created_at OFFSET (SELECT count(*) / 2 FROM payment WHERE merchant_id = $1) LIMIT 1`,
    [merchantId],
  )
  return rows[0]
}
