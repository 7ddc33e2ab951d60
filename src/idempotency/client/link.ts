import { TRPCClientError, type TRPCLink } from '@trpc/client'
import type { AnyRouter } from '@trpc/server'
import type { ServerProblem } from './attempt'
import type { Keyed } from './key'

/**
 * Gives each keyed call its key: in the call's own input, never in a header that a batch would share, and never
 * anew for a retry. Must stand before every link that retries, batches or sends.
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

/** The problem that the server put into its error; null when none came from it (a broken line, a proxy's page). */
export function problemOf(error: unknown): ServerProblem | null {
  if (!(error instanceof TRPCClientError)) return null
  const problem: Partial<ServerProblem> | undefined = error.data?.idempotency
  return typeof problem?.kind === 'string' && typeof problem.retry === 'string'
    ? (problem as ServerProblem)
    : null
}
