/**
 * Response headers that are stored with an answer, and replayed with it (O2): those that are about the resource. One that is about a single
 * response (`Set-Cookie`, `Date`, a request's id) would be wrong in a replay.
 */
export const KEPT_HEADERS = ['ETag', 'Last-Modified', 'Location', 'Content-Language', 'Link'] as const

/** Headers of an answer, each stored and replayed as it was given. */
export type KeptHeaders = { readonly [Name in (typeof KEPT_HEADERS)[number]]?: string }

/** 1,000 characters: a URL or a list of links. */
const VALUE_MAX = 1_000

/**
 * The header by its name as the list writes it.
 * @throws TypeError for a name that is not in the list, and for a value that HTTP cannot carry
 */
export function keptHeader(name: string, value: string): KeptHeaders {
  const kept = KEPT_HEADERS.find((one) => one.toLowerCase() === String(name).toLowerCase())
  if (!kept)
    throw new TypeError(
      `The header ${JSON.stringify(name)} is not stored, so a replay could not send it. Those that are: ${KEPT_HEADERS.join(', ')}.`,
    )
  if (!isValue(value))
    throw new TypeError(`The value of ${kept} is a text of 1 to ${VALUE_MAX} printable ASCII characters.`)
  return { [kept]: value }
}

/** The text that is stored for the headers of an answer; null for none. Leaves out what the list does not have: by now the outside was asked. */
export function headersText(headers: KeptHeaders | undefined): string | null {
  const kept = KEPT_HEADERS.flatMap((name) => (isValue(headers?.[name]) ? [[name, headers?.[name]]] : []))
  return kept.length === 0 ? null : JSON.stringify(Object.fromEntries(kept))
}

/** The headers of a stored text. Null: it cannot be read. */
export function headersIn(text: string | null): KeptHeaders | null {
  if (text === null) return {}
  try {
    const read: unknown = JSON.parse(text)
    return typeof read === 'object' && read !== null && headersText(read as KeptHeaders) === text
      ? read
      : null
  } catch {
    return null
  }
}

function isValue(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= VALUE_MAX &&
    /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
  )
}
