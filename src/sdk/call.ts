/*
 * One call: the same request, under the same key, until the answer is final or the time is over.
 *
 *   key ─▶ beforeSend(key) ─▶ send ──success──────────▶ result
 *                              ▲  ├──definite refusal──▶ error
 *                       pause  │  ▼
 *                              └─ no answer, "retry", or "unknown"; time over ──▶ error that names the unknown outcome
 *
 * Laws, tested in call.test.ts and once.test.ts: the key is made before the first request and never changes;
 * the bytes of every request are the same; once a request may have arrived, only an answer about this key
 * makes a new key safe.
 */
import { keyOfContents, keyOfIntent } from './derive'
import { type ErrorDetails, errorOf, type PayonceError, type Problem } from './errors'
import { checkedKey, mintKey, quoted } from './key'
import { pauseMs, sleep } from './pause'
import { type Message, type Sent, send } from './send'
import type { Settings } from './settings'

/** Options of every call. */
export interface CallOptions {
  /**
   * Ends the call at once with the signal's reason. The server carries on: ask with the key
   * (`idempotency.get`, or the same call).
   */
  signal?: AbortSignal
  /** Called after each request. */
  onAttempt?: (attempt: Attempt) => void
}

/** Options of a call that creates something. */
export interface KeyedOptions extends CallOptions {
  /** A key of your own, or a stored one: the call continues where it was left. Default: a new UUID. */
  idempotencyKey?: string
  /**
   * What somebody wants done once: the id of a task, a job or an approval. The key is made of it and of the resource, so a step that another program
   * repeats, or an agent that has forgotten that it did it, has the same key. Other contents under one intent are refused (`KeyReused`). After
   * a decline, a new try is a new intent.
   */
  intentId?: string
  /**
   * Makes the key of the contents of the call. Dangerous: two honest, equal calls are ONE. The second coffee of the day is never charged, for as long as
   * keys are kept, which is for good. Only for contents that name the one thing that is wanted: a payment with an `orderId`, say.
   */
  dangerouslyDeriveKey?: boolean
  /**
   * Called with the key before the first request, and awaited: store the key here. If it throws, nothing is
   * sent.
   */
  beforeSend?: (key: string) => unknown
  /**
   * Seconds that the server may wait for a request already running under the key, instead of answering
   * *in-progress* (`Prefer: wait`, RFC 7240; at most 30).
   */
  waitSeconds?: number
}

/** One request of a call, after its end. */
export interface Attempt {
  key: string | null
  /** From 1. */
  number: number
  /** HTTP status; null without an answer. */
  status: number | null
  /** Kind of the problem in the answer, if any. */
  kind: string | null
  /** Duration of the request, in milliseconds. */
  ms: number
  /** Pause before the next request, in milliseconds; null after the last one. */
  pauseMs: number | null
}

/** Idempotency facts of a result. Times in RFC 3339, UTC. */
export interface Idempotency {
  key: string
  /** True when the answer is that of an earlier request, perhaps one of this same call. */
  replayed: boolean
  /** When the first request was executed; null unless `replayed`. */
  firstExecutedAt: string | null
  /** When the stored answer is deleted. A later retry is refused, never executed. */
  expiresAt: string | null
  /** Number of requests that this call sent. */
  requests: number
}

/** The created resource, with the idempotency facts of the call. */
export type Result<T> = T & { idempotency: Idempotency }

/** A request, before it has headers. `path` begins after `/api/v1`. */
export interface Request {
  method: 'GET' | 'POST'
  path: string
  body?: unknown
}

/**
 * Reads a resource. Sent again as often as needed, since a read changes nothing.
 * @throws PayonceError
 */
export async function read<T>(settings: Settings, path: string, options: CallOptions = {}): Promise<T> {
  const { answer } = await sendUntilAnswered(settings, message(settings, { method: 'GET', path }, null), {
    options,
    key: null,
    doubt: false,
  })
  return answer.value as T
}

/**
 * Sends a POST under one key until its answer is final or the time is over.
 * @throws PayonceError, TypeError for an unusable key, or the reason of `options.signal`
 */
export async function doOnce<T>(
  settings: Settings,
  path: string,
  body: unknown,
  options: KeyedOptions = {},
): Promise<Result<T>> {
  // Copied before anything is awaited, so that later changes to the caller's object are not sent.
  const sent = body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown)
  const key = await keyFor(path, sent, options)
  const keyed = message(settings, { method: 'POST', path, body: sent }, key, options.waitSeconds)
  options.signal?.throwIfAborted()
  await options.beforeSend?.(key)
  // A key that was not minted here may have been sent before, by a program that crashed since.
  const call = { options, key, doubt: waysToKey(options).length > 0, waitSeconds: options.waitSeconds ?? 0 }
  const { answer, requests } = await sendUntilAnswered(settings, keyed, call)
  return { ...(answer.value as T), idempotency: idempotencyOf(answer.headers, key, requests) }
}

/** Options of a dry run. */
export interface DryRunOptions extends CallOptions {
  /** The key of the call that is meant. It is not used: what is stored under it is looked at. */
  idempotencyKey?: string
}

/**
 * Asks what a POST would do. Nothing is done, so it may be sent as often as needed; that another request is running or in doubt is the answer, and is
 * not waited for.
 * @throws PayonceError as the call itself would
 */
export async function foresee<T>(
  settings: Settings,
  path: string,
  body: unknown,
  { idempotencyKey, ...options }: DryRunOptions = {},
): Promise<T> {
  const key = idempotencyKey === undefined ? null : checkedKey(idempotencyKey)
  const request = message(settings, { method: 'POST', path: `/dry-run${path}`, body }, key)
  const call = { options, key, doubt: false, waits: false }
  return (await sendUntilAnswered(settings, request, call)).answer.value as T
}

const KEYS = ['idempotencyKey', 'intentId', 'dangerouslyDeriveKey'] as const

/** The options that say what the key is; none: a new one is minted. */
function waysToKey(options: KeyedOptions) {
  return KEYS.filter((name) => options[name] !== undefined && options[name] !== false)
}

/** @throws TypeError for an unusable key, and for two ways to make one */
async function keyFor(path: string, body: unknown, options: KeyedOptions): Promise<string> {
  const { idempotencyKey, intentId, dangerouslyDeriveKey = false } = options
  const given = waysToKey(options)
  if (given.length > 1) throw new TypeError(`A call has one key: give ${given.join(' or ')}, not both.`)
  if (typeof dangerouslyDeriveKey !== 'boolean')
    throw new TypeError('dangerouslyDeriveKey is true, or left out.')
  if (idempotencyKey !== undefined) return checkedKey(idempotencyKey)
  if (intentId !== undefined) return keyOfIntent(path, intentId)
  return dangerouslyDeriveKey ? keyOfContents(path, body) : mintKey()
}

interface Call {
  options: CallOptions
  key: string | null
  /** A request under this key may have arrived although no answer came. */
  doubt: boolean
  waitSeconds?: number
  /** False: that another request is running or in doubt ends the call. */
  waits?: boolean
}

type Answer = Extract<Sent, { outcome: 'answer' }>

async function sendUntilAnswered(
  settings: Settings,
  request: Message,
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
    const sent = await send(settings, request, Math.max(1, Math.min(limitMs, end - began)), signal)
    const polled = sent.outcome === 'refusal' && sent.problem?.retry === 'poll'
    if (polled) unknown = sent.problem
    const leastMs = sent.outcome === 'refusal' ? sent.waitMs : 0
    const pause = pauseMs(requests, Math.random(), leastMs, settings.backoff)
    const ended = call.waits === false && (polled || kindOf(sent) === 'in-progress')
    const again =
      !ended && mayPass(sent) && (polled || retries < settings.maxRetries) && Date.now() + pause < end
    onAttempt?.({
      key: call.key,
      number: requests,
      ...statusAndKind(sent),
      ms: Date.now() - began,
      pauseMs: again ? pause : null,
    })
    if (sent.outcome === 'answer') return { answer: sent, requests }
    if (!again) throw failure(sent, { key: call.key, requests, doubt, unknown })
    doubt ||= leavesDoubt(sent)
    if (!polled) retries++
    await sleep(pause, signal)
  }
}

/**
 * True when the same request may get another answer. Without a problem in the answer the status decides: a
 * 5xx is temporary.
 */
function mayPass(sent: Sent): boolean {
  if (sent.outcome === 'answer') return false
  if (sent.outcome === 'no-answer') return true
  if (sent.problem) return sent.problem.retry === 'same-key' || sent.problem.retry === 'poll'
  return sent.status >= 500 || [408, 425, 429].includes(sent.status)
}

/** False for `unavailable` and 429: both promise that this request began nothing. */
function leavesDoubt(sent: Sent): boolean {
  return !(sent.outcome === 'refusal' && (sent.problem?.kind === 'unavailable' || sent.status === 429))
}

/** Problems about the key itself, answered from its record: they hold for every request under it. */
const ABOUT_THE_KEY = ['payment-declined', 'refund-declined', 'not-charged', 'key-reused']

interface CallState {
  key: string | null
  requests: number
  doubt: boolean
  unknown: Problem | null
}

function failure(sent: Exclude<Sent, Answer>, { key, requests, doubt, unknown }: CallState): PayonceError {
  const requestId = sent.outcome === 'refusal' ? sent.headers.get('request-id') : null
  const base = { key, requests, requestId }
  if (sent.outcome === 'refusal' && sent.problem) {
    // An earlier request may have been executed, so a refusal before the key is read (401, 400, …) does not
    // free the key.
    const safeNewKey = sent.problem.safeNewKey && (!doubt || ABOUT_THE_KEY.includes(sent.problem.kind))
    return errorOf({
      ...base,
      ...textsOf(sent.problem),
      status: sent.status,
      safeNewKey,
      problem: sent.problem,
    })
  }
  // An earlier "unknown" is more precise than the missing answer after it.
  if (unknown)
    return errorOf({ ...base, ...textsOf(unknown), status: null, safeNewKey: false, problem: unknown })
  return errorOf({
    ...base,
    ...(sent.outcome === 'no-answer' ? noAnswer(sent.why, key) : unexpectedAnswer(sent.status)),
    safeNewKey: false,
    problem: null,
  })
}

const textsOf = ({ kind, title, detail, retry }: Problem) => ({ kind, title, detail, retry })

type Texts = Pick<ErrorDetails, 'kind' | 'status' | 'title' | 'detail' | 'retry'>

function noAnswer(why: string, key: string | null): Texts {
  const detail = key === null ? why : `${why}. The request may have been executed: ask with the same key.`
  return { kind: 'connection-failed', status: null, title: 'No answer', detail, retry: 'same-key' }
}

function unexpectedAnswer(status: number): Texts {
  const detail = `Status ${status} without a problem in the body: a proxy in between may have answered.`
  return {
    kind: 'unexpected-answer',
    status,
    title: 'Unexpected answer',
    detail,
    retry: status >= 500 ? 'same-key' : 'no',
  }
}

function statusAndKind(sent: Sent): Pick<Attempt, 'status' | 'kind'> {
  if (sent.outcome === 'no-answer') return { status: null, kind: null }
  return { status: sent.status, kind: kindOf(sent) }
}

function kindOf(sent: Sent): string | null {
  return sent.outcome === 'refusal' ? (sent.problem?.kind ?? null) : null
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
  if (method === 'POST') headers['content-type'] = 'application/json'
  if (key !== null) headers['idempotency-key'] = quoted(key)
  if (waitSeconds !== undefined) headers.prefer = `wait=${Math.min(30, Math.max(0, Math.floor(waitSeconds)))}`
  return {
    method,
    url: `${settings.baseUrl}/api/v1${path}`,
    headers,
    body: method === 'GET' ? null : JSON.stringify(body),
  }
}
