/** One request and its outcome. A missing answer is a value, too; only the caller's own abort is thrown. */
import { type Problem, readJson, readProblem } from './errors'
import { retryAfterMs } from './pause'
import type { Settings } from './settings'

/** A request as it is sent. */
export interface Message {
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body: string | null
}

/** Outcome of one request. */
export type Sent =
  | { outcome: 'answer'; status: number; headers: Headers; value: unknown }
  /**
   * Any status but 2xx. `problem` is null when the body has none; `waitMs` is the least pause before the next
   * request.
   */
  | { outcome: 'refusal'; status: number; headers: Headers; problem: Problem | null; waitMs: number }
  /** The request may or may not have arrived. */
  | { outcome: 'no-answer'; why: string }

/**
 * Sends one request.
 * @param limitMs time-out, up to the end of the body, in milliseconds
 * @throws the reason of `signal`, when it is aborted
 */
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
  // Raced with the fetch, so that a call ends at once even where a fetch ignores its signal.
  const interrupted = new Promise<Sent>((resolve, reject) => {
    timer = setTimeout(
      () => resolve({ outcome: 'no-answer', why: `no answer within ${limitMs} ms` }),
      limitMs,
    )
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
    // Redirects are not followed: one would send the API key to another address, or turn a POST into a GET.
    // It counts as a refusal.
    const response = await settings.fetch(url, { method, headers, body, signal, redirect: 'manual' })
    return read(response, await response.text(), settings.apiKey)
  } catch (error) {
    return { outcome: 'no-answer', why: withoutKey(reasonOf(error), settings.apiKey) }
  }
}

function read(response: Response, text: string, apiKey: string): Sent {
  const { status, headers } = response
  if (!response.ok) {
    const problem = readProblem(withoutKey(text, apiKey))
    // Read from both places, since a browser shows a header of another origin only if the server exposes it.
    const waitMs = Math.max(
      retryAfterMs(headers.get('retry-after'), Date.now()),
      (problem?.retryAfterSeconds ?? 0) * 1000,
    )
    return { outcome: 'refusal', status, headers, problem, waitMs }
  }
  const value = readJson(text)
  // Half an answer, or a proxy's page with a good status: the request may have been executed.
  if (typeof value !== 'object' || value === null)
    return { outcome: 'no-answer', why: `an answer with status ${status} that is not JSON` }
  return { outcome: 'answer', status, headers, value }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'the request failed'
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : ''
  return `${error.message}${cause}`
}

/** The API key must not appear in an error, even if the server or the network repeats it. */
const withoutKey = (text: string, apiKey: string): string => text.replaceAll(apiKey, 'sk_…')
