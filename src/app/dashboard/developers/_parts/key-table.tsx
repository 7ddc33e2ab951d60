import { Badge } from '@/ui/badge'
import { Button } from '@/ui/button'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { Timestamp } from '@/ui/timestamp'
import type { KeyRow } from '../../_parts/api'
import { ALL_SCOPES, STATE_WORDS } from './key-words'

export type KeyAction = 'rotate' | 'revoke'

/** API keys, newest first. Those that have ended have no buttons. */
export function KeyTable({ caption, rows, onAct }: { caption: string; rows: readonly KeyRow[]; onAct?(action: KeyAction, row: KeyRow): void }) {
  return (
    <Table caption={caption}>
      <TableHead>
        <Th>Name</Th>
        <Th>State</Th>
        <Th>Rights</Th>
        <Th>Created</Th>
        <Th>Last used</Th>
        <Th>{onAct ? 'Works until' : 'Ended'}</Th>
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
              <span className="min-w-0 md:block md:min-w-44">
                <span className="block font-medium [overflow-wrap:anywhere]">{row.name}</span>
                <span className="flex flex-wrap items-baseline gap-x-2 font-normal text-ink-3 text-xs">
                  <span className="whitespace-nowrap font-mono">{row.hint}</span>
                  <span>{row.mode === 'live' ? 'Live' : 'Test'}</span>
                </span>
              </span>
            </Td>
            <Td label="State" primary>
              <State row={row} />
            </Td>
            <Td label="Rights">
              <Scopes row={row} />
            </Td>
            <Td label="Created" className="text-ink-2">
              <span className="text-end md:text-start">
                <Timestamp at={row.createdAt} style="day" />
                <span title={row.createdBy} className="block max-w-40 truncate text-ink-3 text-xs">
                  {row.createdBy}
                </span>
              </span>
            </Td>
            <Td label="Last used" className="text-ink-2">
              {row.lastUsedAt ? <Timestamp at={row.lastUsedAt} seconds={false} /> : 'Never'}
            </Td>
            <Td label={onAct ? 'Works until' : 'Ended'} className="text-ink-2">
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

function State({ row }: { row: KeyRow }) {
  const { word, char, tone } = STATE_WORDS[row.state]
  return (
    <Badge tone={tone}>
      <span aria-hidden="true" className="text-[0.625rem] leading-none">
        {char}
      </span>
      {word}
    </Badge>
  )
}

function Scopes({ row }: { row: KeyRow }) {
  if (row.scopes.length === ALL_SCOPES.length) return <span className="text-ink-2">everything</span>
  return (
    <span className="flex flex-wrap justify-end gap-x-2 font-mono text-ink-2 text-xs md:max-w-60 md:justify-start">
      {row.scopes.map((scope) => (
        <span key={scope}>{scope}</span>
      ))}
    </span>
  )
}

function End({ row }: { row: KeyRow }) {
  const at = row.revokedAt ?? row.expiresAt
  if (!at) return 'It is revoked'
  return (
    <span className="text-end md:text-start">
      <Timestamp at={at} {...(row.state === 'active' ? { style: 'day' as const } : { seconds: false })} />
      {row.state === 'overlap' && row.idle && <span className="block text-ok text-xs">Not used for an hour: safe to end now</span>}
    </span>
  )
}

function Actions({ row, onAct }: { row: KeyRow; onAct(action: KeyAction, row: KeyRow): void }) {
  return (
    <span className="ms-auto flex justify-end gap-2 pt-1.5 md:pt-0">
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
