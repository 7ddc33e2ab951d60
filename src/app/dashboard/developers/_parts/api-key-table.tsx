import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { ListedApiKey } from '../../_parts/api'
import { ALL_SCOPES, STATE_LABELS } from './api-key-labels'

export type ApiKeyAction = 'rotate' | 'revoke'

/** Between a phone's cards and a wide screen, these two columns move under the name. */
const WIDE_ONLY = 'md:max-xl:hidden'

/**
 * API keys, newest first.
 * @param ended they have ended
 * @param onAct absent where there is nothing to press: the keys have ended, or the operator may only read
 */
export function ApiKeyTable({
  caption,
  rows,
  ended = false,
  onAct,
}: {
  caption: string
  rows: readonly ListedApiKey[]
  ended?: boolean
  onAct?(action: ApiKeyAction, row: ListedApiKey): void
}) {
  const end = ended ? 'Ended' : 'Valid until'
  return (
    <Table caption={caption}>
      <TableHead>
        <Th>Name</Th>
        <Th>State</Th>
        <Th className={WIDE_ONLY}>Permissions</Th>
        <Th className={WIDE_ONLY}>Created</Th>
        <Th>Last used</Th>
        <Th>{end}</Th>
        {onAct && (
          <Th>
            <span className="sr-only">Actions</span>
          </Th>
        )}
      </TableHead>
      <TableBody>
        {rows.map((row) => (
          <Tr key={row.id}>
            <Td label="Name" primary>
              <Name row={row} />
            </Td>
            <Td label="State" primary>
              <State row={row} />
            </Td>
            <Td label="Permissions" className={WIDE_ONLY}>
              <Scopes row={row} />
            </Td>
            <Td label="Created" className={cx('text-ink-2', WIDE_ONLY)}>
              <Created row={row} />
            </Td>
            <Td label="Last used" className="text-ink-2">
              {row.lastUsedAt ? <Moment at={row.lastUsedAt} /> : 'Never'}
            </Td>
            <Td label={end} className="text-ink-2">
              <End row={row} />
            </Td>
            {onAct && (
              <Td label="Actions" className="before:content-none">
                <Actions row={row} onAct={onAct} />
              </Td>
            )}
          </Tr>
        ))}
      </TableBody>
    </Table>
  )
}

function Name({ row }: { row: ListedApiKey }) {
  return (
    <span className="min-w-0 md:block md:min-w-36">
      <span className="block font-medium [overflow-wrap:anywhere]">{row.name}</span>
      <span className="flex flex-wrap items-baseline gap-x-2 font-normal text-ink-3 text-xs">
        <span className="whitespace-nowrap font-mono">{row.hint}</span>
        <span>{row.mode === 'live' ? 'Live' : 'Test'}</span>
      </span>
      <span className="mt-1.5 hidden flex-col gap-1 font-normal md:max-xl:flex">
        <Scopes row={row} />
        <span className="text-ink-3 text-xs [overflow-wrap:anywhere]">
          Created <Timestamp at={row.createdAt} style="day" /> by {row.createdBy}
        </span>
      </span>
    </span>
  )
}

function Created({ row }: { row: ListedApiKey }) {
  return (
    <span className="text-end md:text-start">
      <Timestamp at={row.createdAt} style="day" />
      <span
        title={row.createdBy}
        className="block max-w-40 truncate text-ink-3 text-xs xl:max-w-28 2xl:max-w-40"
      >
        {row.createdBy}
      </span>
    </span>
  )
}

/** The day with the time below it: half as wide as one line. */
function Moment({ at }: { at: string }) {
  return (
    <span className="text-end md:text-start">
      <Timestamp at={at} style="day" />{' '}
      <Timestamp at={at} style="time" seconds={false} className="text-ink-3 text-xs md:block" />
    </span>
  )
}

function State({ row }: { row: ListedApiKey }) {
  const { word, glyph, tone } = STATE_LABELS[row.state]
  return (
    <Badge tone={tone} glyph={glyph}>
      {word}
    </Badge>
  )
}

function Scopes({ row }: { row: ListedApiKey }) {
  if (row.scopes.length === ALL_SCOPES.length) return <span className="text-ink-2">everything</span>
  return (
    <span className="flex flex-wrap justify-end gap-x-2 font-mono text-ink-2 text-xs md:max-w-60 md:justify-start">
      {row.scopes.map((scope) => (
        <span key={scope}>{scope}</span>
      ))}
    </span>
  )
}

function End({ row }: { row: ListedApiKey }) {
  const at = row.revokedAt ?? row.expiresAt
  if (!at) return 'No expiry'
  if (row.state === 'active') return <Timestamp at={at} style="day" />
  return (
    <span className="text-end md:text-start">
      <Moment at={at} />
      {row.state === 'overlap' && row.idle && (
        <span className="block text-ok text-xs">Not used for an hour: safe to revoke</span>
      )}
    </span>
  )
}

function Actions({
  row,
  onAct,
}: {
  row: ListedApiKey
  onAct(action: ApiKeyAction, row: ListedApiKey): void
}) {
  return (
    <span className="ms-auto flex justify-end gap-2 pt-1.5 md:flex-col md:pt-0 2xl:flex-row">
      {row.state === 'active' && (
        <Button size="sm" onClick={() => onAct('rotate', row)}>
          Rotate<span className="sr-only"> {row.name}</span>
        </Button>
      )}
      <Button size="sm" onClick={() => onAct('revoke', row)}>
        Revoke<span className="sr-only"> {row.name}</span>
      </Button>
    </span>
  )
}
