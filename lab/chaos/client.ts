import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientTry, type History, shaOf } from './history'
import type { ProductProcess } from './product-process'

/** How long a client waits for one answer: longer than the servers wait for the bank. */
const PATIENCE_MS = 6_000
/** How long it goes on: longer than the longest doubt. */
const GIVE_UP_MS = 60_000

export interface Purchase {
  key: string
  order: string
  card: string
  /** Names the request, for whoever waits to let something happen to it. */
  mark: string
}

/** A shopper's browser as far as the servers see it: the same key until there is an answer for good. */
export class Client {
  constructor(
    private readonly cookie: string,
    private readonly history: History,
  ) {}

  /** One try. @returns whether the answer is for good */
  async press(server: ProductProcess, index: number, purchase: Purchase): Promise<boolean> {
    const { key, order, card, mark } = purchase
    const began = performance.now()
    this.history.began(key, order, index)
    const seen = await this.send(server, { key, orderId: order, version: 1, paymentMethod: card }, mark)
    this.history.ended({ key, order, server: index, ...seen, ms: Math.round(performance.now() - began) })
    return seen.outcome === 'answer'
  }

  /** One try, as a proxy sees it: a closed door or a 503 means another server, all else but an answer is a failure. */
  async forward(
    server: ProductProcess,
    index: number,
    purchase: Purchase,
  ): Promise<'answered' | 'elsewhere' | 'later' | 'failed'> {
    if (await this.press(server, index, purchase)) return 'answered'
    const last = this.history.lastTryOf(purchase.key)
    if (last?.status === 503 || last?.broke === 'ECONNREFUSED') return 'elsewhere'
    // The bank may be slow to answer: that is told to the client, who comes again.
    return last?.status === 409 ? 'later' : 'failed'
  }

  /** Tries until there is an answer for good: at these servers in turn. @returns false when there was none in the time that one has */
  async insist(servers: readonly [ProductProcess, number][], purchase: Purchase): Promise<boolean> {
    const end = Date.now() + GIVE_UP_MS
    for (let round = 0; Date.now() < end; round++) {
      const [server, index] = servers[round % servers.length] as [ProductProcess, number]
      if (await this.press(server, index, purchase)) return true
      await pause(Math.random() * Math.min(1_000, 100 * 2 ** round))
    }
    return false
  }

  private async send(server: ProductProcess, body: object, mark: string): Promise<TryResult> {
    try {
      const { status, text } = await post(
        server.url(`/api/trpc/checkout.pay?mark=${mark}`),
        this.cookie,
        JSON.stringify(body),
      )
      return judged(status, text)
    } catch (error) {
      const broke = error instanceof Error && 'code' in error ? String(error.code) : String(error)
      return { outcome: 'unknown', status: null, sha: null, broke }
    }
  }
}

type TryResult = Pick<ClientTry, 'outcome' | 'status' | 'sha' | 'broke'>

/** Each on a connection of its own: a kept one that the server closes in the same moment would be nobody's failure, and look like one. */
function post(url: string, cookie: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', cookie }
    const request = http.request(
      url,
      { method: 'POST', agent: false, headers, signal: AbortSignal.timeout(PATIENCE_MS) },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => (text += chunk))
        answer.on('end', () =>
          answer.complete ? resolve({ status: answer.statusCode ?? 0, text }) : reject(new Error('cut off')),
        )
        answer.on('error', reject)
      },
    )
    request.on('error', reject)
    request.end(body)
  })
}

interface PayResponse {
  result?: { data: { payment: unknown; receiptUrl: string } }
  error?: { data: { idempotency: { kind: string; retry: string; detail: string } } }
}

/** What may differ between the first answer and its replay lies in the result's own `idempotency`, and is left out. */
function judged(status: number, text: string): TryResult {
  const told = JSON.parse(text) as PayResponse
  const problem = told.error?.data.idempotency
  // "Send it again" and "ask later" are no answers; all else is for good.
  if (problem && ['same-key', 'poll'].includes(problem.retry)) return { outcome: 'later', status, sha: null }
  const { payment, receiptUrl } = told.result?.data ?? {}
  return { outcome: 'answer', status, sha: shaOf(JSON.stringify(problem ?? { payment, receiptUrl })) }
}
