'use client'
import { onlineManager, type QueryClient } from '@tanstack/react-query'
import { useEffect, useState, useSyncExternalStore } from 'react'
import type { HintSubject } from '@/server/live/changes'
import { browserHost } from './browser-host'
import { HintQueue } from './hint-queue'
import { BrowserStream, type StreamState } from './stream'

/** Of a query: what a hint must name for the query to be sent again. */
export interface LiveMeta extends Record<string, unknown> {
  on?: readonly HintSubject[] | undefined
}

/**
 * Reads what is on screen again when the server hints that it has changed, and whenever the stream of hints begins or breaks: what was
 * hinted at meanwhile is not known. A window that nobody sees, or that was paused, takes no part.
 * @param name of the operator's stream; null: none is allowed
 */
export function useStream(client: QueryClient, name: string | null, paused: boolean): StreamState {
  const [state, setState] = useState<StreamState>('connecting')
  const visible = useSyncExternalStore(
    subscribeVisible,
    () => document.visibilityState === 'visible',
    () => false,
  )
  const online = useSyncExternalStore(subscribeOnline, () => onlineManager.isOnline(), alwaysOnline)
  const active = name !== null && visible && online && !paused
  useEffect(() => {
    if (!active) return
    setState('connecting')
    const read = (isMeant: (on: readonly HintSubject[]) => boolean) =>
      client
        .invalidateQueries({
          predicate: ({ meta }) => {
            const { on } = (meta ?? {}) as LiveMeta
            return on !== undefined && isMeant(on)
          },
        })
        .catch(() => undefined)
    const queue = new HintQueue({ now: () => performance.now(), after: browserHost.after }, (subjects) =>
      read((on) => on.some((subject) => subjects.has(subject))),
    )
    const stream = new BrowserStream(browserHost, `payonce-live ${name}`, {
      state: (next) => {
        setState(next)
        void read(() => true)
      },
      changed: (subjects) => queue.add(subjects),
      signedOut: () => void client.invalidateQueries(),
    })
    return () => {
      stream.stop()
      queue.stop()
    }
  }, [active, name, client])
  return state
}

function subscribeVisible(listener: () => void) {
  document.addEventListener('visibilitychange', listener)
  return () => document.removeEventListener('visibilitychange', listener)
}

const subscribeOnline = (listener: () => void) => onlineManager.subscribe(listener)
const alwaysOnline = () => true
