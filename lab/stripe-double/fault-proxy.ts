import http from 'node:http'
import type { AddressInfo } from 'node:net'

export interface ProxiedRequest {
  method: string
  path: string
  body: string
}

/**
 * What happens to a request on its way. `request lost` and `answer lost`: silence, until the client gives up. `reset`: the connection breaks,
 * and the request is not passed on; `answer reset`: it was. `error before` and `error after`: a proxy's 502 without JSON, and so on.
 * `too many` and `key in use`: Stripe's own 429 and 409 to a request that it did not begin.
 */
export type Fault =
  | 'none'
  | 'request lost'
  | 'answer lost'
  | 'reset'
  | 'answer reset'
  | 'error before'
  | 'error after'
  | 'too many'
  | 'key in use'

export interface FaultProxyOptions {
  /** Where requests go: the double, or `https://api.stripe.com`. */
  upstream: string
  /** Decides for each request; it may also wait, and so hold the request back. */
  fault: (request: ProxiedRequest) => Fault | Promise<Fault>
  /** Called with Stripe's answer, before the client gets anything of it; it may wait too. */
  answered?: (request: ProxiedRequest, answer: ProxiedAnswer) => void | Promise<void>
  /** Changes the body of a request that is passed on. */
  rewrite?: (body: string) => string
}

export interface ProxiedAnswer {
  status: number
  body: string
}

export interface FaultProxy {
  host: string
  port: number
  protocol: 'http'
  close(): Promise<void>
}

/** An HTTP proxy before Stripe or its double, with faults by request. It passes on what the client sends, also after the client has gone. */
export async function openFaultProxy({
  upstream,
  fault,
  answered,
  rewrite = (body) => body,
}: FaultProxyOptions): Promise<FaultProxy> {
  const server = http.createServer((request, response) => {
    void pass(request, response).catch(() => response.destroy())
  })
  const pass = async (request: http.IncomingMessage, response: http.ServerResponse) => {
    const body = await textOf(request)
    const { method = 'GET', url: path = '/' } = request
    const asked = { method, path, body }
    const what = await fault(asked)
    if (what === 'request lost') return
    if (what === 'reset') return void response.destroy()
    if (what === 'too many' || what === 'key in use') return void refuse(response, what)
    if (what === 'error before') return void response.writeHead(502).end('<html>Bad gateway</html>')
    const answer = await fetch(new URL(path, upstream), {
      method,
      headers: passedHeaders(request.headers),
      ...(method === 'POST' ? { body: rewrite(body) } : {}),
    })
    const text = await answer.text()
    await answered?.(asked, { status: answer.status, body: text })
    if (what === 'answer lost') return
    if (what === 'answer reset') return void response.destroy()
    if (what === 'error after') return void response.writeHead(502).end('<html>Bad gateway</html>')
    const headers = Object.fromEntries(
      [...answer.headers].filter(([name]) => /^(content-type|request-id|idempotent-replayed)$/.test(name)),
    )
    response.writeHead(answer.status, headers).end(text)
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    protocol: 'http',
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

const REFUSALS = {
  'too many': { status: 429, error: { type: 'invalid_request_error', code: 'rate_limit' } },
  'key in use': { status: 409, error: { type: 'idempotency_error', code: 'idempotency_key_in_use' } },
} as const

function refuse(response: http.ServerResponse, what: keyof typeof REFUSALS): void {
  const { status, error } = REFUSALS[what]
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { ...error, message: what } }))
}

function passedHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  const names = ['authorization', 'content-type', 'idempotency-key', 'stripe-version', 'user-agent']
  return Object.fromEntries(
    names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : [])),
  )
}

async function textOf(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString('utf8')
}
