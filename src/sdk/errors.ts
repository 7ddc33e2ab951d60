/** Errors of a call, as classes to branch on. Each has the key, and whether a new key is safe. */

/**
 * Next step. `same-key`: send the same call again with its key. `poll`: the same, later. `after-fixing`:
 * correct the request. `no`: the answer is final.
 */
export type Retry = 'same-key' | 'poll' | 'after-fixing' | 'no'

/**
 * A problem as the server sent it (RFC 9457), with two members about the next step: `retry` and `safeNewKey`.
 */
export interface Problem {
  [fact: string]: unknown
  type?: string
  kind: string
  title: string
  detail: string
  retry: Retry
  safeNewKey: boolean
  retryAfterSeconds?: number
}

/** Fields of a `PayonceError`. */
export interface ErrorDetails {
  /** Kind of the problem: `payment-declined`, `connection-failed`, … */
  kind: string
  /** HTTP status; null without an answer. */
  status: number | null
  title: string
  detail: string
  retry: Retry
  safeNewKey: boolean
  /** Idempotency key of the call; null for a call that only reads. */
  key: string | null
  /** Number of requests that were sent. */
  requests: number
  /** Id of the last request at the server; quote it to support. */
  requestId: string | null
  /** The problem of the answer, with all its facts; null when there was none or it could not be read. */
  problem: Problem | null
}

/**
 * Base class of every error of a call, except a wrong argument (TypeError) and your own abort (the signal's
 * reason).
 */
export class PayonceError extends Error implements ErrorDetails {
  override name = 'PayonceError'
  readonly kind: string
  readonly status: number | null
  readonly title: string
  readonly detail: string
  /** Next step. `same-key` and `poll`: call again with this same `key`. */
  readonly retry: Retry
  /** True when a new key cannot charge twice. False while a request under this key may have taken effect. */
  readonly safeNewKey: boolean
  readonly key: string | null
  readonly requests: number
  readonly requestId: string | null
  readonly problem: Problem | null

  constructor(details: ErrorDetails) {
    super(`${details.title}: ${details.detail}`)
    this.kind = details.kind
    this.status = details.status
    this.title = details.title
    this.detail = details.detail
    this.retry = details.retry
    this.safeNewKey = details.safeNewKey
    this.key = details.key
    this.requests = details.requests
    this.requestId = details.requestId
    this.problem = details.problem
  }

  protected text(fact: string): string | null {
    const value = this.problem?.[fact]
    return typeof value === 'string' ? value : null
  }

  protected list<T>(fact: string): T[] {
    const value = this.problem?.[fact]
    return Array.isArray(value) ? (value as T[]) : []
  }
}

/** The bank declined a payment or a refund. Nothing was charged under this key, and nothing will be. */
export class Declined extends PayonceError {
  override name = 'Declined'
  /** `card_declined`, `insufficient_funds`, `expired_card`, `not_confirmed`, `incorrect_details`, `unknown_payment_method`, `authentication_failed`, `try_again`, … */
  readonly declineCode = this.text('declineCode')
}

/** The order was paid under another key. Nothing was charged under this one. */
export class AlreadyPaid extends PayonceError {
  override name = 'AlreadyPaid'
  /** Id and URL of the payment that paid the order. */
  readonly payment = this.text('payment')
  readonly paymentUrl = this.text('paymentUrl')
}

/**
 * This key was used before with a different payload. Nothing was executed. `differs`: JSON pointers (RFC
 * 6901) to the fields that differ.
 */
export class KeyReused extends PayonceError {
  override name = 'KeyReused'
  readonly differs = this.list<string>('differs')
}

/** The request is not valid. `errors`: JSON pointers (RFC 6901) to the wrong fields, each with a reason. */
export class InvalidRequest extends PayonceError {
  override name = 'InvalidRequest'
  readonly errors = this.list<{ pointer: string; detail: string }>('errors')
}

/**
 * The bank was asked, and its answer is not known. The customer may have been charged: ask with the same key,
 * later.
 */
export class OutcomeUnknown extends PayonceError {
  override name = 'OutcomeUnknown'
  /** URL of the key's status. */
  readonly statusUrl = this.text('statusUrl')
}

/** Too many requests, up to the end of the call's time. */
export class RateLimited extends PayonceError {
  override name = 'RateLimited'
  /** Least pause before the next request, in seconds; 0 when the server named none. */
  readonly retryAfterSeconds = Number(this.problem?.retryAfterSeconds ?? 0)
}

/** The API key is missing, wrong, expired or revoked. */
export class Unauthorized extends PayonceError {
  override name = 'Unauthorized'
}

/** The API key is valid, but lacks a scope. */
export class Forbidden extends PayonceError {
  override name = 'Forbidden'
  /** The scope that the API key lacks. */
  readonly requiredScope = this.text('requiredScope')
}

/** No answer within the call's time. The customer may have been charged: ask with the same key. */
export class ConnectionFailed extends PayonceError {
  override name = 'ConnectionFailed'
}

const CLASSES: Record<string, new (details: ErrorDetails) => PayonceError> = {
  'payment-declined': Declined,
  'refund-declined': Declined,
  'already-paid': AlreadyPaid,
  'key-reused': KeyReused,
  validation: InvalidRequest,
  'card-number': InvalidRequest,
  'key-missing': InvalidRequest,
  'key-invalid': InvalidRequest,
  'outcome-unknown': OutcomeUnknown,
  'rate-limited': RateLimited,
  'too-many-attempts': RateLimited,
  unauthorized: Unauthorized,
  forbidden: Forbidden,
  'connection-failed': ConnectionFailed,
}

/** Class by status, for an answer without a problem: from a proxy, for example. */
const BY_STATUS: Record<number, new (details: ErrorDetails) => PayonceError> = {
  401: Unauthorized,
  403: Forbidden,
  429: RateLimited,
}

/** Makes the error whose class fits the kind, or else the status. */
export function errorOf(details: ErrorDetails): PayonceError {
  const known = Object.hasOwn(CLASSES, details.kind) ? CLASSES[details.kind] : undefined
  const Made = known ?? BY_STATUS[details.status ?? 0] ?? PayonceError
  return new Made(details)
}

/** The problem in a body; null when a member is missing that this library needs. */
export function readProblem(text: string): Problem | null {
  const value = readJson(text)
  if (typeof value !== 'object' || value === null) return null
  const { kind, title, detail, retry, safeNewKey } = value as Record<string, unknown>
  const complete =
    typeof kind === 'string' &&
    typeof safeNewKey === 'boolean' &&
    ['same-key', 'poll', 'after-fixing', 'no'].includes(retry as string)
  return complete
    ? ({ ...value, title: String(title ?? kind), detail: String(detail ?? '') } as Problem)
    : null
}

/** The value of a JSON text; undefined when the text is not JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
