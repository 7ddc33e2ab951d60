import type { Bar } from './bars'
import type { PeerResult } from './peers/compare'
import type { Figure } from './rounds'
import type { PageTime } from './trials/pages'
import type { PgbenchRate } from './trials/pgbench'

/** A table for the terminal, or in Markdown. Columns from `right` on are numbers. */
export function table(
  head: readonly string[],
  rows: readonly string[][],
  right: number,
  markdown: boolean,
): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map((row) => row[column]?.length ?? 0)))
  const cells = (row: readonly string[]) =>
    widths.map((width, column) =>
      column < right ? (row[column] ?? '').padEnd(width) : (row[column] ?? '').padStart(width),
    )
  if (!markdown) return all.map((row) => cells(row).join('  ').trimEnd()).join('\n')
  const rule = widths.map((_, column) => (column < right ? '---' : '--:'))
  return [head, rule, ...rows]
    .map((row, index) => `| ${(index === 1 ? row : cells(row)).join(' | ')} |`)
    .join('\n')
}

const HEAD = [
  '',
  'callers',
  'path',
  '/s',
  'slowest–fastest',
  'p50 ms',
  'p99 ms',
  'Node µs',
  'PostgreSQL µs',
  'round trips',
  'commits',
  'WAL bytes',
]

export function figuresTable(figures: readonly Figure[], markdown: boolean): string {
  const rows = figures.map((one) => [
    one.what,
    String(one.callers),
    one.path,
    thousands(one.perSecond),
    `${thousands(one.slowest)}–${thousands(one.fastest)}`,
    one.p50Ms.toFixed(2),
    one.p99Ms.toFixed(1),
    thousands(one.nodeCpuUs),
    one.postgresCpuUs === null ? '—' : thousands(one.postgresCpuUs),
    one.roundTrips.toFixed(2),
    one.commits.toFixed(2),
    thousands(one.walBytes),
  ])
  return table(HEAD, rows, 3, markdown)
}

export function barsTable(bars: readonly Bar[], markdown: boolean): string {
  const rows = bars.map(({ bar, measured, wanted, met }) => [bar, measured, wanted, met ? 'met' : 'not met'])
  return table(['bar', 'measured', 'wanted', ''], rows, 4, markdown)
}

export function pagesTable(pages: readonly PageTime[], markdown: boolean): string {
  const rows = pages.map(({ page, ms }) => [page, ms < 10 ? ms.toFixed(1) : thousands(ms)])
  return table(['page', 'ms'], rows, 1, markdown)
}

export function peersTable(results: readonly PeerResult[], markdown: boolean): string {
  const rows = results.map(({ peer, fresh, replay, storms, died }) => {
    const total = (of: (storm: PeerResult['storms'][number]) => number) =>
      storms.reduce((sum, storm) => sum + of(storm), 0)
    return [
      peer,
      thousands(fresh.perSecond),
      fresh.p50Ms.toFixed(1),
      thousands(replay.perSecond),
      storms.map(({ charges }) => charges).join(' '),
      thousands(total(({ failures }) => failures)),
      storms.map(({ answers }) => answers).join(' '),
      String(died.charges),
      died.result,
    ]
  })
  return table(PEERS_HEAD, rows, 1, markdown)
}

const PEERS_HEAD = [
  'peer',
  'fresh/s',
  'p50 ms',
  'replay/s',
  'charges of 5 storms',
  'failures of 500',
  'answers',
  'charges after a death',
  'the same key again',
]

export function pgbenchLine(rates: readonly PgbenchRate[] | null): string {
  const shown = rates?.map(({ callers, perSecond }) => `${thousands(perSecond)}/s with ${callers}`).join(', ')
  return shown ? `pgbench, the statements of raw SQL: ${shown}` : 'pgbench is not installed here'
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-GB')
}
