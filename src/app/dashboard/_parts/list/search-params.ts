/** The query of an address as Next passes it: untrusted input. */
export type SearchParams = Record<string, string | string[] | undefined>

/** The address of a page with these filters. */
export function addressOf(path: string, params: Record<string, string>): string {
  const text = new URLSearchParams(params).toString()
  return text ? `${path}?${text}` : path
}

/** The value, if it is one of `words`. */
export function choiceParam<Word extends string>(
  words: readonly Word[],
  value: string | string[] | undefined,
): Word | undefined {
  return words.find((word) => word === value)
}

/** The trimmed value, cut to `max` characters; undefined when empty or repeated, or with a control character, which no text of ours has. */
export function textParam(value: string | string[] | undefined, max: number): string | undefined {
  const trimmed = typeof value === 'string' ? value.trim() : ''
  return trimmed === '' || /\p{Cc}/u.test(trimmed) ? undefined : trimmed.slice(0, max)
}

/** The time in RFC 3339, of the years 1900 to 2999. Also accepts the value of a `datetime-local` field, read as UTC. */
export function timeParam(value: string | string[] | undefined): string | undefined {
  if (typeof value !== 'string' || value === '') return undefined
  const time = Date.parse(/[zZ]|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`)
  if (Number.isNaN(time)) return undefined
  const text = new Date(time).toISOString()
  return /^(19|2\d)\d\d-/.test(text) ? text : undefined
}
