'use client'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { PageKnowledge } from './attempt-state'
import { type AttemptController, type AttemptHost, type AttemptView, createAttempt } from './controller'

/**
 * The one attempt of a page. Reports the page's life cycle to it: leaving, return from the browser's cache or
 * from another tab, reconnection.
 * @param freshKey the key that came with the page, so that it exists before anything can be pressed
 * @param host called once, at the first render: the dependencies of the attempt
 * @param known what the server knew when it rendered the page
 */
export function useAttempt<Answer>(
  freshKey: string,
  host: () => AttemptHost<Answer>,
  known?: PageKnowledge,
): { attempt: AttemptController<Answer>; view: AttemptView<Answer> } {
  const [attempt] = useState(() => createAttempt(freshKey, host(), known))
  const view = useSyncExternalStore(attempt.subscribe, attempt.view, attempt.view)
  useEffect(() => followPage(attempt), [attempt])
  return { attempt, view }
}

function followPage(attempt: AttemptController<unknown>): () => void {
  let stop: (() => void) | null = attempt.start()
  const end = new AbortController()
  const on = (name: string, listener: (event: Event) => void) =>
    addEventListener(name, listener, { signal: end.signal })
  on('pagehide', () => {
    attempt.leave()
    // A page that holds a lock is not kept in the browser's cache, and no other window could lead meanwhile.
    stop?.()
    stop = null
  })
  on('pageshow', () => {
    stop ??= attempt.start()
  })
  on('online', attempt.hurry)
  on('visibilitychange', () => document.visibilityState === 'visible' && attempt.hurry())
  return () => {
    end.abort()
    stop?.()
  }
}

/** True while the browser believes it is connected (`navigator.onLine`); true on the server. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener('online', listener)
      addEventListener('offline', listener)
      return () => {
        removeEventListener('online', listener)
        removeEventListener('offline', listener)
      }
    },
    () => navigator.onLine,
    () => true,
  )
}
