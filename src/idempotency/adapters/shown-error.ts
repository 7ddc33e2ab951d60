import { StoreUnavailable } from '../core/store'
import { type Problem, ProblemError, type Retry, showProblem } from '../problems'
import { RequestRefused } from '../stores/transaction/stored-result'

/** An error as a client gets it: a problem of the table, or a refusal of the business. */
export interface ShownError {
  [fact: string]: unknown
  type: string
  kind: string
  detail: string
  status: number
  retry: Retry
  safeNewKey: boolean
  retryAfterSeconds?: number
}

/** Where the `type` of a problem begins. A URN: the package has no pages of its own. */
export const PROBLEM_BASE = 'urn:payonce:problem:'

/** 1 s: a database that is overloaded or restarts is back in seconds, and each client adds a jitter of its own. */
const UNAVAILABLE: Problem = {
  kind: 'unavailable',
  detail: 'The service cannot be reached at the moment. Send the same request with the same key again.',
  retryAfterSeconds: 1,
}

/** An error of `idempotent` for its client; null for an error of somebody else. */
export function shownError(error: unknown, base = PROBLEM_BASE): ShownError | null {
  if (error instanceof RequestRefused) {
    const { facts, code, detail, status } = error.refusal
    const shown = {
      type: `${base}refused`,
      kind: 'refused',
      code,
      detail,
      status,
      retry: 'no',
      safeNewKey: true,
    } as const
    return { ...facts, ...shown }
  }
  const problem =
    error instanceof ProblemError ? error.problem : error instanceof StoreUnavailable ? UNAVAILABLE : null
  return problem ? { ...showProblem(problem), type: base + problem.kind } : null
}
