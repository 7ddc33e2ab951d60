import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

/** The procedures, called without HTTP, for a request that is known by its context. */
export const callerOf = createCallerFactory(appRouter)

/** The same for a page, which has its request's headers in hand. */
export function callerFor(headers: Headers) {
  return callerOf(contextFor(getDeps(), headers))
}
