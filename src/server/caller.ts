import { headers } from 'next/headers'
import { contextFor } from './context'
import { getDeps } from './deps'
import { appRouter } from './root'
import { createCallerFactory } from './trpc'

const createCaller = createCallerFactory(appRouter)

/** The procedures, for server components: the same rules and the same answers as over HTTP. */
export async function caller() {
  return createCaller(contextFor(getDeps(), new Headers(await headers())))
}
