import { print } from './console'

/** How a person says stop (Ctrl-C, `kill`, a closed terminal), and how they say: now. */
export interface StopSignals {
  /** Aborted as soon as the end has begun. */
  stop: AbortSignal
  /** Aborted when somebody asked a second time. */
  hurry: AbortSignal
  begin(): void
}

/** npm hands on the Ctrl-C that the terminal has already sent to the whole group: two signals within a second are one. */
const SAME_MS = 1_000

export function onStopSignal(stop: () => void): StopSignals {
  const stopping = new AbortController()
  const hurrying = new AbortController()
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, hear)
  // A reader that went away (`npm start | head`) must not end a process that has payments in hand.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return { stop: stopping.signal, hurry: hurrying.signal, begin: () => stopping.abort() }

  function hear(): void {
    const now = performance.now()
    if (first !== 0 && now - first > SAME_MS) hurrying.abort()
    if (first !== 0) return
    first = now
    print('\nstopping: payments in hand are finished first (once more to stop at once)')
    stop()
  }
}
