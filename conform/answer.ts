/** What came back for one request, and what can be read off it: the only thing that a black box shows. */
export type Exchange = HttpAnswer | NoAnswer

export interface HttpAnswer {
  kind: 'answer'
  status: number
  headers: Record<string, string>
  body: string
}

/** The connection broke, or the time was over. What became of the request is not known. */
export interface NoAnswer {
  kind: 'none'
  reason: string
}

export function succeeded(exchange: Exchange): exchange is HttpAnswer {
  return exchange.kind === 'answer' && exchange.status >= 200 && exchange.status < 300
}

export function statusOf(exchange: Exchange): number | null {
  return exchange.kind === 'answer' ? exchange.status : null
}

export function headerOf(exchange: Exchange, name: string): string | null {
  return exchange.kind === 'answer' ? (exchange.headers[name.toLowerCase()] ?? null) : null
}

/**
 * Which effect an answer tells of: the `id` in its body, else its Location, else the whole body. Two successes with one of these are one
 * effect; two that differ are two.
 */
export function effectOf(answer: HttpAnswer): string {
  const body = objectOf(answer.body)
  const id = body?.id ?? (isObject(body?.data) ? body.data.id : undefined)
  if (typeof id === 'string' || typeof id === 'number') return `id ${id}`
  return answer.headers.location ? `location ${answer.headers.location}` : `body ${answer.body}`
}

/** The different effects among answers: more than one means that something was done twice. */
export function effectsOf(exchanges: readonly Exchange[]): string[] {
  return [...new Set(exchanges.filter(succeeded).map(effectOf))]
}

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

export function isMarkedReplay(exchange: Exchange): boolean {
  return headerOf(exchange, 'idempotent-replayed')?.toLowerCase() === 'true'
}

export function sameAnswer(one: Exchange, other: Exchange): boolean {
  return (
    one.kind === 'answer' && other.kind === 'answer' && one.status === other.status && one.body === other.body
  )
}

/** For people: the status, and the beginning of the body. */
export function show(exchange: Exchange): string {
  if (exchange.kind === 'none') return `no answer (${exchange.reason})`
  const body = exchange.body.replace(/\s+/g, ' ')
  return `${exchange.status} ${body.length > EXCERPT ? `${body.slice(0, EXCERPT)}…` : body}`.trim()
}

/** 100 characters: enough to recognise an answer, and a line of a table. */
const EXCERPT = 100

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
