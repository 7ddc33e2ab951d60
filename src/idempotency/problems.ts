/**
 * The one table of problems: HTTP, tRPC, the pages' texts and the API's document are made from it. Per kind:
 * HTTP status, tRPC code, title, next step for a client (`retry`), whether a new key is safe (`safeNewKey`:
 * this request had no effect, so a new key cannot repeat one), and whether the answer is stored under the key
 * (`remembered`). Sources: RFC 9457 (problem details); draft-ietf-httpapi-idempotency-key-header-07 for 400,
 * 409 and 422.
 */
export const PROBLEMS = {
  validation: row(400, 'BAD_REQUEST', 'The request is not valid', 'after-fixing', true, false),
  'key-missing': row(400, 'BAD_REQUEST', 'An idempotency key is required', 'after-fixing', true, false),
  'key-invalid': row(400, 'BAD_REQUEST', 'The idempotency key is not valid', 'after-fixing', true, false),
  'card-number': row(400, 'BAD_REQUEST', 'Card numbers are not accepted', 'after-fixing', true, false),
  unauthorized: row(401, 'UNAUTHORIZED', 'Authentication is required', 'after-fixing', true, false),
  forbidden: row(403, 'FORBIDDEN', 'Permission denied', 'no', true, false),
  'step-up-required': row(403, 'FORBIDDEN', 'Confirm that it is you', 'after-fixing', true, false),
  'second-factor-required': row(403, 'FORBIDDEN', 'Add a second factor', 'after-fixing', true, false),
  'not-found': row(404, 'NOT_FOUND', 'Not found', 'after-fixing', true, false),
  'method-not-allowed': row(405, 'METHOD_NOT_SUPPORTED', 'Method not allowed', 'after-fixing', true, false),
  'too-large': row(413, 'PAYLOAD_TOO_LARGE', 'The request body is too large', 'after-fixing', true, false),
  'unsupported-media': row(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'Unsupported content type',
    'after-fixing',
    true,
    false,
  ),
  // No new key, since an earlier try of the same request may have been executed: wait, then send the same
  // key.
  'rate-limited': row(429, 'TOO_MANY_REQUESTS', 'Too many requests', 'same-key', false, false),
  // Answered before a claim, so nothing was begun under the key. Still no new key: another request with the
  // same one may be running.
  'too-many-attempts': row(429, 'TOO_MANY_REQUESTS', 'Too many payment attempts', 'same-key', false, false),
  'payment-declined': row(402, 'PAYMENT_REQUIRED', 'The payment was declined', 'no', true, true),
  'refund-declined': row(402, 'PAYMENT_REQUIRED', 'The refund was declined', 'no', true, true),
  'not-refundable': row(409, 'CONFLICT', 'The refund is not possible', 'after-fixing', true, false),
  'balance-too-low': row(
    409,
    'CONFLICT',
    'The balance would fall below its limit',
    'after-fixing',
    true,
    false,
  ),
  'not-capturable': row(409, 'CONFLICT', 'The payment cannot be captured or voided', 'no', true, false),
  'authorisation-ended': row(409, 'CONFLICT', 'The authorisation had ended', 'no', true, true),
  'not-resolvable': row(409, 'CONFLICT', 'This end is not possible', 'after-fixing', true, false),
  'already-paid': row(409, 'CONFLICT', 'This order is already paid', 'no', false, false),
  'order-changed': row(409, 'CONFLICT', 'The order has changed', 'after-fixing', true, false),
  'order-closed': row(409, 'CONFLICT', 'The order has ended', 'no', true, false),
  'order-under-payment': row(409, 'CONFLICT', 'A payment holds this order', 'after-fixing', true, false),
  'changed-meanwhile': row(409, 'CONFLICT', 'Somebody else changed this', 'after-fixing', true, false),
  'in-progress': row(409, 'CONFLICT', 'The first request is still running', 'same-key', false, false),
  'outcome-unknown': row(409, 'CONFLICT', 'The outcome is not known yet', 'poll', false, true),
  'answer-expired': row(409, 'CONFLICT', 'The stored answer has expired', 'no', false, true),
  // No new key: what an earlier try has done may be forgotten by now.
  'sent-too-long-ago': row(412, 'PRECONDITION_FAILED', 'First sent too long ago', 'no', false, false),
  'key-reused': row(
    422,
    'UNPROCESSABLE_CONTENT',
    'This key was used with a different payload',
    'no',
    true,
    false,
  ),
  'not-charged': row(502, 'BAD_GATEWAY', 'The card was not charged', 'no', true, true),
  internal: row(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side', 'same-key', false, false),
  'record-damaged': row(500, 'INTERNAL_SERVER_ERROR', 'The stored record cannot be read', 'no', false, false),
  unavailable: row(503, 'SERVICE_UNAVAILABLE', 'Temporarily unavailable', 'same-key', false, false),
} as const

/** Name of a problem, and the last part of its `type`: `/problems/key-reused`. */
export type ProblemKind = keyof typeof PROBLEMS

/**
 * Next step for a client. `same-key`: send the same request again under the same key. `poll`: ask for the
 * status. `after-fixing`: correct the request. `no`: the answer is final.
 */
export type Retry = 'same-key' | 'poll' | 'after-fixing' | 'no'

/** A problem that occurred: its kind, a sentence for people, and facts for programs. */
export interface Problem {
  kind: ProblemKind
  /** One or two English sentences about this occurrence. */
  detail: string
  /** Least time before the next try, in seconds; also sent as `Retry-After`. */
  retryAfterSeconds?: number
  facts?: Facts
}

/** Facts of a problem for programs: extension members of RFC 9457, section 3.2. */
export type Facts = Record<
  string,
  string | number | null | readonly string[] | ReadonlyArray<{ pointer: string; detail: string }>
>

/** A problem as every adapter sends it: the problem details object of RFC 9457. */
export interface ShownProblem {
  [fact: string]: unknown
  /** URL of the page that explains this kind. */
  type: string
  kind: ProblemKind
  title: string
  detail: string
  status: number
  retry: Retry
  safeNewKey: boolean
  retryAfterSeconds?: number
}

/** Completes a problem with the columns of the table. */
export function showProblem(problem: Problem): ShownProblem {
  const { status, title, retry, safeNewKey } = PROBLEMS[problem.kind]
  const { kind, detail, facts, retryAfterSeconds } = problem
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  const shown = { type: `/problems/${kind}`, kind, title, detail, status, retry, safeNewKey, ...wait }
  // Spread twice: once for member order, once so that a fact cannot override the table.
  return { ...shown, ...facts, ...shown }
}

/** Narrows a string, such as a stored one, to a kind of the table. */
export function isProblemKind(kind: string): kind is ProblemKind {
  return Object.hasOwn(PROBLEMS, kind)
}

function row<Code extends string>(
  status: number,
  trpc: Code,
  title: string,
  retry: Retry,
  safeNewKey: boolean,
  remembered: boolean,
) {
  return { status, trpc, title, retry, safeNewKey, remembered }
}

/** Carries a problem to the adapter that writes the reply. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}
