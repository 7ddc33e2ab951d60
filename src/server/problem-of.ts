import { StoreUnavailable, toPointer } from '@payonce/idempotency'
import { type Problem, ProblemError } from '@payonce/idempotency/problems'
import { ZodError } from 'zod'
import { OrderRefused } from '@/checkout/order'
import { isRefusedValue, isUnavailable } from '@/idempotency/stores/prisma-errors'

/** The row of the problem table for an error, for tRPC and REST alike. Null: an error that we did not expect. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof ZodError) return validationProblem(error)
  if (error instanceof OrderRefused) return { kind: 'validation', detail: error.message }
  if (error instanceof StoreUnavailable || (error instanceof Error && isUnavailable(error))) {
    const detail =
      'Our database cannot be reached. This request charged nothing; send the same request again.'
    return { kind: 'unavailable', detail, retryAfterSeconds: 2 }
  }
  // The net behind the checks of our own: a value that only PostgreSQL knew to be wrong is the caller's mistake, and a repeat would
  // fail for ever.
  if (error instanceof Error && isRefusedValue(error)) return REFUSED_VALUE
  return null
}

/** The database refused a value. Logged, without the value: a check of ours should have found it first. */
export const REFUSED_VALUE: Problem = {
  kind: 'validation',
  detail: 'A value is outside of what can be stored. Nothing was changed; correct the request.',
}

/** The answer to our own bugs. It reveals nothing of our insides; the log has the error. */
export const INTERNAL_PROBLEM: Problem = {
  kind: 'internal',
  detail: 'An error on our side. Send the same request again: it takes effect once.',
  retryAfterSeconds: 2,
}

/** Every field that is wrong, by JSON Pointer (RFC 6901), and all of them in one sentence. */
export function validationProblem(error: ZodError): Problem {
  const errors = flat(error.issues).slice(0, ERRORS_MAX)
  const detail = errors
    .map(({ pointer, detail: message }) =>
      [pointer.slice(1).replaceAll('/', '.'), message].filter(Boolean).join(': '),
    )
    .join(' ')
  return { kind: 'validation', detail, facts: { errors } }
}

/** 20: a body of 64 KiB can be wrong in thousands of places, more than a person reads. */
const ERRORS_MAX = 20

type Issue = ZodError['issues'][number]

function flat(issues: readonly Issue[], prefix: PropertyKey[] = []): { pointer: string; detail: string }[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path]
    const branch = issue.code === 'invalid_union' ? likeliest(issue.errors) : null
    return branch ? flat(branch, path) : [{ pointer: toPointer(path), detail: issue.message }]
  })
}

/**
 * Of the forms that a value may have, the one that was probably meant: the one that has most of the members that were sent, then the one with
 * the fewest mistakes.
 */
function likeliest(branches: readonly Issue[][]): readonly Issue[] | null {
  return [...branches].sort((a, b) => strangers(a) - strangers(b) || a.length - b.length)[0] ?? null
}

/** Members of the value that this form does not have. */
function strangers(issues: readonly Issue[]): number {
  return issues.reduce((sum, issue) => sum + (issue.code === 'unrecognized_keys' ? issue.keys.length : 0), 0)
}
