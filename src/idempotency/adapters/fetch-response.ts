import type { EngineReply } from '../core/request'
import { ProblemError } from '../problems'
import type { IdempotentResult } from '../stores/transaction/request'
import { RequestRefused } from '../stores/transaction/stored-result'
import { PROBLEM_BASE, shownError } from './shown-error'

/** How a Response is written. */
export interface ResponseOptions {
  /** Where the `type` of a problem begins, such as `https://api.example/problems/`. `urn:payonce:problem:` by default. */
  problemBase?: string
}

/** The Response of a result. Its body is the stored text, byte for byte; what differs in a replay is in headers. */
export function responseOf(result: IdempotentResult<unknown>): Response {
  const { body, status, headers } = result
  return new Response(body, {
    status,
    headers: { ...headers, ...origin(result), 'Content-Type': 'application/json' },
  })
}

/** The Response of an error of `idempotent` (RFC 9457, `application/problem+json`); null for an error of somebody else. */
export function problemResponse(
  error: unknown,
  { problemBase = PROBLEM_BASE }: ResponseOptions = {},
): Response | null {
  const shown = shownError(error, problemBase)
  if (!shown) return null
  const headers = new Headers({ 'Content-Type': 'application/problem+json' })
  if (shown.retryAfterSeconds !== undefined) headers.set('Retry-After', String(shown.retryAfterSeconds))
  if (error instanceof RequestRefused && error.replayed) headers.set('Idempotent-Replayed', 'true')
  // A refusal is a stored answer: its text is sent as it is stored.
  const body = error instanceof RequestRefused ? error.body : JSON.stringify(shown)
  return new Response(body, { status: shown.status, headers })
}

/** The Response of an engine's reply. */
export function engineResponse(
  reply: EngineReply,
  { problemBase = PROBLEM_BASE }: ResponseOptions = {},
): Response {
  if (reply.kind === 'problem') {
    const response = problemResponse(new ProblemError(reply.problem), { problemBase })
    if (response) return response
  }
  if (reply.kind !== 'answer') throw new TypeError('engineResponse takes the reply of engine.run(…).')
  const { answer, outcome, firstExecutedAt, expiresAt } = reply
  const type = answer.problem === null ? 'application/json' : 'application/problem+json'
  const replayed = outcome === 'replayed' || outcome === 'joined'
  return new Response(answer.body, {
    status: answer.status,
    headers: {
      ...answer.headers,
      ...origin({ replayed, firstExecutedAt, expiresAt }),
      'Content-Type': type,
    },
  })
}

/** Headers that tell a replay from the first answer. */
function origin({
  replayed,
  firstExecutedAt,
  expiresAt,
}: Pick<IdempotentResult<unknown>, 'replayed' | 'firstExecutedAt' | 'expiresAt'>): Record<string, string> {
  return {
    'Idempotency-Key-Expires': expiresAt.toISOString(),
    ...(replayed
      ? { 'Idempotent-Replayed': 'true', 'Idempotency-First-Executed': firstExecutedAt.toISOString() }
      : {}),
  }
}
