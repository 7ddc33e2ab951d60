import { once } from 'node:events'
import type http from 'node:http'
import net from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'

/** 10 s: who is asked to leave ends running payments, for a second, and is killed after it. */
const PATIENCE_MS = 10_000
/** 10 ms between two tries: the time for which nobody listens. */
const AGAIN_MS = 10

const seconds = new WeakMap<http.Server, net.Server>()

/**
 * Opens the port. `localhost` is two addresses, 127.0.0.1 and ::1, and a browser may try either first; a machine
 * without IPv6 has only the one. The second address hands its connections to the same server, so that every
 * limit of the server holds for both.
 * @param taken called, once, when the port is in use: who has it may be asked to leave. Null: then it is an error
 * @throws Error when the port is in use, and stays so for `PATIENCE_MS`
 */
export async function listen(
  server: http.Server,
  address: { PORT: number; HOST: string },
  taken: (() => Promise<unknown>) | null = null,
): Promise<void> {
  let asked: number | null = null
  for (;;)
    try {
      return await open(server, address)
    } catch (error) {
      if (!taken || (error as { code?: string }).code !== 'EADDRINUSE') throw error
      if (asked !== null && performance.now() - asked > PATIENCE_MS) throw error
      if (asked === null) {
        await taken()
        asked = performance.now()
      }
      await pause(AGAIN_MS)
    }
}

async function open(server: http.Server, { PORT, HOST }: { PORT: number; HOST: string }): Promise<void> {
  if (HOST !== 'localhost') return opened(server, PORT, HOST)
  await opened(server, PORT, '127.0.0.1')
  // Set up as http.Server does with its own sockets.
  const second = net.createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  )
  const { port } = server.address() as net.AddressInfo
  try {
    await opened(second, port, '::1')
  } catch (error) {
    // A port that another program has on ::1 would give our visitors to that program.
    if (['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EINVAL'].includes((error as { code?: string }).code ?? '')) return
    server.close()
    throw error
  }
  seconds.set(server, second)
}

/** Takes no new connection; resolves when the open ones have ended. */
export async function stopListening(server: http.Server): Promise<void> {
  const all = [server, seconds.get(server)].filter((one) => one !== undefined)
  await Promise.all(all.map((one) => new Promise((resolve) => one.close(resolve))))
}

async function opened(server: net.Server, port: number, host: string): Promise<void> {
  server.listen({ port, host })
  await once(server, 'listening')
}
