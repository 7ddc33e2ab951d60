import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Attributes,
  type Link,
  ROOT_CONTEXT,
  type Span,
  type SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api'
import type { BasicTracerProvider } from '@opentelemetry/sdk-trace-base'

/** What a span says of itself when it begins. */
interface SpanStart {
  kind?: SpanKind
  attributes?: Attributes
  links?: Link[]
  startTime?: Date
}

/**
 * The traces of this process. A span belongs to the one within which it begins, across every `await`. Nothing is registered for other packages: only
 * what the product itself reports is sent, so no library adds an address or a value.
 */
export class Tracing {
  private readonly spans = new AsyncLocalStorage<Span>()

  constructor(
    private readonly tracer: Tracer,
    private readonly provider: Pick<BasicTracerProvider, 'forceFlush' | 'shutdown'>,
  ) {}

  /** The span within which this code runs. */
  active(): Span | undefined {
    return this.spans.getStore()
  }

  begin(name: string, start: SpanStart = {}): Span {
    const parent = this.active()
    return this.tracer.startSpan(name, start, parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT)
  }

  within<T>(span: Span, work: () => T): T {
    return this.spans.run(span, work)
  }

  /** Runs `work` within a span of its own, which ends with it. @param read adds what the result says */
  async span<T>(
    name: string,
    start: SpanStart,
    work: () => Promise<T>,
    read?: (result: T) => Attributes,
  ): Promise<T> {
    const span = this.begin(name, start)
    try {
      const result = await this.within(span, work)
      if (read) span.setAttributes(read(result))
      return result
    } catch (error) {
      fail(span, error)
      throw error
    } finally {
      span.end()
    }
  }

  /** Sends what is waiting. @throws Error when the collector does not take it */
  async flush(): Promise<void> {
    await this.provider.forceFlush()
  }

  /** Sends what is waiting, and ends. Never rejects: a collector that is away keeps no process from ending. */
  async close(): Promise<void> {
    if (current === this) current = null
    await this.provider.shutdown().catch(() => undefined)
  }
}

/** Marks a span as failed, by the kind of the error alone: a message may hold values of a row or of a request. */
export function fail(span: Span, error: unknown): void {
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown }
  span.setAttribute('error.type', String(typeof code === 'string' && code !== '' ? code : (name ?? 'Error')))
  span.setStatus({ code: SpanStatusCode.ERROR })
}

let current: Tracing | null = null

/** Null while traces are off: then nobody makes a span, and nothing is wrapped. */
export const tracing = (): Tracing | null => current

/**
 * Switches traces on: from here on spans are sent to a collector by OTLP over HTTP, in batches. The standard `OTEL_…` variables of the SDK hold:
 * sampler, headers, limits. Its packages are loaded here and nowhere else.
 * @param endpoint of the collector, to which `/v1/traces` is added; without one nothing happens
 */
export async function startTracing(endpoint: string | undefined, service: string): Promise<void> {
  if (endpoint === undefined) return
  const [{ BasicTracerProvider, BatchSpanProcessor }, { OTLPTraceExporter }, { resourceFromAttributes }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-base'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
    ])
  const url = `${endpoint.replace(/\/+$/, '')}/v1/traces`
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'process.pid': process.pid }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  })
  current = new Tracing(provider.getTracer('payonce'), provider)
}
