/** What may go wrong, as classes to branch on. Each carries the key, and says whether a new one is safe. */

export type Retry = 'same-key' | 'poll' | 'after-fixing' | 'no'

/** A problem as the server said it (RFC 9457), with the two members that tell a program what to do next. */
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

export interface Happening {
  kind: string
  /** The HTTP status, or null when no answer came. */
  status: number | null
  title: string
  detail: string
  retry: Retry
  safeNewKey: boolean
  /** The call's idempotency key; null for a call that only reads. */
  key: string | null
  /** How many requests were sent. */
  requests: number
  /** The server's name for the last request: what its people ask for. */
  requestId: string | null
  /** All that the server said; null when it said nothing that we could read. */
  problem: Problem | null
}

/** Everything that a call throws is one of these, but for your own mistakes (TypeError) and your own abort (the signal's reason). */
export class PayonceError extends Error implements Happening {
  override name = 'PayonceError'
  readonly kind: string
  readonly status: number | null
  readonly title: string
  readonly detail: string
  /** What to do next. `same-key` and `poll`: call again with this very `key`. */
  readonly retry: Retry
  /** Whether a new key cannot charge twice. False while a request under this key may have taken effect. */
  readonly safeNewKey: boolean
  readonly key: string | null
  readonly requests: number
  readonly requestId: string | null
  readonly problem: Problem | null

  constructor(happening: Happening) {
    super(`${happening.title}: ${happening.detail}`)
    this.kind = happening.kind
    this.status = happening.status
    this.title = happening.title
    this.detail = happening.detail
    this.retry = happening.retry
    this.safeNewKey = happening.safeNewKey
    this.key = happening.key
    this.requests = happening.requests
    this.requestId = happening.requestId
    this.problem = happening.problem
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

/** The bank said no, to a payment or a refund. Nothing was charged under this key, and nothing will be. */
export class Declined extends PayonceError {
  override name = 'Declined'
  readonly declineCode = this.text('declineCode')
}

/** The order was paid under another key. Nothing was charged under this one. */
export class AlreadyPaid extends PayonceError {
  override name = 'AlreadyPaid'
  readonly payment = this.text('payment')
  readonly paymentUrl = this.text('paymentUrl')
}

/** This key was sent before with another payload. Nothing was done; `differs` points at what is not the same. */
export class KeyReused extends PayonceError {
  override name = 'KeyReused'
  readonly differs = this.list<string>('differs')
}

/** The request itself is wrong. `errors` says where, by JSON pointers. */
export class InvalidRequest extends PayonceError {
  override name = 'InvalidRequest'
  readonly errors = this.list<{ pointer: string; detail: string }>('errors')
}

/** The bank was asked and has not been heard. It may have been charged: ask with the same key, later. */
export class OutcomeUnknown extends PayonceError {
  override name = 'OutcomeUnknown'
  readonly statusUrl = this.text('statusUrl')
}

/** Too many requests, until the end of the time that this call had. */
export class RateLimited extends PayonceError {
  override name = 'RateLimited'
  readonly retryAfterSeconds = Number(this.problem?.retryAfterSeconds ?? 0)
}

/** The API key is missing, wrong, expired or revoked. */
export class Unauthorized extends PayonceError {
  override name = 'Unauthorized'
}

/** The API key is good, and may not do this. */
export class Forbidden extends PayonceError {
  override name = 'Forbidden'
  readonly requiredScope = this.text('requiredScope')
}

/** No answer in the time that this call had. It may have been charged: ask with the same key. */
export class ConnectionFailed extends PayonceError {
  override name = 'ConnectionFailed'
}

const CLASSES: Record<string, new (happening: Happening) => PayonceError> = {
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
  unauthorized: Unauthorized,
  forbidden: Forbidden,
  'connection-failed': ConnectionFailed,
}

/** What a status means when no problem came with it, from a proxy for example. */
const BY_STATUS: Record<number, new (happening: Happening) => PayonceError> = {
  401: Unauthorized,
  403: Forbidden,
  429: RateLimited,
}

export function errorOf(happening: Happening): PayonceError {
  const known = Object.hasOwn(CLASSES, happening.kind) ? CLASSES[happening.kind] : undefined
  const Made = known ?? BY_STATUS[happening.status ?? 0] ?? PayonceError
  return new Made(happening)
}

/** The problem in a body, if it says what this library needs. */
export function readProblem(text: string): Problem | null {
  const value = readJson(text)
  if (typeof value !== 'object' || value === null) return null
  const { kind, title, detail, retry, safeNewKey } = value as Record<string, unknown>
  const said =
    typeof kind === 'string' &&
    typeof safeNewKey === 'boolean' &&
    ['same-key', 'poll', 'after-fixing', 'no'].includes(retry as string)
  return said ? ({ ...value, title: String(title ?? kind), detail: String(detail ?? '') } as Problem) : null
}

/** The value in a JSON text, or undefined if it is none. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
