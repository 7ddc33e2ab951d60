import { headers } from 'next/headers'
import { callerFor } from '@/server/caller'

/** The procedures for server components, with the same checks and answers as over HTTP. */
export async function caller() {
  return callerFor(new Headers(await headers()))
}
