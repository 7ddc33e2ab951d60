import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'

/** Headers of every answer, unless its route sets another value. Names are in lower case, as all names here are. */
const EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cache-control': 'no-store',
}

/** JSON that does not state its encoding. Some readers would guess another one. */
const JSON_TYPE = /^application\/(problem\+)?json$/

/** The headers of one answer, by name in lower case. */
type AnswerHeaders = Record<string, string>

interface Prepared {
  headers: AnswerHeaders
  /** The answer has them all. */
  complete: boolean
  /** What was sent in one piece: its headers and its body. */
  sent?: { headers: Readonly<AnswerHeaders>; body: string }
}

/** Of each request: Hono's own list of headers is an object of the Fetch standard, which costs more than the rest of an answer. */
const PREPARED = 'answerHeaders'

/** Begins the headers of an answer. From here on `setHeader` adds to them. */
export function prepareHeaders(c: Context): void {
  const prepared: Prepared = { headers: { ...EVERY_ANSWER }, complete: false }
  c.set(PREPARED, prepared)
}

/** Sets a header of the answer to come. @param name in lower case */
export function setHeader(c: Context, name: string, value: string): void {
  const prepared = preparedOf(c)
  if (prepared) prepared.headers[name] = value
  else c.header(name, value)
}

/** An answer with the headers that were set and its own, made in one piece; its JSON states its encoding. */
export function answerWith(
  c: Context,
  { status, headers, body }: { status: number; headers: Readonly<AnswerHeaders>; body: string },
): Response {
  const prepared = preparedOf(c)
  if (!prepared) return c.body(body, status as ContentfulStatusCode, headers)
  const all: AnswerHeaders = { ...prepared.headers }
  for (const name in headers) all[name.toLowerCase()] = headers[name] as string
  const type = all['content-type']
  if (type !== undefined && JSON_TYPE.test(type)) all['content-type'] = `${type}; charset=utf-8`
  prepared.complete = true
  prepared.sent = { headers: all, body }
  return new Response(body, { status, headers: all })
}

/** Gives an answer that was made otherwise, by Hono or by a library, the headers that it lacks. */
export function completeHeaders(c: Context): void {
  const prepared = preparedOf(c)
  if (!prepared || prepared.complete) return
  const { headers } = c.res
  const add = (name: string, value: string) => {
    try {
      // In place: `c.header` would build a second answer.
      headers.set(name, value)
    } catch {
      // The answer of a `fetch` or a redirect is immutable.
      c.header(name, value)
    }
  }
  for (const [name, value] of Object.entries(prepared.headers)) if (!headers.has(name)) add(name, value)
  const type = headers.get('content-type') ?? ''
  if (JSON_TYPE.test(type)) add('content-type', `${type}; charset=utf-8`)
}

/** The body of an answer that `answerWith` made. Undefined: made otherwise. */
export function sentBody(c: Context): string | undefined {
  return preparedOf(c)?.sent?.body
}

/** A header of the answer. @param name in lower case */
export function sentHeader(c: Context, name: string): string | null {
  const sent = preparedOf(c)?.sent
  return sent ? (sent.headers[name] ?? null) : c.res.headers.get(name)
}

function preparedOf(c: Context): Prepared | undefined {
  return c.get(PREPARED)
}
