import type { EngineReply } from '../core/request'
import { type Problem, ProblemError } from '../problems'

/**
 * Origin of an answer. Part of the result, because a header would apply to a whole batch. Times in RFC 3339,
 * UTC.
 */
export interface ReplayInfo {
  outcome: 'executed' | 'replayed' | 'joined'
  firstExecutedAt: string
  expiresAt: string
}

/**
 * Turns the engine's reply into the result of a tRPC procedure. The stored text is parsed, never rendered
 * again, so the first answer and every replay are the same value.
 * @throws ProblemError for every problem, stored or not; the error formatter puts it into
 *   `error.data.idempotency`
 */
export function resultOf<Body extends object>(reply: EngineReply): Body & { idempotency: ReplayInfo } {
  if (reply.kind === 'problem') throw new ProblemError(reply.problem)
  const { answer, outcome, firstExecutedAt, expiresAt } = reply
  if (answer.problem !== null)
    throw new ProblemError({
      kind: answer.problem,
      ...(JSON.parse(answer.body) as Pick<Problem, 'detail' | 'facts'>),
    })
  const body = JSON.parse(answer.body) as Body
  return {
    ...body,
    idempotency: {
      outcome: outcome === 'rejected' ? 'replayed' : outcome,
      firstExecutedAt: firstExecutedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    },
  }
}
