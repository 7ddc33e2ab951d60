import Link from 'next/link'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { WebhookEndpoint } from '../../_parts/api'
import { formatCount } from '../../_parts/words'
import { EndpointState } from './endpoint-state'

export function EndpointTable({ endpoints }: { endpoints: readonly WebhookEndpoint[] }) {
  return (
    <Table caption="Webhook endpoints, newest first">
      <TableHead>
        <Th>Endpoint</Th>
        <Th>State</Th>
        <Th>Events</Th>
        <Th numeric>Waiting</Th>
        <Th className="text-right">Created</Th>
      </TableHead>
      <TableBody>
        {endpoints.map((endpoint) => (
          <Tr key={endpoint.id} className="group relative">
            <Td label="Endpoint" primary>
              <span className="block min-w-0">
                <Link
                  href={`/dashboard/webhooks/${endpoint.id}`}
                  className="font-medium text-ink no-underline [overflow-wrap:anywhere] after:absolute after:inset-0 group-hover:text-link"
                >
                  {endpoint.url}
                </Link>
                {endpoint.description && (
                  <span className="block font-normal text-ink-3 text-xs [overflow-wrap:anywhere]">
                    {endpoint.description}
                  </span>
                )}
              </span>
            </Td>
            <Td label="State" primary>
              <EndpointState endpoint={endpoint} />
            </Td>
            <Td label="Events" className="text-ink-2 before:shrink-0">
              <EventNames types={endpoint.eventTypes} />
            </Td>
            <Td label="Waiting" numeric className="text-ink-2">
              {formatCount(endpoint.pending)}
            </Td>
            <Td label="Created" className="text-ink-2 md:text-right">
              <Timestamp at={endpoint.createdAt} style="day" />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

/** The events of an endpoint, in their own names. */
export function EventNames({ types }: { types: readonly string[] }) {
  if (types.length === 0) return 'All'
  return (
    <span className="flex flex-wrap justify-end gap-x-2 font-mono text-xs md:justify-start">
      {types.map((type) => (
        <span key={type} className="[overflow-wrap:anywhere]">
          {type}
        </span>
      ))}
    </span>
  )
}
