import Link from 'next/link'
import { shorten } from '@/ui/copy-id'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { RecordRow } from '../../_parts/api'
import { AttemptStrip } from '../../_parts/attempts/attempt-strip'
import { Tint } from '../../_parts/live/tint'
import { RecordState } from '../../_parts/record-state'

export function RecordTable({ records }: { records: readonly RecordRow[] }) {
  return (
    <Table caption="Idempotency records, newest first">
      <TableHead>
        <Th>Key</Th>
        <Th>State</Th>
        <Th>Operation</Th>
        <Th>Attempts</Th>
        <Th numeric>Result</Th>
        <Th>First seen</Th>
        <Th className="text-right">Expires</Th>
      </TableHead>
      <TableBody>
        {records.map((record) => (
          <Tr key={record.id} className="group relative">
            <Td label="Key" primary>
              <Link
                href={`/dashboard/idempotency/${encodeURIComponent(record.id)}`}
                title={record.key}
                className="whitespace-nowrap font-mono text-ink text-xs no-underline after:absolute after:inset-0 group-hover:text-link"
              >
                {shorten(record.key, 13, 6)}
              </Link>
            </Td>
            <Td label="State" primary>
              <Tint value={record.state}>
                <RecordState state={record.state} />
              </Tint>
            </Td>
            <Td label="Operation" className="text-ink-2">
              <span className="font-mono text-xs">{record.operation}</span>
            </Td>
            <Td label="Attempts">
              <AttemptStrip counts={record} />
            </Td>
            <Td label="Result" numeric>
              {record.status ?? '—'}
            </Td>
            <Td label="First seen" className="text-ink-2">
              <Timestamp at={record.createdAt} />
            </Td>
            <Td label="Expires" className="text-ink-2 md:text-right">
              {record.state === 'unknown' ? 'Never' : <Timestamp at={record.expiresAt} style="day" />}
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
