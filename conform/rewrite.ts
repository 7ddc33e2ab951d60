/** The same payload in other characters, and another payload in the same form: for JSON and for forms. */

/** Other key order, other white space, the same meaning; null where there is nothing to change. */
export function rewritten(body: string): string | null {
  const json = parsed(body)
  if (json !== undefined) return different(JSON.stringify(backwards(json), null, 3), body)
  return isForm(body) ? different(body.split('&').reverse().join('&'), body) : null
}

/** One amount more: the first number of the payload, else null. */
export function raised(body: string): string | null {
  const json = parsed(body)
  if (typeof json === 'object' && json !== null) return raiseFirst(json) ? JSON.stringify(json) : null
  if (!isForm(body)) return null
  return different(
    body.replace(/=(\d{1,9})(?=&|$)/, (_, number: string) => `=${Number(number) + 1}`),
    body,
  )
}

/** The values of one payload that the other has not: what a refusal must not tell. Short ones are left out, for they turn up by chance. */
export function valuesThatDiffer(payloads: readonly string[]): string[] {
  const [one = [], other = []] = payloads.map((body) => valuesOf(body).map(String))
  const differing = [
    ...one.filter((value) => !other.includes(value)),
    ...other.filter((value) => !one.includes(value)),
  ]
  return differing.filter((value) => value.length >= 4)
}

function valuesOf(body: string): unknown[] {
  const json = parsed(body)
  if (json !== undefined) return leaves(json)
  return isForm(body) ? [...new URLSearchParams(body).values()] : []
}

function leaves(value: unknown): unknown[] {
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leaves) : [value]
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

function backwards(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(backwards)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, inner]) => [name, backwards(inner)]),
  )
}

/** In place. @returns whether there was one */
function raiseFirst(value: object): boolean {
  for (const [name, inner] of Object.entries(value)) {
    if (typeof inner === 'number') {
      Object.assign(value, { [name]: inner + 1 })
      return true
    }
    if (typeof inner === 'object' && inner !== null && raiseFirst(inner)) return true
  }
  return false
}

/** Names once each, and no lists: where a name repeats, the order of its values means something. */
function isForm(body: string): boolean {
  const names = body.split('&').map((pair) => pair.split('=')[0] ?? '')
  return /^[^={}\s&]+=/.test(body) && new Set(names).size === names.length && !/\[\]|%5B%5D/i.test(body)
}

function different(text: string, from: string): string | null {
  return text === from ? null : text
}
