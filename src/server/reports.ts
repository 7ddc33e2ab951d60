import diagnostics from 'node:diagnostics_channel'
import type { EngineEvent } from '@payonce/idempotency'
import type { AttemptLog } from '@/idempotency/stores/attempt-log'
import type { MovementEvent } from '@/payments/movements/reconcile-movements'
import type { ReconcileEvent } from '@/payments/reconciler/reconcile'
import type { Log } from '@/platform/log'
import { type Metrics, observeSeconds } from '@/platform/telemetry'
import { traceEngineEvent } from './tracing/trace-engine'

/**
 * Publishes each step of the engine within this process: for a debugger, or a test that kills it at
 * that step.
 */
const steps = diagnostics.channel('payonce:engine')

/**
 * Reports an event of the engine to the attempt log and the metrics, and an alert, which a person should look
 * at, to the log.
 */
export function reportEngineEvent(
  event: EngineEvent,
  to: { log: Log; metrics: Metrics; attempts: AttemptLog },
): void {
  if (steps.hasSubscribers) steps.publish(event)
  traceEngineEvent(event)
  if (event.step === 'alert') {
    to.metrics.alerts.inc({ operation: event.operation })
    to.log.error({ recordId: event.recordId, operation: event.operation, err: event.error }, event.message)
  }
  if (event.step === 'taken-over' || event.step === 'lost-lease')
    to.metrics.leases.inc({ operation: event.operation, event: event.step })
  if (event.step !== 'attempt') return
  const { operation, outcome, problem, durationMs } = event.attempt
  if (problem !== null) to.metrics.problems.inc({ operation, problem })
  to.metrics.attempts.inc({ operation, outcome })
  observeSeconds(to.metrics.seconds, { operation, outcome }, durationMs / 1_000)
  to.attempts.add(event.attempt)
}

/** The findings of the comparison with the bank, as log messages. Level `error`: a person should look at it. */
const BANK_MESSAGES: Record<ReconcileEvent['kind'], ['debug' | 'info' | 'warn' | 'error', string]> = {
  'page-read': ['debug', 'a page of the bank’s list was read'],
  silent: ['warn', 'the bank did not answer with its list'],
  surplus: ['warn', 'a surplus charge was found at the bank'],
  refunded: ['info', 'a surplus charge was refunded'],
  'put-off': ['warn', 'the refund of a surplus charge is in doubt; it will be requested again'],
  parked: ['error', 'a surplus charge was not refunded; a person must look'],
  stray: ['error', 'the bank has a charge under a key that we do not know'],
  'dated-ahead': [
    'warn',
    'the bank dates a charge ahead of the database’s clock; one of the clocks is wrong',
  ],
}

export function reportReconcileEvent(
  event: ReconcileEvent,
  { log, metrics }: { log: Log; metrics: Metrics },
): void {
  const [level, message] = BANK_MESSAGES[event.kind]
  if (level === 'error') metrics.alerts.inc({ operation: 'reconcile' })
  log[level](detailsOf(event), message)
}

function detailsOf(event: ReconcileEvent): Record<string, unknown> {
  if (event.kind === 'page-read') return { charges: event.charges }
  if (event.kind === 'silent') return { reason: event.reason }
  if (event.kind === 'stray') return { gatewayRef: event.charge.ref, gatewayKey: event.charge.key }
  if (event.kind === 'dated-ahead') return { gatewayRef: event.charge.ref, at: event.charge.at }
  const { gatewayRef, paymentId } = event.surplus
  return { gatewayRef, paymentId, ...('reason' in event ? { reason: event.reason } : {}) }
}

const MOVEMENT_MESSAGES: Record<MovementEvent['kind'], ['debug' | 'info' | 'warn' | 'error', string]> = {
  'movements-read': ['debug', 'a page of the bank’s movements was read'],
  'movements-silent': ['warn', 'the bank did not answer with its movements'],
  'movement-posted': ['info', 'a movement at the bank was posted'],
  difference: ['error', 'a movement at the bank is explained by nothing; a person must look'],
  'dispute-silent': ['warn', 'the bank did not say how a dispute stands'],
  'dispute-unclear': ['error', 'a dispute cannot be followed; a person must look'],
  'dispute-posted': ['info', 'what a dispute has lost was posted'],
}

/** The findings of the comparison of the bank's movements with the ledger. Level `error`: a person should look at it. */
export function reportMovementEvent(
  event: MovementEvent,
  { log, metrics }: { log: Log; metrics: Metrics },
): void {
  const [level, message] = MOVEMENT_MESSAGES[event.kind]
  if (level === 'error') metrics.alerts.inc({ operation: 'movements' })
  const details =
    'movement' in event
      ? { ref: event.movement.ref, kind: event.movement.kind, rule: event.rule }
      : 'dispute' in event
        ? { ...event, kind: undefined }
        : 'reason' in event
          ? { reason: event.reason }
          : { movements: event.movements }
  log[level](details, message)
}
