import http from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { type ClientTry, type History, shaOf } from './history'
import type { ProductProcess } from './product-process'

/** 6 s for one answer: longer than the servers wait for the bank. */
const PATIENCE_MS = 6_000
/** What Node names a connection that no server took. */
const REFUSALS = ['ECONNREFUSED', 'ECONNRESET']
/** How a server that is stopping begins its refusal (`engine.ts`). */
const STOPPING = 'This server is restarting.'
/** How Node names a request that we have given up. */
const NO_PATIENCE = 'AbortError'
/** 120 s of retries: longer than the longest doubt, also on a machine that does much else (108 s were seen). */
const GIVE_UP_MS = 120_000
/** 5 min, with the time in which the server was being started: on a machine that does much else it may take long. */
const NO_SERVER_MS = 300_000

/** What is sent under one key, again and again. */
export interface Sent {
  key: string
  /** What it is about, as the history names it. */
  order: string
  /** Part of the request's URL, by which an accident recognises it. */
  mark: string
}

export interface Purchase extends Sent {
  card: string
  /** Of the order, in minor units; no other order has it. */
  amount: bigint
  /** What the shopper answers where their bank asks them on a page of its own; `leave`: nothing. */
  answer?: 'pass' | 'fail' | 'leave'
  /** The accident that it meets. */
  accident?: string
}

/** Somebody who sends the same key until there is a final answer. */
export abstract class Caller<Request extends Sent> {
  constructor(
    private readonly history: History,
    /** `random` spreads the retries; `giveUp` ends them. */
    private readonly insisting: { random: () => number; giveUp?: AbortSignal } = { random: Math.random },
  ) {}

  protected abstract send(url: (path: string) => string, request: Request): Promise<TryResult>

  /** Called where the answer asks for something first. */
  protected async act(_server: ProductProcess, _actionUrl: string, _request: Request): Promise<void> {}

  /** One try. @returns whether the answer is final */
  async press(server: ProductProcess, index: number, request: Request): Promise<boolean> {
    const { key, order } = request
    const began = performance.now()
    this.history.began(key, order, index)
    const { actionUrl, ...seen } = await this.send((path) => server.url(path), request)
    this.history.ended({ key, order, server: index, ...seen, ms: Math.round(performance.now() - began) })
    if (actionUrl) await this.act(server, actionUrl, request)
    return seen.outcome === 'answer'
  }

  /**
   * One try, as a proxy judges it: the refusal of a server that is stopping, or a connection that was refused or reset before an answer, means
   * another server. (The kernel resets a connection that arrives in the instant in which a server closes its port.) Anything else without an
   * answer is a failure.
   */
  async forward(
    server: ProductProcess,
    index: number,
    request: Request,
  ): Promise<'answered' | 'elsewhere' | 'later' | 'failed'> {
    if (await this.press(server, index, request)) return 'answered'
    const last = this.history.lastTryOf(request.key)
    if (last?.detail?.startsWith(STOPPING) || REFUSALS.includes(last?.broke ?? '')) return 'elsewhere'
    // The bank may be slow, or count as away (409, 503): then the client is told to send the same again. It does so, too, when a machine that does
    // much else has kept it waiting; what a stopping server cuts off is a failure.
    return last?.outcome === 'later' || last?.broke?.startsWith(NO_PATIENCE) ? 'later' : 'failed'
  }

  /** Retries at these servers in turn until the answer is final. @returns false when there was none within 120 s of a server that runs */
  async insist(servers: readonly [ProductProcess, number][], request: Request): Promise<boolean> {
    const end = Date.now() + NO_SERVER_MS
    let leftMs = GIVE_UP_MS
    const { random, giveUp } = this.insisting
    for (let round = 0; leftMs > 0 && Date.now() < end && !giveUp?.aborted; round++) {
      const [server, index] = servers[round % servers.length] as [ProductProcess, number]
      const began = performance.now()
      if (await this.press(server, index, request)) return true
      await pause(random() * Math.min(1_000, 100 * 2 ** round))
      if (this.history.lastTryOf(request.key)?.broke !== 'ECONNREFUSED') leftMs -= performance.now() - began
    }
    return false
  }
}

/** A shopper's browser as the servers see it. */
export class Client extends Caller<Purchase> {
  /** Keys whose shopper has been at their bank's own page. */
  private readonly confirmed = new Set<string>()

  constructor(
    private readonly cookie: string,
    history: History,
    insisting?: { random: () => number; giveUp?: AbortSignal },
  ) {
    super(history, insisting)
  }

  /** The shopper answers at their bank's page, once, and comes back to the checkout. */
  protected override async act(server: ProductProcess, actionUrl: string, purchase: Purchase): Promise<void> {
    const { key, order, answer = 'pass' } = purchase
    if (answer === 'leave' || this.confirmed.has(key)) return
    this.confirmed.add(key)
    await fetch(actionUrl, {
      method: 'POST',
      body: new URLSearchParams({ answer }),
      redirect: 'manual',
    })
    const url = server.url('/api/trpc/checkout.returned')
    // What becomes of it is of no account: the shopper only saves time by it.
    await post(url, { cookie: this.cookie }, JSON.stringify({ orderId: order })).catch(() => undefined)
  }

  protected async send(url: (path: string) => string, purchase: Purchase): Promise<TryResult> {
    const { key, order, card, mark } = purchase
    const body = { key, orderId: order, version: 1, paymentMethod: card }
    try {
      const { status, text } = await post(
        url(`/api/trpc/checkout.pay?mark=${mark}`),
        { cookie: this.cookie },
        JSON.stringify(body),
      )
      return resultOf(status, text)
    } catch (error) {
      return { outcome: 'unknown', status: null, sha: null, broke: brokeBy(error) }
    }
  }
}

/** Without `syscall` it is Node's own "socket hang up": a server that had taken the request closed the connection. */
export function brokeBy(error: unknown): string {
  return error instanceof Error && 'code' in error && 'syscall' in error ? String(error.code) : String(error)
}

export type TryResult = Pick<ClientTry, 'outcome' | 'status' | 'sha' | 'broke' | 'detail'> & {
  actionUrl?: string | null | undefined
}

/** A connection for each request: a kept-alive one that the server closes at the same moment would look like a failure of the product. */
export function post(
  url: string,
  who: Record<string, string>,
  body: string,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...who }
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
  result?: { data: { payment: { status: string }; receiptUrl: string; actionUrl: string | null } }
  error?: { data: { idempotency: { kind: string; retry: string; detail: string } } }
}

/** The hash leaves out the result's `idempotency`, which may differ between the first answer and its replay. */
function resultOf(status: number, text: string): TryResult {
  const response = JSON.parse(text) as PayResponse
  const problem = response.error?.data.idempotency
  // "Send it again" and "ask later" are not final; everything else is.
  if (problem && ['same-key', 'poll'].includes(problem.retry))
    return { outcome: 'later', status, sha: null, detail: problem.detail }
  const { payment, receiptUrl, actionUrl } = response.result?.data ?? {}
  if (payment?.status === 'requires_action') return { outcome: 'later', status, sha: null, actionUrl }
  return { outcome: 'answer', status, sha: shaOf(JSON.stringify(problem ?? { payment, receiptUrl })) }
}
