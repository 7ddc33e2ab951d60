import { localClock } from '@/lib/day'
import { BYTE_ORDER_MARK, type CsvCell, csvLine } from './csv'
import type { ExportedFile } from './export-route'

/** A CSV file: the names of its columns, and its rows page by page. */
export interface CsvTable {
  columns: readonly string[]
  pages: AsyncIterable<readonly CsvCell[][]> | Iterable<readonly CsvCell[][]>
}

/** The text of a table, a page at a time. */
export async function* csvText({ columns, pages }: CsvTable): AsyncGenerator<string> {
  yield `${BYTE_ORDER_MARK}${csvLine(columns)}`
  for await (const page of pages) yield page.map(csvLine).join('')
}

/** @param name without the ending */
export function csvFile(name: string, table: CsvTable): ExportedFile {
  return { name: `${name}.csv`, type: 'text/csv; charset=utf-8', pieces: csvText(table) }
}

/** Names of the two columns of an instant: in UTC, and in the chosen zone. */
export const instantColumns = (name: string) => [name, `${name}Local`] as const

/** Writes both: `2026-11-30T22:59:59.123Z`, and the same with the zone's offset. */
export function instantCells(zone: string): (at: Date) => [Date, string] {
  const clock = localClock(zone)
  return (at) => [at, clock(at)]
}
