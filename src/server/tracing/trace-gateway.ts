import { SpanKind } from '@opentelemetry/api'
import type { Gateway } from '@/payments/gateway'
import { tracing } from '@/platform/tracing/tracing'

/** The same gateway; where traces are on, each call to the bank is a span with the kind of its outcome, and nothing of the card or the key. */
export function traceGateway(gateway: Gateway): Gateway {
  const traces = tracing()
  if (!traces) return gateway
  const traced =
    <Request, Answer extends { kind: string }>(verb: string, call: (request: Request) => Promise<Answer>) =>
    (request: Request) =>
      traces.span(
        `bank ${verb}`,
        { kind: SpanKind.CLIENT, attributes: { 'payonce.gateway': gateway.name } },
        () => call(request),
        ({ kind }) => ({ 'payonce.outcome': kind }),
      )
  return {
    ...gateway,
    charge: traced('charge', gateway.charge),
    find: traced('find', gateway.find),
    cancel: traced('cancel', gateway.cancel),
    refund: traced('refund', gateway.refund),
    charges: traced('charges', gateway.charges),
    movements: traced('movements', gateway.movements),
    dispute: traced('dispute', gateway.dispute),
    ...(gateway.authorisations
      ? {
          authorisations: {
            capture: traced('capture', gateway.authorisations.capture),
            release: traced('release', gateway.authorisations.release),
          },
        }
      : {}),
  }
}
