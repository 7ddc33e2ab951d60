import { showId } from '@/lib/id'
import { listPayments, type PaymentFilter, type PaymentListing, type PaymentSummary } from '@/payments/read'
import type { CsvCell } from './csv'
import { moneyCells } from './csv'
import { type CsvTable, instantCells, instantColumns } from './csv-file'
import type { Taking } from './export-route'

/** Payments of one read: each is looked up with its attempts and its charges. */
const PAGE = 500

const COLUMNS = [
  'payment',
  ...instantColumns('createdAt'),
  'status',
  'amount',
  'amountMinor',
  'currency',
  'refunded',
  'refundedMinor',
  'fee',
  'feeMinor',
  'disputed',
  'disputedMinor',
  'lostInDisputes',
  'lostInDisputesMinor',
  'chargesAtBank',
  'card',
  'declineCode',
  'reference',
  'customerEmail',
  'order',
  'bankReference',
]

/** Called with each payment as it is written. */
export type OnPayment = (payment: PaymentSummary) => void

/** Payments of a filter, newest first, as the list of the dashboard shows them. */
export function paymentsTable(
  { deps, merchantId }: Taking,
  filter: PaymentFilter,
  zone: string,
  onPayment: OnPayment = () => undefined,
): CsvTable {
  const when = instantCells(zone)
  async function* pages(): AsyncGenerator<CsvCell[][]> {
    let after: PaymentListing['after'] = null
    for (;;) {
      const page: PaymentSummary[] = await listPayments(deps.pages, merchantId, {
        ...filter,
        after,
        limit: PAGE,
      })
      page.forEach(onPayment)
      yield page.map((payment) => rowOf(payment, when))
      const last = page.at(-1)
      if (page.length < PAGE || !last) return
      after = { at: last.cursor, id: last.id }
    }
  }
  return { columns: COLUMNS, pages: pages() }
}

function rowOf(payment: PaymentSummary, when: (at: Date) => [Date, string]): CsvCell[] {
  const { currency } = payment
  const both = (minor: bigint | null): CsvCell[] =>
    minor === null ? [null, null] : moneyCells(minor, currency).slice(0, 2)
  return [
    showId('pay', payment.id),
    ...when(payment.createdAt),
    payment.status,
    ...moneyCells(payment.amount, currency),
    ...both(payment.refundedAmount),
    ...both(payment.fee),
    ...both(payment.disputeHeld),
    ...both(payment.disputeLost),
    BigInt(payment.charges),
    payment.cardLabel,
    payment.declineCode,
    payment.reference,
    payment.customerEmail,
    showId('ord', payment.orderId),
    payment.gatewayRef,
  ]
}
