/** Rewrites payloads (JSON or form): the same payload in other bytes, and another payload in the same format. */

/** The same payload with other key order and white space; null where there is nothing to change. */
export function rewritten(body: string): string | null {
  const json = parsed(body)
  if (json !== undefined) return different(JSON.stringify(backwards(json), null, 3), body)
  return isForm(body) ? different(body.split('&').reverse().join('&'), body) : null
}

/** Another payload: the first number plus one; null where there is no number. */
export function raised(body: string): string | null {
  const json = parsed(body)
  if (typeof json === 'object' && json !== null) return raiseFirst(json) ? JSON.stringify(json) : null
  if (!isForm(body)) return null
  return different(
    body.replace(/=(\d{1,9})(?=&|$)/, (_, number: string) => `=${Number(number) + 1}`),
    body,
  )
}

/** The values that only one of two payloads holds, which a refusal must not disclose. Values under 4 characters are left out: they occur by chance. */
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

/** Adds one to the first number, in place. @returns whether there was one */
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

/** True for a form without lists or repeated names: the order of repeated names has a meaning. */
function isForm(body: string): boolean {
  const names = body.split('&').map((pair) => pair.split('=')[0] ?? '')
  return /^[^={}\s&]+=/.test(body) && new Set(names).size === names.length && !/\[\]|%5B%5D/i.test(body)
}

function different(text: string, from: string): string | null {
  return text === from ? null : text
}
