import { TRPCError } from '@trpc/server'

/** The server says that there is no such thing (or that it is not this shopper's: the two look alike). */
export function isNotFound(error: unknown): boolean {
  return error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')
}
