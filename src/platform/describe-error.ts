import { REMOVED } from './redact'

/** An error as the log shows it. */
export interface ErrorDescription {
  type: string
  message: string
  stack: string
  code?: string
  cause?: ErrorDescription
  errors?: ErrorDescription[]
}

/** Causes of causes that are shown. 3: the driver's error behind Prisma's behind ours. */
const DEPTH = 3
/** Errors of an aggregate that are shown. */
const ERRORS_MAX = 5
const UUID = /(?<![\w-])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/gi

/**
 * What the log shows of anything that was thrown: its type, message, stack, code and causes. Nothing else
 * that hangs on it, because drivers attach whole requests and rows. A bare UUID in its text may be the token
 * of a lease, so it is removed; ids that people need have their prefix or a field of their own.
 */
export function describeError(error: unknown, depth = DEPTH): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: textOf(error), stack: '' }
  const { code, cause } = error as { code?: unknown; cause?: unknown }
  return {
    type: String(error.name),
    message: withoutIds(String(error.message)),
    stack: withoutIds(String(error.stack)),
    ...(typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {}),
    ...(cause instanceof Error && depth > 0 ? { cause: describeError(cause, depth - 1) } : {}),
    ...(error instanceof AggregateError && depth > 0
      ? { errors: error.errors.slice(0, ERRORS_MAX).map((one) => describeError(one, depth - 1)) }
      : {}),
  }
}

/** Objects are thrown by mistake; their members are nobody's message. */
function textOf(thrown: unknown): string {
  return typeof thrown === 'object' && thrown !== null ? 'an object was thrown' : withoutIds(String(thrown))
}

function withoutIds(text: string): string {
  return text.replace(UUID, REMOVED)
}
