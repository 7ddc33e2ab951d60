import type { Answer } from '../core/record'
import type { EngineReply } from '../core/request'
import { storedValue, type Transformer } from '../core/transformer'
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
  const { answer, idempotency } = answered(reply)
  return { ...(JSON.parse(answer.body) as Body), idempotency }
}

/**
 * `resultOf` for an operation whose answers were made by `storedText`: the result has the types that it had, such as `Date` and `Map`. Beside it
 * and not in it, since not every value has members.
 * @param transformer the operation's; with the router's own one beside it, the types reach the client
 * @throws ProblemError as `resultOf` does
 */
export function typedResultOf<Result>(
  reply: EngineReply,
  transformer: Transformer,
): { result: Result; idempotency: ReplayInfo } {
  const { answer, idempotency } = answered(reply)
  return { result: storedValue(answer.body, transformer) as Result, idempotency }
}

/** @throws ProblemError for a problem. A stored problem is JSON, whatever the transformer. */
function answered(reply: EngineReply): { answer: Answer; idempotency: ReplayInfo } {
  if (reply.kind === 'problem') throw new ProblemError(reply.problem)
  const { answer, outcome, firstExecutedAt, expiresAt } = reply
  if (answer.problem !== null)
    throw new ProblemError({
      kind: answer.problem,
      ...(JSON.parse(answer.body) as Pick<Problem, 'detail' | 'facts'>),
    })
  return {
    answer,
    idempotency: {
      outcome: outcome === 'rejected' ? 'replayed' : outcome,
      firstExecutedAt: firstExecutedAt.toISOString(),
      expiresAt: expiresAt.toISOString(),
    },
  }
}
