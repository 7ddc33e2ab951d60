import { randomInt } from 'node:crypto'
import net from 'node:net'

/**
 * Ports below those that systems give to connections and to servers without a wish: 32768 and up on Linux, 49152 elsewhere. Nobody gets one of
 * these by chance between our asking and our listening, which may be a minute on a busy machine.
 */
const [FIRST, END] = [20_000, 32_768]
/** 100 tries: fewer than half of these ports are ever taken. */
const TRIES = 100

/** A port that is free at this moment, and that only somebody who names it takes before us. @throws Error when none was found */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = randomInt(FIRST, END)
    if (await canListen(port, host)) return port
  }
  throw new Error('no free port was found')
}

/** Tries two addresses: a program on 127.0.0.1 alone would not keep us from listening on all others, and would get our visitors. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen(port, '127.0.0.1')) && (await canListen(port))
}

function canListen(port: number, host?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, ...(host ? { host } : {}) }, () => probe.close(() => resolve(true)))
  })
}
