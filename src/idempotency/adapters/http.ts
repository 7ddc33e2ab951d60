import type { EngineReply } from '../core/run'
import { PROBLEMS, type Problem, type ProblemKind, showProblem } from '../problems'

/** An answer over HTTP, whatever framework sends it. */
export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  body: string
}

/** Headers of ours that a browser's script may read (Access-Control-Expose-Headers); without it a replay could not be told apart (F50). */
export const EXPOSED_HEADERS = [
  'Idempotent-Replayed',
  'Idempotency-First-Executed',
  'Idempotency-Key-Expires',
  'Location',
  'Link',
  'Preference-Applied',
  'Retry-After',
  'Request-Id',
  'RateLimit',
  'RateLimit-Policy',
  'WWW-Authenticate',
]

/** What the door knows of the request that the reply is for. */
export interface AnswerLinks {
  /** Where the state of its key can be asked for. */
  statusUrl: string
  /** Where the thing is that a successful answer tells of. */
  location(body: string): string
}

/**
 * The HTTP door: from the engine's reply to status, headers and body. The body of a stored answer is its text, byte for byte, first and
 * ever after; what is new about a replay is in headers. `Location` comes from that text, so it is replayed too (O2).
 */
export function httpAnswer(reply: EngineReply, asked: AnswerLinks): HttpAnswer {
  if (reply.kind === 'problem') return httpProblem(withStatusUrl(reply.problem, asked.statusUrl))
  const { answer, outcome, firstExecutedAt, expiresAt } = reply
  const replayed = outcome === 'replayed' || outcome === 'joined'
  const headers = {
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
  const about = { 'Content-Type': 'application/json', Location: asked.location(answer.body) }
  return { status: answer.status, headers: { ...headers, ...about }, body: answer.body }
}

/** RFC 9457. */
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

/** Whoever has to wait is told where to look. */
function withStatusUrl(problem: Problem, statusUrl: string): Problem {
  const waits = problem.kind === 'in-progress' || problem.kind === 'outcome-unknown'
  return waits ? { ...problem, facts: { ...problem.facts, statusUrl } } : problem
}

/** How long a client wants to wait (RFC 7240 `Prefer: wait=N`), in seconds: at most 30, and null where it says nothing that we understand. */
export function waitPreferred(prefer: string | null | undefined): number | null {
  for (const part of (prefer ?? '').split(',')) {
    const seconds = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i.exec(part)?.[1]
    if (seconds !== undefined) return Math.min(WAIT_MAX_SECONDS, Number(seconds))
  }
  return null
}

/** 30 s: longer than a bank takes, shorter than proxies wait. */
const WAIT_MAX_SECONDS = 30
