import { print } from './console'

/** Two requests of a person: to stop (Ctrl-C, `kill`, a closed terminal), and, by the second signal, to stop at once. */
export interface StopSignals {
  /** Aborted when the shutdown begins. */
  stop: AbortSignal
  /** Aborted by the second signal. */
  hurry: AbortSignal
  /** Marks the beginning of the shutdown. */
  begin(): void
}

/** npm passes on the Ctrl-C that the terminal has already sent to the whole group: two signals within a second count as one. */
const SAME_MS = 1_000

export function onStopSignal(stop: () => void): StopSignals {
  const stopping = new AbortController()
  const hurrying = new AbortController()
  let first = 0
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal)
  // A reader that has gone (`npm start | head`) must not end a process with running payments.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
  return { stop: stopping.signal, hurry: hurrying.signal, begin: () => stopping.abort() }

  function onSignal(): void {
    const now = performance.now()
    if (first !== 0 && now - first > SAME_MS) hurrying.abort()
    if (first !== 0) return
    first = now
    print('\nstopping after the running payments (press Ctrl-C again to stop at once)')
    stop()
  }
}
