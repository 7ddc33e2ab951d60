/** Counts and lists in English, for the sentences of the dashboard. */

export function sentenceList(parts: readonly string[]): string {
  return parts.length < 3 ? parts.join(', ') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

export function times(n: number): string {
  return n === 1 ? 'once' : n === 2 ? 'twice' : `${formatCount(n)} times`
}

export function counted(n: number, one: string, more: string): string {
  return `${formatCount(n)} ${n === 1 ? one : more}`
}

export function formatCount(n: number): string {
  return n.toLocaleString('en')
}

/** The singular of a plural noun of ours: `deliveries` is `delivery`. */
export function oneOf(plural: string): string {
  return plural.replace(/ies$/, 'y').replace(/s$/, '')
}
