import type { EngineEvent, LoggedAttempt } from '@payonce/idempotency'
import { type Tracing, tracing } from '@/platform/tracing/tracing'

/**
 * Notes a step of the engine in the trace: an attempt as a span of its own, with its outcome; each step before it as an event, by which the time that a
 * claim or an outcome waited for its batch can be read.
 */
export function traceEngineEvent(event: EngineEvent): void {
  const traces = tracing()
  if (!traces) return
  if (event.step === 'attempt') traceAttempt(traces, event.attempt)
  else
    traces.active()?.addEvent(event.step, {
      'payonce.operation': event.operation,
      'payonce.record': event.recordId,
      ...('fence' in event ? { 'payonce.fence': event.fence } : {}),
    })
}

function traceAttempt(traces: Tracing, attempt: LoggedAttempt): void {
  const { operation, outcome, status, problem, recordId, fence, at, durationMs } = attempt
  const span = traces.begin(`attempt ${operation}`, {
    startTime: at,
    attributes: {
      'payonce.operation': operation,
      'payonce.outcome': outcome,
      'payonce.record': recordId,
      'payonce.status': status,
      ...(problem === null ? {} : { 'payonce.problem': problem }),
      ...(fence === null ? {} : { 'payonce.fence': fence }),
    },
  })
  span.end(new Date(at.getTime() + durationMs))
}
