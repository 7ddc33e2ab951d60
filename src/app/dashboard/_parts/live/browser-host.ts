import type { HintSource, StreamHost, WindowChannel, WindowMessage } from './stream'

/** The address of the stream: `src/server/live/route.ts`. */
const STREAM = '/api/live'

/** The browser that we are in. Locks need https or this machine itself; without them each window has a stream of its own. */
export const browserHost: StreamHost = {
  openSource: () => new EventSource(STREAM) as HintSource,
  openChannel: (name, onMessage) => {
    if (typeof BroadcastChannel === 'undefined' || !navigator.locks) return null
    const channel = new BroadcastChannel(name)
    channel.onmessage = ({ data }: MessageEvent<WindowMessage>) => onMessage(data)
    return {
      post: (message) => channel.postMessage(message),
      close: () => channel.close(),
    } satisfies WindowChannel
  },
  lock: (name, signal, lead) => {
    if (!navigator.locks) return false
    // It rejects when the wait for the lock is given up.
    navigator.locks.request(name, { signal }, lead).catch(() => undefined)
    return true
  },
  after: (ms, then) => {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
  random: () => Math.random(),
}
