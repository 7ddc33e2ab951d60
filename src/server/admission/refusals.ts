import type { Log } from '@/platform/log'
import type { Metrics } from '@/platform/telemetry'

/**
 * Pause between two log lines about one limit. 1 s: a flood is one line a second, and the metric has its
 * size.
 */
const LOG_EVERY_MS = 1_000

/**
 * Counts what each limit refuses, and logs which one it was, but never as often as a flood would have it. The event `limit.reached` with its
 * caller is written with the answer (`security-log.ts`).
 */
export function reportRefusals({ log, metrics }: { log: Log; metrics: Metrics }): (limit: string) => void {
  // One entry for each limit: about ten.
  const loggedAt = new Map<string, number>()
  return (limit) => {
    metrics.refusals.inc({ limit })
    const now = performance.now()
    if (now - (loggedAt.get(limit) ?? Number.NEGATIVE_INFINITY) < LOG_EVERY_MS) return
    loggedAt.set(limit, now)
    log.warn({ limit }, 'a limit refused a request')
  }
}
