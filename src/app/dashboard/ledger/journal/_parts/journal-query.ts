import type { DaysQuery } from '../../../_parts/period/days'

export const KINDS = ['capture', 'refund', 'surplus', 'reversal', 'movement'] as const
export type JournalKind = (typeof KINDS)[number]

export const KIND_WORDS: Record<JournalKind, string> = {
  capture: 'Captures',
  refund: 'Refunds',
  surplus: 'Surplus charges',
  reversal: 'Reversals',
  movement: 'Movements at the bank',
}

/** Filters of the journal, as its address has them. */
export interface JournalFilters {
  q: string | null
  kind: JournalKind | null
  /** Null: of any day. */
  days: DaysQuery | null
  after: string | null
}

/** The same, as the server takes them. */
export function journalInput({ q, kind, days, after }: JournalFilters) {
  return {
    limit: 20,
    ...days,
    ...(q?.trim() ? { search: q.trim() } : {}),
    ...(kind ? { kind } : {}),
    ...(after ? { cursor: after } : {}),
  }
}

/** What is set, by its name in the address. */
export function paramsOf({ q, kind, days, after }: JournalFilters): Record<string, string> {
  const all = { q: q?.trim(), kind, ...days, after }
  return Object.fromEntries(Object.entries(all).filter((pair): pair is [string, string] => Boolean(pair[1])))
}
