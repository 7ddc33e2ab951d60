import { headers } from 'next/headers'
import { callerFor } from '@/server/caller'

/** The API key of the demo, where the reader is an admin who has just signed in or confirmed; null for everybody else. */
export async function ownKey(): Promise<string | null> {
  const { developers } = callerFor(new Headers(await headers()))
  return developers.demoKey().then(
    ({ apiKey }) => apiKey,
    () => null,
  )
}
