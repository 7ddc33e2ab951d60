import http from 'node:http'
import { newStripeEvent } from '../paths/stripe-event'

/** Sends events of Stripe at a fixed rate, from a process of its own: what it costs to send them delays nobody who is measured. */

/** What became of a burst. */
export interface BurstResult {
  perSecond: number
  /** Answered 503, or cut off: Stripe would send them again. */
  refused: number
  p50Ms: number
  p99Ms: number
}

const [port, perSecond] = process.argv.slice(2).map(Number) as [number, number]
/** 1 ms: one or two events at a time, as they come from many payments that know nothing of one another. */
const TICK_MS = 1
const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 4096 })
const running = new Set<Promise<void>>()
const latencies: number[] = []
let sent = 0
let refused = 0

function send(): Promise<void> {
  const { body, header } = newStripeEvent()
  const began = performance.now()
  return new Promise((resolve) => {
    const end = (ok: boolean) => {
      if (ok) latencies.push(performance.now() - began)
      else refused += 1
      resolve()
    }
    const headers = { 'content-type': 'application/json', 'stripe-signature': header }
    const options = {
      agent,
      port,
      host: '127.0.0.1',
      method: 'POST',
      path: '/api/webhooks/stripe/main',
      headers,
    }
    const request = http.request(options, (response) => {
      response.resume().on('end', () => end(response.statusCode === 200))
    })
    request.on('error', () => end(false))
    request.end(JSON.stringify(body))
  })
}

const began = performance.now()
const timer = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1_000) * perSecond)
  for (; sent < due; sent++) {
    const one = send().finally(() => running.delete(one))
    running.add(one)
  }
}, TICK_MS)

process.once('message', async () => {
  clearInterval(timer)
  await Promise.all(running)
  latencies.sort((a, b) => a - b)
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0
  const seconds = (performance.now() - began) / 1_000
  const result: BurstResult = { perSecond: sent / seconds, refused, p50Ms: at(0.5), p99Ms: at(0.99) }
  process.send?.(result, () => process.exit(0))
})
