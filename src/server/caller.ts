import { ADDRESS_HEADER } from './admission/address'
import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

/** The procedures, called without HTTP, in the context of a request. */
export const callerOf = createCallerFactory(appRouter)

/** The same for a page, which knows its request by the headers. */
export function callerFor(headers: Headers) {
  return callerOf(contextFor(getDeps(), headers, headers.get(ADDRESS_HEADER) ?? 'unknown'))
}
