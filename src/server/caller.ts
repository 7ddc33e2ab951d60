import { headers } from 'next/headers'
import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const createCaller = createCallerFactory(appRouter)

/** The procedures, for server components: the same rules and the same answers as over HTTP. */
export async function caller() {
  return callerFor(new Headers(await headers()))
}

/** The same, for a page that has its request's headers in hand (the checkout). */
export function callerFor(headers: Headers) {
  return createCaller(contextFor(getDeps(), headers))
}
