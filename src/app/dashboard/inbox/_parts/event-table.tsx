import Link from 'next/link'
import { shorten } from '@/ui/copy-id'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { EventRow } from '../../_parts/api'
import { EventState } from './event-state'
import { EventType, sentence } from './event-type'

export function EventTable({ events }: { events: readonly EventRow[] }) {
  return (
    <Table caption="Events of Stripe, the latest first">
      <TableHead>
        <Th>Type</Th>
        <Th>State</Th>
        <Th>Object</Th>
        <Th>Result</Th>
        <Th className="text-right">Received</Th>
      </TableHead>
      <TableBody>
        {events.map((event) => (
          <Tr key={`${event.account}/${event.id}`} className="group relative">
            <Td label="Type" primary>
              <Link
                href={`/dashboard/inbox/${event.id}`}
                title={event.id}
                className="font-mono text-ink text-xs no-underline after:absolute after:inset-0 group-hover:text-link"
              >
                <EventType type={event.type} />
              </Link>
            </Td>
            <Td label="State" primary>
              <EventState state={event.state} />
            </Td>
            <Td label="Object" className="text-ink-2">
              {event.objectId ? (
                <span className="font-mono text-xs" title={event.objectId}>
                  {shorten(event.objectId, 9, 6)}
                </span>
              ) : (
                '—'
              )}
            </Td>
            <Td label="Result" className="text-ink-2 before:shrink-0">
              <span className="max-md:text-end">{event.reason ? sentence(event.reason) : '—'}</span>
            </Td>
            <Td label="Received" className="text-ink-2 md:text-right">
              <Timestamp at={event.receivedAt} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
