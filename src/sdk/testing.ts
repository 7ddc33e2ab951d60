import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach } from 'vitest'
import { Payonce } from './payonce'
import type { Options } from './settings'

export const API_KEY = 'sk_test_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGtotals'

/** A request as the server received it. */
export interface Seen {
  method: string
  url: string
  headers: http.IncomingHttpHeaders
  body: string
}

/** Reaction of the server to one request: an answer, a cut connection, or none at all. */
export type Reply =
  | { status: number; body?: unknown; headers?: Record<string, string>; afterMs?: number }
  | 'cut'
  | 'hang'

const servers: http.Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

/** A real server with scripted answers, one per request, that records what it receives. */
export async function serve(
  reply: (seen: Seen, index: number) => Reply,
): Promise<{ url: string; seen: Seen[] }> {
  const seen: Seen[] = []
  const server = http.createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => (body += chunk))
    request.on('end', () => {
      const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
      seen.push(one)
      const answer = reply(one, seen.length - 1)
      if (answer === 'hang') return
      if (answer === 'cut') return request.socket.destroy()
      setTimeout(() => {
        response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers })
        response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body ?? {}))
      }, answer.afterMs ?? 0)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  servers.push(server)
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

/** Gives the replies in this order, then the last one for ever. */
export const inTurn =
  (...replies: [Reply, ...Reply[]]) =>
  (_: Seen, index: number): Reply =>
    replies[Math.min(index, replies.length - 1)] as Reply

/** A client with short pauses and the same rules. */
export const clientOf = (baseUrl: string, more: Partial<Options> = {}): Payonce =>
  new Payonce({ apiKey: API_KEY, baseUrl, backoff: { baseMs: 2, capMs: 10 }, timeoutMs: 3_000, ...more })

export function problem(
  kind: string,
  status: number,
  retry: string,
  safeNewKey: boolean,
  facts: object = {},
): Reply {
  const body = {
    type: `/problems/${kind}`,
    kind,
    title: `Title of ${kind}`,
    detail: 'Words.',
    status,
    retry,
    safeNewKey,
    ...facts,
  }
  return { status, body, headers: { 'content-type': 'application/problem+json', 'request-id': 'req_1' } }
}

export const PAID: Reply = {
  status: 201,
  body: { id: 'pay_1', status: 'succeeded', amount: 2400 },
  headers: { 'idempotency-key-expires': '2026-12-24T10:00:00Z' },
}
export const BUSY = problem('in-progress', 409, 'same-key', false)
export const UNKNOWN = problem('outcome-unknown', 409, 'poll', false, {
  statusUrl: '/api/v1/idempotency/payments.create/k',
})
export const DOWN = problem('unavailable', 503, 'same-key', false)

/** The reason with which the promise is rejected. */
export async function caught<E = unknown>(promise: Promise<unknown>): Promise<E> {
  try {
    await promise
  } catch (error) {
    return error as E
  }
  throw new Error('The promise was not rejected.')
}
