import { TRPCError } from '@trpc/server'

/** True when the server does not know the id, or it belongs to another reader; the answer is deliberately the same. */
export function isNotFound(error: unknown): boolean {
  return error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')
}
