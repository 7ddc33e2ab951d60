import net from 'node:net'
import { newStripeEvent } from '../paths/stripe-event'

/**
 * Sends events of Stripe at a fixed rate, from a process of its own. The requests are made before the first is sent and go over plain connections:
 * what it costs to sign and to send them should take the processor from nobody who is measured.
 */

/** What became of a burst. */
export interface BurstResult {
  perSecond: number
  /** Answered 503, or cut off: Stripe would send them again. */
  refused: number
  p50Ms: number
  p99Ms: number
}

const [port, perSecond, seconds] = process.argv.slice(2).map(Number) as [number, number, number]
/** 1 ms: one or two events at a time, as they come from many payments that know nothing of one another. */
const TICK_MS = 1
const OK = 'HTTP/1.1 200'
const latencies: number[] = []
const idle: net.Socket[] = []
let refused = 0
let sent = 0
let ended = 0

const requests = Array.from({ length: perSecond * seconds }, newRequest)

function newRequest(): Buffer {
  const { body, header } = newStripeEvent()
  const text = JSON.stringify(body)
  const head = [
    'POST /api/webhooks/stripe/main HTTP/1.1',
    'host: 127.0.0.1',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    `stripe-signature: ${header}`,
  ]
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`)
}

function connect(): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, '127.0.0.1', () => resolve(socket)).setNoDelay(true)
    socket.once('error', reject)
  })
}

/** One request at a time on a connection. An answer here is small: it comes in one piece. */
async function send(request: Buffer): Promise<void> {
  const began = performance.now()
  const socket = idle.pop() ?? (await connect().catch(() => null))
  const ok =
    socket !== null &&
    (await new Promise<boolean>((resolve) => {
      socket.removeAllListeners()
      socket.once('data', (answer) => resolve(answer.toString('latin1', 0, OK.length) === OK))
      socket.once('close', () => resolve(false)).on('error', () => resolve(false))
      socket.write(request)
    }))
  if (ok && socket) {
    latencies.push(performance.now() - began)
    idle.push(socket)
  } else {
    refused += 1
    socket?.destroy()
  }
  ended += 1
}

process.send?.('ready')
const began = performance.now()
const timer = setInterval(() => {
  const due = Math.min(requests.length, Math.floor(((performance.now() - began) / 1_000) * perSecond))
  for (; sent < due; sent++) void send(requests[sent] as Buffer)
}, TICK_MS)

// Whoever measures has ended: nobody would stop it later.
process.once('disconnect', () => process.exit())
process.once('message', () => {
  clearInterval(timer)
  const lastedMs = performance.now() - began
  const wait = setInterval(() => {
    if (ended < sent) return
    clearInterval(wait)
    latencies.sort((a, b) => a - b)
    const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
    const result: BurstResult = {
      perSecond: (sent * 1_000) / lastedMs,
      refused,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    }
    process.send?.(result, () => process.exit(0))
  }, TICK_MS)
})
