import { CopyId } from '@/ui/copy-id'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { ListedAuditEntry } from '../../_parts/api'

export function AuditTable({ entries }: { entries: readonly ListedAuditEntry[] }) {
  return (
    <Table caption="Audit log, newest first">
      <TableHead>
        <Th numeric>Entry</Th>
        <Th>When</Th>
        <Th>Who</Th>
        <Th>Action</Th>
        <Th>Subject</Th>
        <Th>Detail</Th>
      </TableHead>
      <TableBody>
        {entries.map((entry) => (
          <Tr key={entry.id}>
            <Td label="Entry" numeric>
              <span title={`SHA-256 ${entry.hash}`}>#{entry.seq}</span>
            </Td>
            <Td label="When" primary className="text-ink-2">
              <Timestamp at={entry.at} />
            </Td>
            <Td label="Who" className="before:shrink-0">
              <span className="block min-w-0">
                {entry.actorName && <span className="block break-words">{entry.actorName}</span>}
                <span className="block break-all font-mono text-ink-2 text-xs">{entry.actor}</span>
                {entry.address && <span className="block text-ink-3 text-xs">from {entry.address}</span>}
              </span>
            </Td>
            <Td label="Action">
              <span className="font-mono text-xs">{entry.action}</span>
            </Td>
            <Td label="Subject">
              <CopyId id={entry.subject} />
            </Td>
            <Td label="Detail" className="text-ink-2 before:shrink-0">
              <span className="block min-w-0 break-words">{entry.detail}</span>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
