import diagnostics from 'node:diagnostics_channel'
import type { EngineEvent } from '@/idempotency/core/events'
import type { AttemptLog } from '@/idempotency/stores/attempt-log'
import type { ReconcileEvent } from '@/payments/reconciler/reconcile'
import type { Log } from '@/platform/log'
import type { Metrics } from '@/platform/telemetry'

/** Every step of the engine, for whoever listens in this process: a debugger, a tracer, a test that kills it right there. */
const steps = diagnostics.channel('payonce:engine')

/** Where the engine's events go: the attempt log, the metrics and, for what a person should look at, the log. */
export function reportEngineEvent(
  event: EngineEvent,
  to: { log: Log; metrics: Metrics; attempts: AttemptLog },
): void {
  if (steps.hasSubscribers) steps.publish(event)
  if (event.step === 'alert') {
    to.metrics.alerts.inc({ operation: event.operation })
    to.log.error({ recordId: event.recordId, operation: event.operation, err: event.error }, event.message)
  }
  if (event.step !== 'attempt') return
  const { operation, outcome, durationMs } = event.attempt
  to.metrics.attempts.inc({ operation, outcome })
  to.metrics.seconds.observe({ operation, outcome }, durationMs / 1000)
  to.attempts.add(event.attempt)
}

/** What the comparison with the bank found, in words. An error is for people to look at. */
const BANK_MESSAGES: Record<ReconcileEvent['kind'], ['debug' | 'info' | 'warn' | 'error', string]> = {
  'page-read': ['debug', 'read the bank’s list'],
  silent: ['warn', 'the bank could not be asked for its list'],
  surplus: ['warn', 'the bank charged what nobody asked for'],
  refunded: ['info', 'a surplus charge was given back'],
  'put-off': ['warn', 'nobody knows whether a surplus charge was given back: it is asked for again'],
  parked: ['error', 'a surplus charge was not given back'],
  stray: ['error', 'the bank has a charge of which we know nothing'],
}

export function reportReconcileEvent(
  event: ReconcileEvent,
  { log, metrics }: { log: Log; metrics: Metrics },
): void {
  const [level, message] = BANK_MESSAGES[event.kind]
  if (level === 'error') metrics.alerts.inc({ operation: 'reconcile' })
  log[level](factsOf(event), message)
}

function factsOf(event: ReconcileEvent): Record<string, unknown> {
  if (event.kind === 'page-read') return { charges: event.charges }
  if (event.kind === 'silent') return { reason: event.reason }
  if (event.kind === 'stray') return { gatewayRef: event.charge.ref, gatewayKey: event.charge.key }
  const { gatewayRef, paymentId } = event.surplus
  return { gatewayRef, paymentId, ...('reason' in event ? { reason: event.reason } : {}) }
}
