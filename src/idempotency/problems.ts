/**
 * The one table of what can go wrong: HTTP, tRPC, the pages' words and the documents all read it.
 * `retry` and `safeNewKey` tell a client what to do next; `remembered` says whether the answer is stored under the key.
 * Forms: RFC 9457 (problem details); the 400, 409 and 422 of draft-ietf-httpapi-idempotency-key-header-07.
 */
export const PROBLEMS = {
  validation: row(400, 'BAD_REQUEST', 'The request is not valid', 'after-fixing', true, false),
  'key-missing': row(400, 'BAD_REQUEST', 'An idempotency key is needed', 'after-fixing', true, false),
  'key-invalid': row(400, 'BAD_REQUEST', 'The idempotency key is not valid', 'after-fixing', true, false),
  'card-number': row(400, 'BAD_REQUEST', 'Card numbers are not accepted here', 'after-fixing', true, false),
  unauthorized: row(401, 'UNAUTHORIZED', 'Sign in first', 'after-fixing', true, false),
  forbidden: row(403, 'FORBIDDEN', 'This is not allowed', 'no', true, false),
  'not-found': row(404, 'NOT_FOUND', 'There is nothing here', 'after-fixing', true, false),
  'method-not-allowed': row(
    405,
    'METHOD_NOT_SUPPORTED',
    'This address does not take this method',
    'after-fixing',
    true,
    false,
  ),
  'too-large': row(413, 'PAYLOAD_TOO_LARGE', 'The body is too large', 'after-fixing', true, false),
  'unsupported-media': row(
    415,
    'UNSUPPORTED_MEDIA_TYPE',
    'This content type is not accepted here',
    'after-fixing',
    true,
    false,
  ),
  // An earlier try of the same request may have got through, so no new key: wait, and send the same one.
  'rate-limited': row(429, 'TOO_MANY_REQUESTS', 'Too many requests', 'same-key', false, false),
  'payment-declined': row(402, 'PAYMENT_REQUIRED', 'The payment was declined', 'no', true, true),
  'refund-declined': row(402, 'PAYMENT_REQUIRED', 'The bank did not refund', 'no', true, true),
  'not-refundable': row(409, 'CONFLICT', 'This much cannot be refunded', 'after-fixing', true, false),
  'already-paid': row(409, 'CONFLICT', 'This order is already paid', 'no', false, true),
  'order-changed': row(409, 'CONFLICT', 'The order has changed', 'after-fixing', true, false),
  'in-progress': row(409, 'CONFLICT', 'The first request is still running', 'same-key', false, false),
  'outcome-unknown': row(409, 'CONFLICT', 'The outcome is not known yet', 'poll', false, true),
  'answer-expired': row(409, 'CONFLICT', 'The stored answer has expired', 'no', false, true),
  'key-reused': row(
    422,
    'UNPROCESSABLE_CONTENT',
    'This key was used with another payload',
    'no',
    true,
    false,
  ),
  'not-charged': row(502, 'BAD_GATEWAY', 'The bank did not charge', 'no', true, true),
  internal: row(500, 'INTERNAL_SERVER_ERROR', 'Something is broken on our side', 'same-key', false, false),
  'record-damaged': row(500, 'INTERNAL_SERVER_ERROR', 'The stored record cannot be read', 'no', false, false),
  unavailable: row(
    503,
    'SERVICE_UNAVAILABLE',
    'We cannot take this request just now',
    'same-key',
    false,
    false,
  ),
} as const

export type ProblemKind = keyof typeof PROBLEMS
export type Retry = 'same-key' | 'poll' | 'after-fixing' | 'no'

/** A problem that happened: its kind, what to tell people, and facts for programs. */
export interface Problem {
  kind: ProblemKind
  detail: string
  retryAfterSeconds?: number
  facts?: Facts
}

/** What a problem tells programs beside its words. */
export type Facts = Record<
  string,
  string | number | null | readonly string[] | ReadonlyArray<{ pointer: string; detail: string }>
>

/** What every door shows of a problem. */
export interface ShownProblem {
  [fact: string]: unknown
  type: string
  kind: ProblemKind
  title: string
  detail: string
  status: number
  retry: Retry
  safeNewKey: boolean
  retryAfterSeconds?: number
}

export function showProblem(problem: Problem): ShownProblem {
  const { status, title, retry, safeNewKey } = PROBLEMS[problem.kind]
  const { kind, detail, facts, retryAfterSeconds } = problem
  const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds }
  const shown = { type: `/problems/${kind}`, kind, title, detail, status, retry, safeNewKey, ...wait }
  // Twice: first in order, and no fact has the last word on what the table says.
  return { ...shown, ...facts, ...shown }
}

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

/** A problem on its way to a door, where the reply is written. */
export class ProblemError extends Error {
  override name = 'ProblemError'
  constructor(readonly problem: Problem) {
    super(problem.detail)
  }
}
