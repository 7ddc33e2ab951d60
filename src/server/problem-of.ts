import { ZodError } from 'zod'
import { OrderRefused } from '@/checkout/order'
import { toPointer } from '@/idempotency/core/json-pointer'
import { StoreUnavailable } from '@/idempotency/core/store'
import { type Problem, ProblemError } from '@/idempotency/problems'
import { isUnavailable } from '@/idempotency/stores/prisma-errors'

/** What was thrown, as a row of the problem table: for every door. Null: it is none that we know. */
export function problemOf(error: unknown): Problem | null {
  if (error instanceof ProblemError) return error.problem
  if (error instanceof ZodError) return validationProblem(error)
  if (error instanceof OrderRefused) return { kind: 'validation', detail: error.message }
  if (error instanceof StoreUnavailable || (error instanceof Error && isUnavailable(error))) {
    const detail = 'We cannot reach our database just now. Nothing was charged; send the same request again.'
    return { kind: 'unavailable', detail, retryAfterSeconds: 2 }
  }
  return null
}

/** What we say of our own bugs: nothing of what is inside. */
export const INTERNAL_PROBLEM: Problem = {
  kind: 'internal',
  detail: 'Something is broken on our side. Send the same request again; it will not be charged twice.',
  retryAfterSeconds: 2,
}

/** Every field that is wrong, by JSON pointer, and all of it in words. */
export function validationProblem(error: ZodError): Problem {
  const errors = flat(error.issues).slice(0, ERRORS_MAX)
  const detail = errors
    .map(({ pointer, detail: says }) =>
      [pointer.slice(1).replaceAll('/', '.'), says].filter(Boolean).join(': '),
    )
    .join(' ')
  return { kind: 'validation', detail, facts: { errors } }
}

/** A body of 64 KiB can be wrong in thousands of places; nobody reads them. */
const ERRORS_MAX = 20

type Issue = ZodError['issues'][number]

function flat(issues: readonly Issue[], prefix: PropertyKey[] = []): { pointer: string; detail: string }[] {
  return issues.flatMap((issue) => {
    const path = [...prefix, ...issue.path]
    const branch = issue.code === 'invalid_union' ? likeliest(issue.errors) : null
    return branch ? flat(branch, path) : [{ pointer: toPointer(path), detail: issue.message }]
  })
}

/** Of several forms that a value may have, the one that was most probably meant: with the fewest mistakes. */
function likeliest(branches: readonly Issue[][]): readonly Issue[] | null {
  return [...branches].sort((a, b) => a.length - b.length)[0] ?? null
}
