import { headers } from 'next/headers'
import { redirect } from 'next/navigation'
import { callerFor } from '@/server/caller'

/**
 * The procedures for server components, with the same checks and answers as over HTTP. A call that needs a sign-in leads there: a page
 * renders beside its layout, so the layout's own redirect comes too late for it, and Next would log each visit as an error.
 */
export async function caller() {
  return callerFor(new Headers(await headers()), ({ error }) => {
    if (error.code === 'UNAUTHORIZED') redirect('/sign-in')
  })
}
