import type { Log } from '@/platform/log'
import type { Metrics } from '@/platform/telemetry'

/**
 * Pause between two log lines about one limit. 1 s: a flood is one line a second, and the metric has its
 * size.
 */
const LOG_EVERY_MS = 1_000

/** Counts what the limits refuse, and logs it, but never as often as a flood would have it. */
export function reportRefusals({ log, metrics }: { log: Log; metrics: Metrics }): (limit: string) => void {
  // One entry for each limit: about ten.
  const loggedAt = new Map<string, number>()
  return (limit) => {
    metrics.refusals.inc({ limit })
    const now = Date.now()
    if (now - (loggedAt.get(limit) ?? 0) < LOG_EVERY_MS) return
    loggedAt.set(limit, now)
    log.warn({ event: 'limit-refused', limit }, 'a limit refused a request')
  }
}
