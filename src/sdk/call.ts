/*
 * One call: the same request, under the same key, until there is an answer for good or the time is over.
 *
 *   key ─▶ beforeSend(key) ─▶ send ──answer────────▶ result
 *                              ▲  ├──a definite no──▶ error
 *                       pause  │  ▼
 *                              └─ silence, "come again", or "not known yet"; time over ▶ error that says what is not known
 *
 * Laws, tested in call.test.ts and once.test.ts: the key is made before the first request and never changes; the bytes of every
 * request are the same; no way leads from "may have arrived" to "a new key is safe" but the server's word about this key.
 */
import { errorOf, type Happening, type PayonceError, type Problem } from './errors'
import { checkedKey, mintKey, quoted } from './key'
import { pauseMs, sleep } from './pause'
import { type Message, type Sent, send } from './send'
import type { Settings } from './settings'

export interface CallOptions {
  /** Ends the call at once, with the signal's reason. The server carries on: ask with the key (`idempotency.get`, or the same call). */
  signal?: AbortSignal
  /** Told after each request. */
  onAttempt?: (attempt: Attempt) => void
}

export interface KeyedOptions extends CallOptions {
  /** Your own key, or one that you kept: the call goes on where it was left. Without one, a key is made. */
  idempotencyKey?: string
  /** Called with the key before the first request, and awaited: put the key away here. If it throws, nothing is sent. */
  beforeSend?: (key: string) => unknown
  /** How long the server may wait for a running first request, in seconds (`Prefer: wait`, 30 at most), rather than say "in progress". */
  waitSeconds?: number
}

/** One request of a call, when it is over. */
export interface Attempt {
  key: string | null
  /** From 1. */
  number: number
  /** Null when no answer came. */
  status: number | null
  kind: string | null
  ms: number
  /** How long the call pauses before the next one; null when this was the last. */
  pauseMs: number | null
}

export interface Idempotency {
  key: string
  /** The answer is that of an earlier request, perhaps one of this very call. */
  replayed: boolean
  firstExecutedAt: string | null
  expiresAt: string | null
  /** How many requests this call sent. */
  requests: number
}

export type Result<T> = T & { idempotency: Idempotency }

export interface Request {
  method: 'GET' | 'POST'
  path: string
  body?: unknown
}

/** Reads. Sent again as often as need be: that changes nothing. */
export async function read<T>(settings: Settings, path: string, options: CallOptions = {}): Promise<T> {
  const { answer } = await insist(settings, message(settings, { method: 'GET', path }, null), {
    options,
    key: null,
    doubt: false,
  })
  return answer.value as T
}

/** Does something once. */
export async function doOnce<T>(
  settings: Settings,
  path: string,
  body: unknown,
  options: KeyedOptions = {},
): Promise<Result<T>> {
  const given = options.idempotencyKey
  const key = given === undefined ? mintKey() : checkedKey(given)
  // Made before anything is awaited: what the caller does to its object later is not sent.
  const keyed = message(settings, { method: 'POST', path, body }, key, options.waitSeconds)
  options.signal?.throwIfAborted()
  await options.beforeSend?.(key)
  // A key that was given may have been sent before, by a program that has died since.
  const call = { options, key, doubt: given !== undefined, waitSeconds: options.waitSeconds ?? 0 }
  const { answer, requests } = await insist(settings, keyed, call)
  return { ...(answer.value as T), idempotency: idempotencyOf(answer.headers, key, requests) }
}

interface Call {
  options: CallOptions
  key: string | null
  /** A request under this key may have arrived without our hearing of it. */
  doubt: boolean
  waitSeconds?: number
}

type Answer = Extract<Sent, { came: 'answer' }>

async function insist(
  settings: Settings,
  what: Message,
  call: Call,
): Promise<{ answer: Answer; requests: number }> {
  const { signal, onAttempt } = call.options
  const end = Date.now() + settings.timeoutMs
  const limitMs = settings.sendTimeoutMs + (call.waitSeconds ?? 0) * 1000
  let { doubt } = call
  let unknown: Problem | null = null
  let retries = 0
  for (let requests = 1; ; requests++) {
    const began = Date.now()
    const sent = await send(settings, what, Math.max(1, Math.min(limitMs, end - began)), signal)
    const polled = sent.came === 'refusal' && sent.problem?.retry === 'poll'
    if (polled) unknown = sent.problem
    const leastMs = sent.came === 'refusal' ? sent.waitMs : 0
    const pause = pauseMs(requests, Math.random(), leastMs, settings.backoff)
    const again = mayPass(sent) && (polled || retries < settings.maxRetries) && Date.now() + pause < end
    onAttempt?.({
      key: call.key,
      number: requests,
      ...shown(sent),
      ms: Date.now() - began,
      pauseMs: again ? pause : null,
    })
    if (sent.came === 'answer') return { answer: sent, requests }
    if (!again) throw failure(sent, { key: call.key, requests, doubt, unknown })
    doubt ||= leavesDoubt(sent)
    if (!polled) retries++
    await sleep(pause, signal)
  }
}

/** Whether the same request may get another answer. Without words from the server, its status is all there is: a 5xx passes. */
function mayPass(sent: Sent): boolean {
  if (sent.came === 'answer') return false
  if (sent.came === 'silence') return true
  if (sent.problem) return sent.problem.retry === 'same-key' || sent.problem.retry === 'poll'
  return sent.status >= 500 || [408, 425, 429].includes(sent.status)
}

/** "Unavailable" and "too many" promise that this request began nothing. */
function leavesDoubt(sent: Sent): boolean {
  return !(sent.came === 'refusal' && (sent.problem?.kind === 'unavailable' || sent.status === 429))
}

/** What the server says of this key itself, and remembers: it holds for every request under it. */
const ABOUT_THE_KEY = ['payment-declined', 'refund-declined', 'not-charged', 'key-reused']

interface Facts {
  key: string | null
  requests: number
  doubt: boolean
  unknown: Problem | null
}

function failure(sent: Exclude<Sent, Answer>, { key, requests, doubt, unknown }: Facts): PayonceError {
  const requestId = sent.came === 'refusal' ? sent.headers.get('request-id') : null
  const base = { key, requests, requestId }
  if (sent.came === 'refusal' && sent.problem) {
    // An earlier request may have got through, so that a "no" at the door (401, 400, …) does not free the key.
    const safeNewKey = sent.problem.safeNewKey && (!doubt || ABOUT_THE_KEY.includes(sent.problem.kind))
    return errorOf({
      ...base,
      ...wordsOf(sent.problem),
      status: sent.status,
      safeNewKey,
      problem: sent.problem,
    })
  }
  // What was heard before the silence is more than the silence.
  if (unknown)
    return errorOf({ ...base, ...wordsOf(unknown), status: null, safeNewKey: false, problem: unknown })
  return errorOf({
    ...base,
    ...(sent.came === 'silence' ? silence(sent.why, key) : wordless(sent.status)),
    safeNewKey: false,
    problem: null,
  })
}

const wordsOf = ({ kind, title, detail, retry }: Problem) => ({ kind, title, detail, retry })

type Words = Pick<Happening, 'kind' | 'status' | 'title' | 'detail' | 'retry'>

function silence(why: string, key: string | null): Words {
  const detail = key === null ? why : `${why}. It may have been done all the same: ask with the same key.`
  return { kind: 'connection-failed', status: null, title: 'No answer came', detail, retry: 'same-key' }
}

function wordless(status: number): Words {
  const detail = `Status ${status}, and no problem that says what it means: perhaps something between us and Payonce answered.`
  return {
    kind: 'unexpected-answer',
    status,
    title: 'An answer that was not expected',
    detail,
    retry: status >= 500 ? 'same-key' : 'no',
  }
}

function shown(sent: Sent): Pick<Attempt, 'status' | 'kind'> {
  if (sent.came === 'silence') return { status: null, kind: null }
  return { status: sent.status, kind: sent.came === 'refusal' ? (sent.problem?.kind ?? null) : null }
}

function idempotencyOf(headers: Headers, key: string, requests: number): Idempotency {
  return {
    key,
    replayed: headers.get('idempotent-replayed') === 'true',
    firstExecutedAt: headers.get('idempotency-first-executed'),
    expiresAt: headers.get('idempotency-key-expires'),
    requests,
  }
}

function message(
  settings: Settings,
  { method, path, body }: Request,
  key: string | null,
  waitSeconds?: number,
): Message {
  const headers: Record<string, string> = {
    authorization: `Bearer ${settings.apiKey}`,
    accept: 'application/json',
  }
  if (key !== null)
    Object.assign(headers, { 'content-type': 'application/json', 'idempotency-key': quoted(key) })
  if (waitSeconds !== undefined) headers.prefer = `wait=${Math.min(30, Math.max(0, Math.floor(waitSeconds)))}`
  return {
    method,
    url: `${settings.baseUrl}/api/v1${path}`,
    headers,
    body: key === null ? null : JSON.stringify(body),
  }
}
