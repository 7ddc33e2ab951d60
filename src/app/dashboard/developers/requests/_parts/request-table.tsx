import Link from 'next/link'
import { Badge, type Tone } from '@/ui/badge'
import { shorten } from '@/ui/copy-id'
import { OutcomeLabel } from '@/ui/status'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { duration, Timestamp } from '@/ui/timestamp'
import type { ListedRequest } from '../../../_parts/api'

/** Requests of programs, newest first. */
export function RequestTable({ requests }: { requests: readonly ListedRequest[] }) {
  return (
    <Table caption="Requests of programs, newest first">
      <TableHead>
        <Th>Request</Th>
        <Th>Status</Th>
        <Th>Outcome</Th>
        <Th>Idempotency key</Th>
        <Th>API key</Th>
        <Th numeric>Took</Th>
        <Th>When</Th>
      </TableHead>
      <TableBody>
        {requests.map((request) => (
          <Tr key={request.id} className="group relative">
            <Td label="Request" primary>
              <Link
                prefetch={false}
                href={`/dashboard/developers/requests/${request.id}`}
                className="font-mono text-ink text-xs no-underline [overflow-wrap:anywhere] after:absolute after:inset-0 group-hover:text-link"
              >
                {request.method}{' '}
                {request.path.replace(/[0-9a-f]{20,}/g, (id) => `${id.slice(0, 6)}…${id.slice(-4)}`)}
              </Link>
            </Td>
            <Td label="Status" primary>
              <StatusBadge status={request.status} />
            </Td>
            <Td label="Outcome">
              <span className="flex flex-col items-end md:items-start">
                {request.outcome ? (
                  <OutcomeLabel outcome={request.outcome} />
                ) : (
                  <span className="text-ink-3">—</span>
                )}
                {request.problem && <span className="font-mono text-ink-3 text-xs">{request.problem}</span>}
                {request.sameIntentAs && (
                  <Badge tone="warn" glyph="!">
                    New key
                  </Badge>
                )}
              </span>
            </Td>
            <Td label="Idempotency key">
              {request.idempotencyKey ? (
                <span title={request.idempotencyKey} className="whitespace-nowrap font-mono text-xs">
                  {shorten(request.idempotencyKey, 10, 4)}
                </span>
              ) : (
                <span className="text-ink-3">—</span>
              )}
            </Td>
            <Td label="API key" className="text-ink-2">
              <span
                className="block max-w-40 truncate"
                title={`${request.apiKey.name}, ${request.apiKey.hint}`}
              >
                {request.apiKey.name}
              </span>
            </Td>
            <Td label="Took" numeric>
              {duration(request.durationMs)}
            </Td>
            <Td label="When" className="text-ink-2">
              <Timestamp at={request.at} />
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

/** A status with the tone of its class. */
export function StatusBadge({ status }: { status: number }) {
  return <Badge tone={toneOf(status)}>{status}</Badge>
}

function toneOf(status: number): Tone {
  if (status < 400) return 'ok'
  return status < 500 ? 'warn' : 'bad'
}
