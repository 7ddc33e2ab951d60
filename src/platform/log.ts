import { type DestinationStream, type Logger, pino } from 'pino'
import { describeError } from './describe-error'
import { cleanLine, REMOVED } from './redact'
import { type Tracing, tracing } from './tracing/tracing'

export type Log = Logger

/**
 * Structured logs, UTC, one line of JSON for each event. Two walls keep secrets out: fields that could hold
 * one are removed by their name, and every string of the finished line is searched for them (`redact.ts`).
 * @param to where the lines go; the standard output of this process unless it is given
 */
export function openLog(level: string, name: string, to?: DestinationStream): Log {
  const traces = tracing()
  const options = {
    level,
    name,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError, error: describeError },
    hooks: { streamWrite: cleanLine },
    ...(traces ? { mixin: () => traceOf(traces) } : {}),
    redact: {
      paths: [
        '*.authorization',
        '*.cookie',
        '*.password',
        '*.apiKey',
        '*.token',
        '*.cardNumber',
        '*.key',
        'authorization',
        'cookie',
        'password',
      ],
      censor: REMOVED,
    },
  }
  // Named, because pino would follow `process.stdout.write` where that is replaced (own-output.ts).
  return pino(options, to ?? pino.destination({ dest: 1, sync: true }))
}

/** The trace that a line belongs to, under the names that OpenTelemetry gives them in a log. */
function traceOf(traces: Tracing): { trace_id?: string; span_id?: string } {
  const span = traces.active()?.spanContext()
  return span ? { trace_id: span.traceId, span_id: span.spanId } : {}
}
