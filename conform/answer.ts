/** The outcome of one request, the only thing that a black box shows: an answer, or none. */
export type Exchange = ReceivedAnswer | NoAnswer

/** An HTTP response; header names are in lower case. */
export interface ReceivedAnswer {
  kind: 'answer'
  status: number
  headers: Record<string, string>
  body: string
}

/** The connection broke or timed out, so that it is unknown whether the request had an effect. */
export interface NoAnswer {
  kind: 'none'
  reason: string
}

export function succeeded(exchange: Exchange): exchange is ReceivedAnswer {
  return exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300
}

export function statusOf(exchange: Exchange): number | null {
  return exchange.kind === 'answer' ? exchange.status : null
}

export function headerOf(exchange: Exchange, name: string): string | null {
  return exchange.kind === 'answer' ? (exchange.headers[name.toLowerCase()] ?? null) : null
}

/**
 * Identifies the effect that an answer reports: by the `id` in its body, else its Location, else the whole body. Two successes with
 * the same identity are one effect, two that differ are two.
 */
export function effectOf(answer: ReceivedAnswer): string {
  const body = objectOf(answer.body)
  const id = body?.id ?? (isObject(body?.data) ? body.data.id : undefined)
  if (typeof id === 'string' || typeof id === 'number') return `id ${id}`
  return answer.headers.location ? `location ${answer.headers.location}` : `body ${answer.body}`
}

/** The distinct effects among answers. More than one for the same key: something was done twice. */
export function effectsOf(exchanges: readonly Exchange[]): string[] {
  return [...new Set(exchanges.filter(succeeded).map(effectOf))]
}

/** A text parsed as a JSON object; null when it is none. */
export function objectOf(text: string): Record<string, unknown> | null {
  try {
    const parsed: unknown = JSON.parse(text)
    return isObject(parsed) ? parsed : null
  } catch {
    return null
  }
}

export function bodyOf(exchange: Exchange): Record<string, unknown> | null {
  return exchange.kind === 'answer' ? objectOf(exchange.body) : null
}

/** True when the answer carries `Idempotent-Replayed: true`. */
export function isMarkedReplay(exchange: Exchange): boolean {
  return headerOf(exchange, 'idempotent-replayed')?.toLowerCase() === 'true'
}

/** True when both are answers, with the same status and body. */
export function sameAnswer(one: Exchange, other: Exchange): boolean {
  return (
    one.kind === 'answer' && other.kind === 'answer' && one.status === other.status && one.body === other.body
  )
}

/** An answer for people: its status, and the beginning of its body. */
export function show(exchange: Exchange): string {
  if (exchange.kind === 'none') return `no answer (${exchange.reason})`
  const body = exchange.body.replace(/\s+/g, ' ')
  return `${exchange.status} ${body.length > EXCERPT ? `${body.slice(0, EXCERPT)}…` : body}`.trim()
}

/** 100 characters: enough to recognise an answer, and short enough for a line of a table. */
const EXCERPT = 100

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
