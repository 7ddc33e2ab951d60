import { TRPCError } from '@trpc/server'
import { type ShownError, shownError } from './shown-error'

type Code = ConstructorParameters<typeof TRPCError>[0]['code']

/** tRPC's code of each status that a problem or a refusal may have. */
const CODES: Readonly<Record<number, Code>> = {
  400: 'BAD_REQUEST',
  401: 'UNAUTHORIZED',
  402: 'PAYMENT_REQUIRED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
  412: 'PRECONDITION_FAILED',
  413: 'PAYLOAD_TOO_LARGE',
  415: 'UNSUPPORTED_MEDIA_TYPE',
  422: 'UNPROCESSABLE_CONTENT',
  429: 'TOO_MANY_REQUESTS',
  500: 'INTERNAL_SERVER_ERROR',
  503: 'SERVICE_UNAVAILABLE',
}

/**
 * Middleware that gives the errors of `idempotent` their codes of tRPC; other errors pass as they are.
 *
 *     const keyed = t.procedure.use(({ next }) => withProblems(next()))
 */
export async function withProblems<Result extends { ok: boolean; error?: unknown }>(
  called: Promise<Result>,
): Promise<Result> {
  const result = await called
  const cause = result.ok ? null : (result.error as TRPCError | undefined)?.cause
  const shown = shownError(cause)
  if (!shown) return result
  throw new TRPCError({ code: CODES[shown.status] ?? 'BAD_REQUEST', message: shown.detail, cause })
}

/** A tRPC error shape with the problem, where there is one: `error.data.idempotency` has `kind`, `retry` and `safeNewKey`. */
export type ShapeWithProblem<Shape extends { data: object }> = Omit<Shape, 'data'> & {
  data: Shape['data'] & { idempotency: ShownError | null }
}

/**
 * For `initTRPC.create({ errorFormatter: ({ shape, error }) => problemShape(shape, error) })`: without it a client gets a message, and
 * cannot learn whether it may retry.
 */
export function problemShape<Shape extends { data: object }>(
  shape: Shape,
  error: { cause?: unknown },
): ShapeWithProblem<Shape> {
  return { ...shape, data: { ...shape.data, idempotency: shownError(error.cause) } }
}
