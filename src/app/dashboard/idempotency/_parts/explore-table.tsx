import Link from 'next/link'
import { shorten } from '@/ui/copy-id'
import { LINK } from '@/ui/nav'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { duration, Timestamp } from '@/ui/timestamp'
import type { ExploredRow } from '../../_parts/api'
import { AttemptStrip } from '../../_parts/attempts/attempt-strip'
import { RecordState } from '../../_parts/record-state'
import { formatCount } from '../../_parts/words'
import type { ViewName } from './views'

/** Keys of one view, with links to record, payment and request. */
export function ExploreTable({ view, items }: { view: ViewName; items: readonly ExploredRow[] }) {
  return (
    <Table caption="Keys that deserve a look">
      <TableHead>
        <Th>Key</Th>
        <Th>State</Th>
        <Th>Operation</Th>
        <Th numeric>{COUNTED[view]}</Th>
        <Th>{view === 'mismatches' ? 'Fields that differed' : 'Attempts'}</Th>
        <Th>Last</Th>
        <Th>Open</Th>
      </TableHead>
      <TableBody>
        {items.map((row) => (
          <Tr key={row.id}>
            <Td label="Key" primary>
              <Link
                prefetch={false}
                href={`/dashboard/idempotency/${encodeURIComponent(row.id)}`}
                title={row.key}
                className={`${LINK} whitespace-nowrap font-mono text-xs`}
              >
                {shorten(row.key, 13, 6)}
              </Link>
            </Td>
            <Td label="State" primary>
              <RecordState state={row.state} />
            </Td>
            <Td label="Operation" className="text-ink-2">
              <span className="font-mono text-xs">{row.operation}</span>
            </Td>
            <Td label={COUNTED[view]} numeric>
              {formatCount(row.requests)}
            </Td>
            <Td label={view === 'mismatches' ? 'Fields that differed' : 'Attempts'}>
              {view === 'mismatches' ? <Differences fields={row.differs} /> : <AttemptStrip counts={row} />}
            </Td>
            <Td label="Last" className="text-ink-2">
              <span className="text-end md:text-start">
                <Timestamp at={row.lastAt} />
                {view === 'late' && row.afterMs !== null && (
                  <span className="block text-ink-3 text-xs">{duration(row.afterMs)} after the answer</span>
                )}
              </span>
            </Td>
            <Td label="Open">
              <Links row={row} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

const COUNTED: Record<ViewName, string> = { hot: 'Requests', mismatches: 'Refused', late: 'Late requests' }

function Differences({ fields }: { fields: readonly string[] }) {
  if (fields.length === 0) return <span className="text-ink-3">not known any more</span>
  return <span className="font-mono text-xs [overflow-wrap:anywhere]">{fields.join(', ')}</span>
}

function Links({ row }: { row: ExploredRow }) {
  return (
    <span className="flex flex-wrap justify-end gap-x-3 md:justify-start">
      {row.paymentId && (
        <Link prefetch={false} href={`/dashboard/payments/${row.paymentId}`} className={LINK}>
          Payment
        </Link>
      )}
      {row.requestId && (
        <Link prefetch={false} href={`/dashboard/developers/requests/${row.requestId}`} className={LINK}>
          Request
        </Link>
      )}
      {!row.paymentId && !row.requestId && <span className="text-ink-3">—</span>}
    </span>
  )
}
