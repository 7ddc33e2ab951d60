import Link from 'next/link'
import { Card, CardBody, CardHeader } from '@/ui/card'
import { EmptyState } from '@/ui/empty-state'
import { LINK } from '@/ui/nav'
import { SkeletonRows } from '@/ui/skeleton'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import type { ApiKeyUse, KeyUseData, ListedApiKey } from '../../_parts/api'
import { formatCount } from '../../_parts/words'
import { adviceOf, shareOfReplays } from './key-advice'

const REQUESTS = '/dashboard/developers/requests'

/** What each API key does with idempotency keys, and what to change in a client that misuses them. */
export function KeyUse({
  use,
  keys,
  failed,
}: {
  use: ApiKeyUse | undefined
  keys: readonly ListedApiKey[] | undefined
  failed: boolean
}) {
  const names = new Map(keys?.map(({ id, name }) => [id, name]))
  const rows = use?.keys.toSorted((one, other) => other.requests - one.requests) ?? []
  return (
    <Card className="overflow-hidden">
      <CardHeader
        title="Use of keys"
        note={`Requests of each API key in the last ${use?.days ?? 7} days, of those in the request log.`}
        actions={
          <Link prefetch={false} href={REQUESTS} className={`${LINK} text-ui`}>
            Request log
          </Link>
        }
      />
      {!use ? (
        failed ? (
          <EmptyState title="The counts could not be loaded.">
            The server is not responding. We keep trying.
          </EmptyState>
        ) : (
          <SkeletonRows rows={3} />
        )
      ) : rows.length === 0 ? (
        <EmptyState title={use.keptDays === 0 ? 'The request log is switched off' : 'No requests yet'}>
          {use.keptDays === 0
            ? 'Set PAYONCE_REQUEST_LOG_DAYS to a number of days to keep requests.'
            : 'Counts appear here with the first request of a program.'}
        </EmptyState>
      ) : (
        <>
          <UseTable rows={rows} nameOf={(id) => names.get(id) ?? id} />
          <Advice rows={rows} nameOf={(id) => names.get(id) ?? id} />
          <CardBody className="border-line border-t text-ink-3 text-ui">
            <p>
              <strong className="font-medium text-ink-2">New keys</strong> counts each further idempotency key
              of one API key for the same thing within an hour, if the earlier request may have worked (it was
              answered with 2xx, 409 or 5xx). The same thing is the same address with the same orderId;
              without one, the same reference, amount and items; without either, the same body. Two customers
              may want the same: look at the requests.
            </p>
          </CardBody>
        </>
      )}
    </Card>
  )
}

interface RowsProps {
  rows: readonly KeyUseData[]
  nameOf(id: string): string
}

function UseTable({ rows, nameOf }: RowsProps) {
  return (
    <Table caption="Requests of each API key">
      <TableHead>
        <Th>API key</Th>
        <Th numeric>Requests</Th>
        <Th numeric>Replays</Th>
        <Th numeric>Other payload (422)</Th>
        <Th numeric>Conflicts (409)</Th>
        <Th numeric>New keys</Th>
        <Th numeric>Failed (5xx)</Th>
      </TableHead>
      <TableBody>
        {rows.map((use) => (
          <Tr key={use.apiKeyId}>
            <Td label="API key" primary>
              <Count of={use} query={{}}>
                <span className="[overflow-wrap:anywhere]">{nameOf(use.apiKeyId)}</span>
              </Count>
            </Td>
            <Td label="Requests" numeric primary>
              {formatCount(use.requests)}
            </Td>
            <Td label="Replays" numeric>
              {shareOfReplays(use)}
            </Td>
            <Td label="Other payload (422)" numeric>
              <Count of={use} query={{ problem: 'key-reused' }}>
                {use.mismatches}
              </Count>
            </Td>
            <Td label="Conflicts (409)" numeric>
              {formatCount(use.conflicts)}
            </Td>
            <Td label="New keys" numeric>
              <Count of={use} query={{ newKeys: 'true' }}>
                {use.newKeys}
              </Count>
            </Td>
            <Td label="Failed (5xx)" numeric>
              <Count of={use} query={{ status: 'failed' }}>
                {use.failed}
              </Count>
            </Td>
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

/** A count that leads to its requests; a zero leads nowhere. */
function Count({
  of,
  query,
  children,
}: {
  of: KeyUseData
  query: Record<string, string>
  children: React.ReactNode
}) {
  if (children === 0) return <span className="text-ink-3">0</span>
  const search = new URLSearchParams({ apiKey: of.apiKeyId, ...query })
  return (
    <Link prefetch={false} href={`${REQUESTS}?${search}`} className={LINK}>
      {typeof children === 'number' ? formatCount(children) : children}
    </Link>
  )
}

function Advice({ rows, nameOf }: RowsProps) {
  const advised = rows
    .map((use) => ({ use, advice: adviceOf(use) }))
    .filter(({ advice }) => advice.length > 0)
  if (advised.length === 0) return null
  return (
    <div className="border-line border-t px-4 py-4 sm:px-5">
      <h3 className="font-semibold text-sm">What to change in a client</h3>
      <ul className="mt-2 flex flex-col gap-4">
        {advised.map(({ use, advice }) => (
          <li key={use.apiKeyId}>
            <p className="font-medium text-ui [overflow-wrap:anywhere]">{nameOf(use.apiKeyId)}</p>
            <ul className="mt-1 flex list-disc flex-col gap-1.5 ps-5 text-ink-2 text-ui">
              {advice.map(({ what, change }) => (
                <li key={what}>
                  {what} {change}
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </div>
  )
}
