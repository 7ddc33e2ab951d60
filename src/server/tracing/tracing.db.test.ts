import { once } from 'node:events'
import http from 'node:http'
import type net from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLog } from '@/platform/log'
import { startTracing, tracing } from '@/platform/tracing/tracing'
import { openTestProduct, type TestProduct } from '../testing/product'
import { observeRequest } from './trace-requests'

/** 16.8: what a collector gets of a payment, over real HTTP, and that it holds nothing of a card, a key or a person. */
interface SentSpan {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  kind: number
  status?: { code?: number }
  attributes: { key: string; value: Record<string, unknown> }[]
  events?: { name: string }[]
  links?: { traceId: string }[]
}

let collector: http.Server
let received = ''
const spans: SentSpan[] = []
let product: TestProduct
let server: http.Server
let base: string

beforeAll(async () => {
  collector = http.createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    received += text
    const { resourceSpans } = JSON.parse(text)
    for (const { scopeSpans } of resourceSpans)
      for (const scope of scopeSpans) spans.push(...(scope.spans as SentSpan[]))
    response.setHeader('content-type', 'application/json').end('{}')
  })
  await startTracing(await addressOf(collector), 'payonce-web')
  product = await openTestProduct()
  const api = getRequestListener(product.fetch)
  server = http.createServer((request, response) =>
    observeRequest(request, response, product.deps.metrics, () => void api(request, response)),
  )
  base = await addressOf(server)
})
afterAll(async () => {
  await tracing()?.close()
  await product?.close()
  server?.close()
  collector?.close()
})

async function addressOf(one: http.Server): Promise<string> {
  one.listen(0, '127.0.0.1')
  await once(one, 'listening')
  return `http://127.0.0.1:${(one.address() as net.AddressInfo).port}`
}

/** Resolves when the collector has what was made so far. */
const sent = () => tracing()?.flush()

const attribute = (span: SentSpan | undefined, key: string) => {
  const value = span?.attributes.find((one) => one.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

test('a payment is one trace: request, statements, bank and attempt, with no key, card or address', async () => {
  const orderId = await product.newOrder()
  const key = `a-key-nobody-may-read-${orderId}`
  const token = await product.newApiKey()
  const answer = await fetch(`${base}/api/v1/payments?note=a-secret-note`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'idempotency-key': key,
      'content-type': 'application/json',
      traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
    },
    body: JSON.stringify({ orderId, paymentMethod: 'pm_card_visa' }),
  })
  expect(answer.status).toBe(201)
  await answer.text()
  const metrics = await (await fetch(`${base}/api/metrics`)).text()
  await sent()

  const request = spans.find((span) => attribute(span, 'http.response.status_code') === 201)
  expect(request).toMatchObject({
    name: 'POST /api/v1/payments',
    kind: 2,
    links: [{ traceId: 'a'.repeat(32) }],
  })
  const { traceId, events = [] } = request as SentSpan
  expect(traceId).not.toBe('a'.repeat(32))
  expect(events.map(({ name }) => name)).toEqual(['claimed', 'asking', 'asked', 'committed'])
  const own = spans.filter((span) => span.traceId === traceId)
  const attempt = own.find(({ name }) => name === 'attempt payments.create')
  expect([attribute(attempt, 'payonce.outcome'), attribute(attempt, 'payonce.status')]).toEqual([
    'executed',
    201,
  ])
  const bank = own.find(({ name }) => name === 'bank charge')
  expect([bank?.kind, attribute(bank, 'payonce.outcome')]).toEqual([3, 'approved'])
  const statements = own.filter((span) => attribute(span, 'db.system.name') === 'postgresql')
  expect(statements.length).toBeGreaterThan(0)
  // The exemplar of the metric is this very trace.
  expect(metrics).toMatch(
    new RegExp(
      `payonce_http_request_seconds_bucket\\{[^}]*route="/api/v1/payments"[^}]*\\} \\d+ # \\{trace_id="${traceId}"\\}`,
    ),
  )
  for (const secret of [key, token, 'pm_card_visa', 'a-secret-note', '127.0.0.1'])
    expect(received, secret).not.toContain(secret)
})

test('a statement that fails is marked by its code alone, and one of no request makes no span', async () => {
  const traces = tracing()
  const span = traces?.begin('a test')
  if (!traces || !span) throw new Error('traces are off')
  const failing = () => product.deps.pool.query("SELECT 'a value of a row'::int")
  await expect(traces.within(span, failing)).rejects.toThrow('a value of a row')
  span.end()
  await product.deps.pool.query('SELECT 42 AS of_no_request')
  await sent()
  const statement = spans.find((one) => one.parentSpanId === span.spanContext().spanId)
  expect([statement?.name, statement?.status?.code]).toEqual(['SELECT', 2])
  expect(attribute(statement, 'error.type')).toBe('22P02')
  expect(received).not.toContain('invalid input syntax')
  expect(received).not.toContain('of_no_request')
})

test('a line of the log names the trace that it belongs to', () => {
  const lines: string[] = []
  const log = openLog('info', 'test', { write: (line: string) => void lines.push(line) })
  const traces = tracing()
  const span = traces?.begin('a test')
  if (!traces || !span) throw new Error('traces are off')
  traces.within(span, () => log.info('within'))
  log.info('outside')
  const [within, outside] = lines.map((line) => JSON.parse(line))
  expect(within).toMatchObject({ trace_id: span.spanContext().traceId, span_id: span.spanContext().spanId })
  expect(outside).not.toHaveProperty('trace_id')
})

test('an address of a stranger, and a method of their own, become no label', async () => {
  await fetch(`${base}/some/${'x'.repeat(40)}`, { method: 'PROPFIND' })
  const samples = await (await fetch(`${base}/api/metrics`)).text()
  expect(samples).toMatch(
    /payonce_http_request_seconds_count\{method="_OTHER",route="[^"]{1,10}",status="404"\} 1/,
  )
  expect(samples).not.toContain('xxxx')
})
