import { setTimeout as pause } from 'node:timers/promises'

/** How a program follows a key without asking again and again: by looking at it here, until it has come to its end. */

/** 500 ms between two looks at a key: soon enough for a person, and two small reads a second. */
const LOOK_MS = 500

/** What is watched until it has come to its end. */
export interface WatchedKey<State> {
  read(): Promise<State>
  /** Nothing changes any more. */
  isOver(state: State): boolean
}

/**
 * The states of a key: the first, and each that differs from the one before. Ends with the last one, after `forMs`, or when its reader has gone.
 * @throws whatever `read` throws
 */
export async function* watch<State>(
  { read, isOver }: WatchedKey<State>,
  { forMs, signal }: { forMs: number; signal: AbortSignal },
): AsyncGenerator<State> {
  const until = Date.now() + forMs
  for (let before: string | null = null; !signal.aborted; ) {
    const state = await read()
    const text = JSON.stringify(state)
    if (text !== before) yield state
    before = text
    const left = until - Date.now()
    if (isOver(state) || left <= 0) return
    await pause(Math.min(LOOK_MS, left), undefined, { signal }).catch(() => undefined)
  }
}

/** The last state within `forMs`: as soon as it is over, else what it is then. */
export async function waitFor<State>(
  watched: WatchedKey<State>,
  within: { forMs: number; signal: AbortSignal },
): Promise<State> {
  let last: State | undefined
  for await (const state of watch(watched, within)) last = state
  return last ?? watched.read()
}
