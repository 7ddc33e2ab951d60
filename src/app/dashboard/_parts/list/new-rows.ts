'use client'
import { useState } from 'react'

/** A row, known by an id of ours or by the bank's reference. */
export type ListedRow = { id: string } | { ref: string }

const idOf = (row: ListedRow) => ('id' in row ? row.id : row.ref)

/** Pure. Rows on top that the reader has not been shown wait; all others are shown, as they are now. */
export function holdNewRows<Item extends ListedRow>(
  known: ReadonlySet<string>,
  latest: readonly Item[],
): { rows: readonly Item[]; waiting: number } {
  const first = latest.findIndex((row) => known.has(idOf(row)))
  // None of them is known: an empty list, or a page full of new ones. There is nothing that could move.
  return first <= 0 ? { rows: latest, waiting: 0 } : { rows: latest.slice(first), waiting: first }
}

/**
 * Keeps rows where they are while newer ones arrive, so that none moves under the cursor.
 * @param list names the list: another one is shown as it comes. Null: rows of this order may come anywhere, and are all shown.
 */
export function useSteadyRows<Item extends ListedRow>(
  latest: readonly Item[] | undefined,
  list: string | null,
) {
  const [shown, setShown] = useState<{ list: string; known: ReadonlySet<string> } | null>(null)
  if (latest === undefined || list === null) return { rows: latest, waiting: 0, show: () => undefined }
  const isSame = shown?.list === list && latest.some((row) => shown.known.has(idOf(row)))
  const known = isSame ? shown.known : idsOf(latest)
  if (!isSame && (shown?.list !== list || latest.length > 0)) {
    const next = { list, known }
    // The first look at a list, in the same pass: React draws once, with it.
    if (shown?.list !== list || !sameIds(shown.known, known)) setShown(next)
  }
  return { ...holdNewRows(known, latest), show: () => setShown({ list, known: idsOf(latest) }) }
}

function idsOf(rows: readonly ListedRow[]): ReadonlySet<string> {
  return new Set(rows.map(idOf))
}

function sameIds(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id))
}
