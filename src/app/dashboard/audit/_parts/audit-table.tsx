import Link from 'next/link'
import { CopyId } from '@/ui/copy-id'
import { cx } from '@/ui/cx'
import { LINK } from '@/ui/nav'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import { Verbatim } from '@/ui/verbatim'
import type { ListedAuditEntry } from '../../_parts/api'
import { audited } from './audit-object'

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
              <AuditObject entry={entry} />
            </Td>
            <Td label="Detail" className="text-ink-2 before:shrink-0">
              <AuditChanges entry={entry} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

/** The id, and the way to what it is. */
function AuditObject({ entry }: { entry: ListedAuditEntry }) {
  const place = audited(entry)
  return (
    <span className="flex min-w-0 flex-col items-start">
      <CopyId id={entry.subject} />
      {place && (
        <Link
          href={place.href}
          prefetch={false}
          className={cx(LINK, 'inline-flex min-h-6 items-center px-1 text-xs')}
        >
          {place.word}
        </Link>
      )}
    </span>
  )
}

/** Field by field what was before and after; else the entry's own words. */
function AuditChanges({ entry: { changes, detail } }: { entry: ListedAuditEntry }) {
  if (changes.length === 0) return <span className="block min-w-0 break-words">{detail}</span>
  return (
    <ul className="min-w-0">
      {changes.map(({ field, before, after }) => (
        <li key={field} className="[overflow-wrap:anywhere]">
          <span className="text-ink-3">{field}:</span> <Side>{before}</Side> <span aria-hidden="true">→</span>
          <span className="sr-only">became</span> <Side>{after}</Side>
        </li>
      ))}
    </ul>
  )
}

function Side({ children }: { children: string | null }) {
  return children === null ? <span className="text-ink-3">nothing</span> : <Verbatim>{children}</Verbatim>
}
