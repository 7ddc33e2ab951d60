import { ADDRESS_HEADER } from './admission/address'
import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

/** The procedures, called without HTTP, in the context of a request. */
export const callerOf = createCallerFactory(appRouter)

/**
 * The same for a page, which knows its request by the headers.
 * @param onError called with what a procedure throws; what it throws itself is thrown instead
 */
export function callerFor(
  headers: Headers,
  onError: (failed: { error: { code: string } }) => void = () => undefined,
) {
  const context = contextFor(getDeps(), headers, headers.get(ADDRESS_HEADER) ?? 'unknown')
  return callerOf(context, { onError })
}
