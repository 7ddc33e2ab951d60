/** One request and what came of it. Nothing is thrown here but the caller's own abort: silence is a value, too. */
import { type Problem, readJson, readProblem } from './errors'
import { retryAfterMs } from './pause'
import type { Settings } from './settings'

export interface Message {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body: string | null
}

export type Sent =
  | { came: 'answer'; status: number; headers: Headers; value: unknown }
  | { came: 'refusal'; status: number; headers: Headers; problem: Problem | null; waitMs: number }
  /** It may have arrived and it may not. */
  | { came: 'silence'; why: string }

/** @param limitMs how long to listen, to the end of the body */
export async function send(
  settings: Settings,
  message: Message,
  limitMs: number,
  signal: AbortSignal | undefined,
): Promise<Sent> {
  signal?.throwIfAborted()
  const abort = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = () => {}
  // Beside the fetch, so that a call ends at once even where a fetch does not listen to its signal.
  const interrupted = new Promise<Sent>((resolve, reject) => {
    timer = setTimeout(() => resolve({ came: 'silence', why: `no answer within ${limitMs} ms` }), limitMs)
    stop = () => reject(signal?.reason)
    signal?.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([interrupted, exchange(settings, message, abort.signal)])
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    abort.abort()
  }
}

async function exchange(
  settings: Settings,
  { method, url, headers, body }: Message,
  signal: AbortSignal,
): Promise<Sent> {
  try {
    // A redirect would carry the key somewhere else, or make a GET of a POST: it is an answer like any other, and not a good one.
    const response = await settings.fetch(url, { method, headers, body, signal, redirect: 'manual' })
    return read(response, await response.text(), settings.apiKey)
  } catch (error) {
    return { came: 'silence', why: withoutKey(reasonOf(error), settings.apiKey) }
  }
}

function read(response: Response, text: string, apiKey: string): Sent {
  const { status, headers } = response
  if (!response.ok) {
    const problem = readProblem(withoutKey(text, apiKey))
    // Said twice, since a browser shows a header of another origin only if the server allows it.
    const waitMs = Math.max(
      retryAfterMs(headers.get('retry-after'), Date.now()),
      (problem?.retryAfterSeconds ?? 0) * 1000,
    )
    return { came: 'refusal', status, headers, problem, waitMs }
  }
  const value = readJson(text)
  // Half an answer, or a proxy's page with a good status: something may have happened, and we do not know what.
  if (typeof value !== 'object' || value === null)
    return { came: 'silence', why: `an answer ${status} that is not JSON` }
  return { came: 'answer', status, headers, value }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message}${cause}`
}

const withoutKey = (text: string, apiKey: string): string => text.replaceAll(apiKey, 'sk_…')
