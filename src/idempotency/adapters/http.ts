import type { EngineReply } from '../core/request'
import { PROBLEMS, type Problem, type ProblemKind, showProblem } from '../problems'

/** An HTTP response, independent of any framework. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/**
 * Response headers that a script of another origin may read (Access-Control-Expose-Headers); without them it
 * could not recognise a replay (F50).
 */
export const EXPOSED_HEADERS = [
  'Idempotent-Replayed',
  'Idempotency-First-Executed',
  'Idempotency-Key-Expires',
  'Idempotency-Key-Ignored',
  'Location',
  'Link',
  'Preference-Applied',
  'Retry-After',
  'Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'WWW-Authenticate',
]

/** URLs of a response. */
export interface AnswerLinks {
  /** URL of the status of the request's key. */
  statusUrl: string
  /** URL of the created resource, from the body of a successful answer. */
  location(body: string): string
}

/**
 * Turns the engine's reply into an HTTP response. The body of a stored answer is its text, byte for byte, in
 * the first response and in every replay; facts about the replay are in headers. `Location` is made from that
 * text where the answer has none of its own, so it is replayed too, as are the headers that were stored with it (O2).
 */
export function httpAnswer(reply: EngineReply, links: AnswerLinks): HttpAnswer {
  if (reply.kind === 'problem') return httpProblem(withStatusUrl(reply.problem, links.statusUrl))
  const { answer, outcome, firstExecutedAt, expiresAt } = reply
  const replayed = outcome === 'replayed' || outcome === 'joined'
  const headers = {
    ...answer.headers,
    'Idempotency-Key-Expires': expiresAt.toISOString(),
    ...(replayed
      ? { 'Idempotent-Replayed': 'true', 'Idempotency-First-Executed': firstExecutedAt.toISOString() }
      : {}),
  }
  if (answer.problem)
    return {
      status: answer.status,
      headers: { ...headers, ...problemHeaders(answer.problem) },
      body: answer.body,
    }
  const location = links.location(answer.body)
  return {
    status: answer.status,
    headers: { Location: location, ...headers, 'Content-Type': 'application/json' },
    body: answer.body,
  }
}

/** Turns a problem into an HTTP response (RFC 9457, `application/problem+json`). */
export function httpProblem(problem: Problem): HttpAnswer {
  const wait =
    problem.retryAfterSeconds === undefined ? {} : { 'Retry-After': String(problem.retryAfterSeconds) }
  return {
    status: PROBLEMS[problem.kind].status,
    headers: { ...problemHeaders(problem.kind), ...wait },
    body: JSON.stringify(showProblem(problem)),
  }
}

function problemHeaders(kind: ProblemKind): Record<string, string> {
  const page =
    kind.startsWith('key-') && kind !== 'key-reused' ? '/docs#idempotency-key' : `/problems/${kind}`
  return {
    'Content-Type': 'application/problem+json',
    Link: `<${page}>; rel="describedby"; type="text/html"`,
  }
}

/** A problem that the client must wait out carries the URL of its status. */
function withStatusUrl(problem: Problem, statusUrl: string): Problem {
  const waits = problem.kind === 'in-progress' || problem.kind === 'outcome-unknown'
  return waits ? { ...problem, facts: { ...problem.facts, statusUrl } } : problem
}

/**
 * The wait that a client prefers (RFC 7240, `Prefer: wait=N`).
 * @returns seconds, at most 30; null without a valid `wait`
 */
export function waitPreferred(prefer: string | null | undefined): number | null {
  for (const part of (prefer ?? '').split(',')) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i.exec(part)?.[1]
    if (seconds !== undefined) return Math.min(WAIT_MAX_SECONDS, Number(seconds))
  }
  return null
}

/** 30 s: longer than a bank takes, shorter than the time-out of common proxies. */
const WAIT_MAX_SECONDS = 30
