'use client'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { PageKnowledge } from './attempt'
import { type AttemptController, type AttemptHost, type AttemptView, createAttempt } from './controller'

/**
 * The page's one attempt. The machine decides; this hook tells it of the page's life: leaving, coming back from the browser's cache
 * or from another tab, being connected again.
 * @param freshKey the key that came with the page, so that it is there before anything can be pressed
 * @param world read once: what the attempt needs of this app
 * @param known what the server said when it made the page
 */
export function useAttempt<Answer>(
  freshKey: string,
  world: () => AttemptHost<Answer>,
  known?: PageKnowledge,
): { attempt: AttemptController<Answer>; view: AttemptView<Answer> } {
  const [attempt] = useState(() => createAttempt(freshKey, world(), known))
  const view = useSyncExternalStore(attempt.subscribe, attempt.view, attempt.view)
  useEffect(() => live(attempt), [attempt])
  return { attempt, view }
}

function live(attempt: AttemptController<unknown>): () => void {
  let stop: (() => void) | null = attempt.start()
  const end = new AbortController()
  const on = (name: string, listener: (event: Event) => void) =>
    addEventListener(name, listener, { signal: end.signal })
  on('pagehide', () => {
    attempt.leave()
    // A page that holds a lock is not kept in the browser's cache, and nobody else could lead.
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

/** Whether the browser believes it is connected. */
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
