import type http from 'node:http'
import type { Deps } from './deps'
import { stopListening } from './listen'

/** 1 s for clients to take answers that were written, once no payment runs any more. */
const TAKE_MS = 1_000

/**
 * Ends the work of a web process in order: says that it is not ready, begins no new payment after `lag`, lets running ones end and be stored,
 * then closes the port and all else.
 */
export async function drain(
  server: http.Server,
  { readiness, live, engine, log, close }: Pick<Deps, 'readiness' | 'live' | 'engine' | 'log' | 'close'>,
  lag: () => Promise<void>,
): Promise<void> {
  readiness.leave()
  // At once: a browser opens its stream anew, and a proxy gives it to another server.
  live.close()
  await lag()
  // The port stays open until then: a proxy that has not noticed yet gets a 503, not a refused connection.
  engine.close()
  await engine.idle()
  const closed = stopListening(server)
  server.closeIdleConnections()
  const giveUp = setTimeout(() => server.closeAllConnections(), TAKE_MS)
  await closed
  clearTimeout(giveUp)
  await close().catch((error) => log.warn({ err: error }, 'could not close in order'))
}
