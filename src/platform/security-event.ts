import type { Log } from './log'
import type { Metrics } from './telemetry'

/** The events of security, with the level of their line: an operator's alerts and searches rely on these names. */
export const SECURITY_EVENTS = {
  /** An operator signed in. */
  'sign-in.succeeded': 'info',
  /** An operator's password or second factor was wrong. */
  'sign-in.failed': 'warn',
  /** An operator signed out. */
  'sign-out': 'info',
  /** A request without a valid session or API key, for something that needs one. */
  'access.refused': 'warn',
  /** A caller is known and lacks the right: the scope of an API key, or the role of an operator. */
  'permission.refused': 'warn',
  /** A page of another site sent a request in our reader's name. */
  'origin.refused': 'warn',
  /** A second factor of an operator was added, removed or reset, or recovery codes were made. */
  'factor.changed': 'warn',
  /** A caller passed a limit. */
  'limit.reached': 'warn',
  /** A key was sent again with another payload. */
  'key.conflict': 'warn',
  /** A field held a card number. Neither the number nor the field is written. */
  'card-number.refused': 'warn',
  /** A browser reported something that the content security policy forbids. */
  'csp.violated': 'warn',
  /** A request to the address of Stripe's events was malformed, too old, or not signed with our secret. */
  'webhook.refused': 'warn',
  /** An event of Stripe was well signed, and of another mode or account: two installations are mixed up. */
  'webhook.foreign': 'error',
} as const

export type SecurityEvent = keyof typeof SECURITY_EVENTS

/** Facts of an event that help to find its caller. No body, no key and no token. */
export interface SecurityFacts {
  requestId?: string | undefined
  method?: string
  path?: string
  /** The network of the caller, as limits count it. */
  address?: string
  [fact: string]: string | number | boolean | undefined
}

/** Lines of one event in one second. A flood is counted, and one line a second says how many were left out. */
const LINES_PER_SECOND = 20

const budgets = new WeakMap<
  Metrics,
  Map<SecurityEvent, { second: number; written: number; leftOut: number }>
>()

/**
 * Writes a line `{"event":"limit.reached",…}` and counts the event in `payonce_security_events_total`.
 * @param nowMs milliseconds of any clock that goes forward
 */
export function logSecurityEvent(
  { log, metrics }: { log: Log; metrics: Metrics },
  event: SecurityEvent,
  facts: SecurityFacts,
  nowMs: number = performance.now(),
): void {
  metrics.securityEvents.inc({ event })
  const leftOut = takeLine(metrics, event, Math.floor(nowMs / 1_000))
  if (leftOut === null) return
  log[SECURITY_EVENTS[event]]({ event, ...facts, ...(leftOut > 0 ? { leftOut } : {}) }, 'security event')
}

/** How many lines were left out before this one; null where this one is left out too. */
function takeLine(metrics: Metrics, event: SecurityEvent, second: number): number | null {
  const budget = budgets.get(metrics) ?? new Map()
  budgets.set(metrics, budget)
  const used = budget.get(event)
  if (used?.second === second) {
    if (used.written < LINES_PER_SECOND) {
      used.written += 1
      return 0
    }
    used.leftOut += 1
    return null
  }
  budget.set(event, { second, written: 1, leftOut: 0 })
  return used?.leftOut ?? 0
}
