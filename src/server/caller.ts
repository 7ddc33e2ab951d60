import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const createCaller = createCallerFactory(appRouter)

/** The procedures, called without HTTP, for a page that has its request's headers in hand. */
export function callerFor(headers: Headers) {
  return createCaller(contextFor(getDeps(), headers))
}
