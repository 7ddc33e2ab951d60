'use client'
import { useState } from 'react'
import { Button } from '@/ui/button'
import { cx } from '@/ui/cx'
import { EmptyState } from '@/ui/empty-state'
import { OutcomeLabel, type OutcomeName } from '@/ui/status'
import { Table, TableBody, TableHead, Td, Th, Tr } from '@/ui/table'
import { duration, Timestamp } from '@/ui/timestamp'
import type { AttemptRecord } from '../api'
import { formatCount } from '../words'
import { type AttemptSpan, isWork, pinExecuted, spansOf } from './attempt-span'

/** 12: longer lists are folded, since the first attempts explain the payment. */
const SHOWN = 12

/**
 * The attempts of one payment or record: outcome, time, worker and fence, and a bar on a common time axis.
 * @param ownRecordId attempts of any other record are marked "another key"
 * @param inspected also show process and fence, which an operator seldom needs
 */
export function AttemptList({
  attempts,
  ownRecordId,
  inspected = true,
}: {
  attempts: readonly AttemptRecord[]
  ownRecordId?: string
  inspected?: boolean
}) {
  const [all, setAll] = useState(false)
  if (attempts.length === 0)
    return (
      <EmptyState title="No attempts recorded yet.">
        Attempts are recorded in batches, outside the payment path.
      </EmptyState>
    )
  const ordered = spansOf(pinExecuted(attempts))
  const shown = all ? ordered : ordered.slice(0, SHOWN)
  return (
    <>
      <Table caption="Attempts: the one that did the work first, then the others by time">
        <TableHead>
          <Th>Outcome</Th>
          <Th>When</Th>
          <Th className="w-[26%]">After the first</Th>
          <Th numeric>Took</Th>
          <Th numeric>Status</Th>
          {inspected && <Th>Worker · fence</Th>}
          <Th>Source</Th>
        </TableHead>
        <TableBody>
          {shown.map((spanned) => (
            <AttemptLine
              key={spanned.item.id}
              spanned={spanned}
              inspected={inspected}
              foreign={ownRecordId !== undefined && spanned.item.recordId !== ownRecordId}
            />
          ))}
        </TableBody>
      </Table>
      {ordered.length > SHOWN && (
        <div className="border-line border-t px-4 py-3 sm:px-5">
          <Button size="sm" onClick={() => setAll(!all)}>
            {all ? 'Show fewer' : `Show all ${formatCount(ordered.length)}`}
          </Button>
        </div>
      )}
    </>
  )
}

function AttemptLine({
  spanned,
  foreign,
  inspected,
}: {
  spanned: AttemptSpan<AttemptRecord>
  foreign: boolean
  inspected: boolean
}) {
  const { item: attempt, offsetMs } = spanned
  const held = attempt.outcome === 'held'
  return (
    <Tr className={isWork(attempt) ? 'bg-ok-soft/40' : ''}>
      <Td label="Outcome" primary>
        <span className="flex flex-wrap items-center gap-x-2">
          <OutcomeLabel outcome={attempt.outcome as OutcomeName} />
          {held && <span className="figures text-ink-2">{formatCount(attempt.presses)} presses</span>}
          {foreign && <span className="rounded-sm bg-muted px-1 text-2xs text-ink-2">another key</span>}
        </span>
      </Td>
      <Td label="When" primary className="text-ink-2">
        <Timestamp at={attempt.at} style="time" className="text-xs" />
      </Td>
      <Td label="After the first" className="md:w-[26%]">
        <span className="flex items-center gap-2 md:w-full">
          <span className="figures w-16 shrink-0 text-right text-ink-3 text-xs">+{duration(offsetMs)}</span>
          <Bar spanned={spanned} />
        </span>
      </Td>
      <Td label="Took" numeric>
        {held ? '—' : duration(attempt.durationMs)}
      </Td>
      <Td label="Status" numeric>
        {held ? <span className="text-ink-3">never sent</span> : <Status attempt={attempt} />}
      </Td>
      {inspected && (
        <Td label="Worker · fence">
          {held ? (
            '—'
          ) : (
            <span
              className="inline-flex min-w-0 items-baseline gap-1 font-mono text-xs"
              title={attempt.worker}
            >
              <span className="max-w-28 truncate">{shortWorker(attempt.worker)}</span>
              {attempt.fence !== null && <span className="text-ink-3">· {attempt.fence}</span>}
            </span>
          )}
        </Td>
      )}
      <Td label="Source" className="text-ink-2">
        <span title={`Request ${attempt.requestId}`}>{attempt.source}</span>
      </Td>
    </Tr>
  )
}

const BAR: Record<string, string> = {
  executed: 'fill-ok',
  recovered: 'fill-violet',
  ambiguous: 'fill-warn',
  joined: 'fill-teal',
  replayed: 'fill-info',
  rejected: 'fill-bad',
  held: 'fill-edge',
}

function Bar({ spanned }: { spanned: AttemptSpan<AttemptRecord> }) {
  return (
    <span aria-hidden="true" className="relative hidden h-2 flex-1 rounded-full bg-muted md:block">
      {/* Drawn, since the page's policy allows no style attribute. The second bar is the least width that can be seen. */}
      <svg
        aria-hidden="true"
        className={cx(
          'absolute inset-0 size-full overflow-visible',
          BAR[spanned.item.outcome] ?? 'fill-edge',
        )}
      >
        <rect x={`${spanned.left}%`} width={`${spanned.width}%`} height="100%" rx="4" />
        <rect x={`${spanned.left}%`} width="4" height="100%" rx="2" />
      </svg>
    </span>
  )
}

function Status({ attempt }: { attempt: AttemptRecord }) {
  return (
    <span title={attempt.problem ?? undefined}>
      {attempt.status}
      {attempt.problem && (
        <span className="ml-1.5 font-mono text-ink-3 text-xs max-md:inline md:hidden xl:inline">
          {attempt.problem}
        </span>
      )}
    </span>
  )
}

/** `web@host:1234` → `web:1234`; the full name is in the tooltip. */
function shortWorker(worker: string): string {
  return worker.replace(/@.*:/, ':')
}
