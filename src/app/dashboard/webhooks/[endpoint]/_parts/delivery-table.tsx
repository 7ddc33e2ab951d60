import Link from 'next/link'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { ListedDelivery } from '../../../_parts/api'
import { DeliveryState } from '../../_parts/delivery-state'

export function DeliveryTable({ deliveries }: { deliveries: readonly ListedDelivery[] }) {
  return (
    <Table caption="Deliveries to this endpoint, newest first">
      <TableHead>
        <Th>Event</Th>
        <Th>State</Th>
        <Th>Last answer</Th>
        <Th numeric>Attempts</Th>
        <Th>Next attempt</Th>
        <Th className="text-right">Created</Th>
      </TableHead>
      <TableBody>
        {deliveries.map((delivery) => (
          <Tr key={delivery.id} className="group relative">
            <Td label="Event" primary>
              <Link
                href={`/dashboard/webhooks/deliveries/${delivery.id}`}
                title={delivery.eventId}
                className="font-mono text-ink text-xs no-underline [overflow-wrap:anywhere] after:absolute after:inset-0 group-hover:text-link"
              >
                {delivery.eventType}
              </Link>
            </Td>
            <Td label="State" primary>
              <DeliveryState delivery={delivery} />
            </Td>
            <Td label="Last answer" className="text-ink-2 before:shrink-0">
              <span className="max-md:text-end">{delivery.lastStatus ?? delivery.lastError ?? '—'}</span>
            </Td>
            <Td label="Attempts" numeric className="text-ink-2">
              {delivery.attempts}
            </Td>
            <Td label="Next attempt" className="text-ink-2">
              {delivery.nextAttemptAt && delivery.attempts > 0 ? (
                <Timestamp at={delivery.nextAttemptAt} />
              ) : (
                '—'
              )}
            </Td>
            <Td label="Created" className="text-ink-2 md:text-right">
              <Timestamp at={delivery.createdAt} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}
