/** What stands behind the `?` of an address: anyone's words, checked before use. */
export type SearchParams = Record<string, string | string[] | undefined>

export function choiceParam<Word extends string>(
  words: readonly Word[],
  value: string | string[] | undefined,
): Word | undefined {
  return words.find((word) => word === value)
}

export function textParam(value: string | string[] | undefined, max: number): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : ''
  return trimmed === '' ? undefined : trimmed.slice(0, max)
}

/** A time as the address bar may hold it: RFC 3339, or what a `datetime-local` field writes, which is taken as UTC. */
export function timeParam(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const time = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString()
}
