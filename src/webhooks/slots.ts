import type { Room } from './queue'

/** Requests side by side at an endpoint that nobody knows yet. */
const FIRST = 4
/** Of one that answers well. 64: about two thousand a second at 30 ms. */
const MOST = 64
/** Requests side by side of one worker, the slow ones not counted. */
const TOTAL = 256
/** A request that runs for longer is slow: it gives its place back, and its endpoint gets one request at a time. */
const SLOW_MS = 1_000
/** Slow requests side by side. Beyond it, endpoints that were slow last get none. */
const SLOW_TOTAL = 1_000

interface Endpoint {
  running: number
  slow: number
  limit: number
}

/**
 * How many requests each endpoint gets: twice as many after each success, one after a failure or a slow request. So endpoints that hang
 * take the places of the others for a second at most, however many they are.
 */
export class Slots {
  readonly #endpoints = new Map<string, Endpoint>()
  #quick = 0
  #slow = 0

  room(): Room {
    const full = this.#slow >= SLOW_TOTAL
    const byEndpoint = new Map(
      [...this.#endpoints].map(([id, { running, limit }]) => [
        id,
        full && limit === 1 ? 0 : Math.max(0, limit - running),
      ]),
    )
    return { byEndpoint, otherwise: FIRST, total: TOTAL - this.#quick }
  }

  /** Takes a place at an endpoint. Call what it returns when the request has ended. */
  take(id: string): (success: boolean) => void {
    const endpoint = this.#endpoints.get(id) ?? { running: 0, slow: 0, limit: FIRST }
    this.#endpoints.set(id, endpoint)
    endpoint.running += 1
    this.#quick += 1
    let slow = false
    const timer = setTimeout(() => {
      slow = true
      endpoint.limit = 1
      endpoint.slow += 1
      this.#quick -= 1
      this.#slow += 1
    }, SLOW_MS)
    return (success) => {
      clearTimeout(timer)
      endpoint.running -= 1
      if (slow) {
        endpoint.slow -= 1
        this.#slow -= 1
      } else this.#quick -= 1
      endpoint.limit = success && endpoint.slow === 0 && !slow ? Math.min(MOST, endpoint.limit * 2) : 1
    }
  }
}
