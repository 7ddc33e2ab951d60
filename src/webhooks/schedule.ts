import type { WebhookAnswer } from './send'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

/** Waits after the first attempt, the second and so on: those of Standard Webhooks 1.0. Ten attempts, within 75 hours. */
export const WAITS_MS = [
  5_000,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
] as const

/** Part of a wait that is added by chance, so that what failed together does not come back together. */
const JITTER = 0.1
/** 30 s: how long an endpoint that is over its limit is left alone where it does not say. */
const THROTTLE_MS = 30_000
/** Too many requests, and a proxy whose server is overloaded or away. */
const THROTTLED = [429, 502, 504]
const GONE = 410

export interface NextStep {
  state: 'pending' | 'delivered' | 'failed'
  /** Until the next attempt; 0 where there is none. */
  waitMs: number
  /** How long nothing at all is sent to the endpoint; 0: no reason to wait. */
  throttleMs: number
  /** The receiver wants no events any more. */
  gone: boolean
}

/**
 * What follows from an answer. A redirect is a failure: it is not followed.
 * @param tries attempts of this delivery, this one included
 * @param random from 0 to 1
 */
export function decide(answer: WebhookAnswer, tries: number, random: number): NextStep {
  const { status } = answer
  const plain = { waitMs: 0, throttleMs: 0, gone: false }
  if (status !== null && status >= 200 && status < 300) return { ...plain, state: 'delivered' }
  if (status === GONE) return { ...plain, state: 'failed', gone: true }
  const asked = answer.status === null ? null : answer.retryAfterMs
  const throttleMs = status !== null && THROTTLED.includes(status) ? (asked ?? THROTTLE_MS) : (asked ?? 0)
  const wait = WAITS_MS[tries - 1]
  if (wait === undefined) return { ...plain, state: 'failed', throttleMs }
  return {
    ...plain,
    state: 'pending',
    waitMs: Math.max(wait * (1 + JITTER * random), throttleMs),
    throttleMs,
  }
}
