import type { EngineReply } from '../core/run'
import { type Problem, ProblemError } from '../problems'

/** How an answer came to be, beside it in the same result: a header would be shared by a whole batch. */
export interface ReplayInfo {
  outcome: 'executed' | 'replayed' | 'joined'
  firstExecutedAt: string
  expiresAt: string
}

/**
 * The tRPC door: from the engine's reply to a procedure's result. The stored text is parsed, never rendered anew, so the first
 * answer and every replay are the same value.
 * @throws ProblemError for every problem, stored or not; the error formatter shows it at `error.data.idempotency`
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
  const how = outcome === 'rejected' ? 'replayed' : outcome
  return {
    ...body,
    idempotency: {
      outcome: how,
      firstExecutedAt: firstExecutedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    },
  }
}
