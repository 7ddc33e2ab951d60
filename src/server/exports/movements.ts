import { showId } from '@/lib/id'
import { listMovementRows, type MovementFilter, type MovementRow } from '@/payments/movements/read'
import { type CsvCell, moneyCells } from './csv'
import { type CsvTable, instantCells, instantColumns } from './csv-file'
import type { Taking } from './export-route'

const PAGE = 500

const COLUMNS = [
  'movement',
  ...instantColumns('at'),
  'kind',
  'amount',
  'amountMinor',
  'fee',
  'feeMinor',
  'net',
  'netMinor',
  'currency',
  'state',
  'rule',
  'payment',
  'refund',
  'about',
  'gateway',
]

/** The bank's movements with our judgement of them, newest first. */
export function movementsTable({ deps, merchantId }: Taking, filter: MovementFilter, zone: string): CsvTable {
  const when = instantCells(zone)
  async function* pages(): AsyncGenerator<CsvCell[][]> {
    let after: { at: string; id: string } | null = null
    for (;;) {
      const page: MovementRow[] = await listMovementRows(deps.pages, merchantId, filter, {
        after,
        limit: PAGE,
      })
      yield page.map((row) => rowOf(row, when))
      const last = page.at(-1)
      if (page.length < PAGE || !last) return
      after = { at: last.cursor, id: last.ref }
    }
  }
  return { columns: COLUMNS, pages: pages() }
}

function rowOf(row: MovementRow, when: (at: Date) => [Date, string]): CsvCell[] {
  const both = (minor: bigint) => moneyCells(minor, row.currency).slice(0, 2)
  return [
    row.ref,
    ...when(row.at),
    row.kind,
    ...both(row.amount),
    ...both(row.fee),
    ...moneyCells(row.amount - row.fee, row.currency),
    row.state,
    row.rule,
    row.paymentId && showId('pay', row.paymentId),
    row.refundId && showId('ref', row.refundId),
    row.subjectRef,
    row.gateway,
  ]
}
