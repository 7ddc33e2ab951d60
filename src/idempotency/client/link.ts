import { TRPCClientError, type TRPCLink } from '@trpc/client'
import type { AnyRouter } from '@trpc/server'
import type { ServerProblem } from './attempt-state'
import type { Keyed } from './key'

/**
 * A tRPC link that puts the key of a keyed call into that call's input, after storing it. Into the input,
 * because a header would apply to a whole batch. Must stand before every link that retries, batches or sends,
 * so that a repeat keeps its key.
 *
 *     createTRPCClient<AppRouter>({ links: [keyLink(), httpLink({ url: '/api/trpc' })] })
 *     client.checkout.pay.mutate(input, { context: { keyed: { key, store } } })
 */
export function keyLink<Router extends AnyRouter>(): TRPCLink<Router> {
  return () =>
    ({ op, next }) => {
      const keyed = op.context.keyed as Keyed | undefined
      if (!keyed) return next(op)
      keyed.store()
      return next({ ...op, input: { ...(op.input as object), key: keyed.key } })
    }
}

/** The problem in a tRPC error; null when the error has none (a broken connection, a proxy's error page). */
export function problemOf(error: unknown): ServerProblem | null {
  if (!(error instanceof TRPCClientError)) return null
  const problem: Partial<ServerProblem> | undefined = error.data?.idempotency
  return typeof problem?.kind === 'string' && typeof problem.retry === 'string'
    ? (problem as ServerProblem)
    : null
}
