import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { payOperation } from '@/checkout/pay'
import { shopperAnswers } from '@/checkout/shopper-answers'
import { systemClock } from '@/idempotency/core/clock'
import { Engine } from '@/idempotency/core/engine'
import { openStore } from '@/idempotency/stores/open-store'
import type { SendStatement } from '@/idempotency/stores/pg-batches'
import { showId, uuidv7 } from '@/lib/id'
import { type Db, openClient } from '@/platform/db'
import type { ProductUrls } from '@/setup/postgres/logins'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { freePort } from '@/setup/process/port'
import { instantGateway } from './gateway'

/** One payment to make: its key, and the order that it pays. */
export interface BenchPayment {
  key: string
  orderId: string
}

/** The engine and its store in this process, without HTTP. */
export async function enginePath(db: Db, send: SendStatement, merchantId: string) {
  const { store, ready } = openStore({ client: db, send, openClient, worker: 'bench', newToken: uuidv7 })
  await ready
  const engine = new Engine({
    store,
    observe: () => undefined,
    clock: systemClock,
    newId: uuidv7,
    fieldSecrets: ['bench'],
  })
  const operation = payOperation({
    name: 'checkout.pay',
    db,
    gateway: instantGateway,
    newId: uuidv7,
    baseUrl: 'http://localhost',
    newReceiptToken: uuidv7,
    now: systemClock.now,
    answers: shopperAnswers,
  })
  return async ({ key, orderId }: BenchPayment) => {
    const input = { merchantId, orderId, version: 1, paymentMethod: 'pm_card_visa' }
    const reply = await engine.run(operation, {
      scope: { merchantId, actor: 'bench' },
      key,
      input,
      waitMs: 0,
      source: 'bench',
      requestId: key,
    })
    if (reply.kind !== 'answer' || reply.answer.status !== 200)
      throw new Error(`a bench payment failed: ${JSON.stringify(reply)}`)
  }
}

/** A server in a process of its own; the load comes from this process, over kept-alive connections. */
export interface MeasuredServer {
  post(path: string, headers: Record<string, string>, body: object): Promise<void>
  cookie(): Promise<string>
  cpuUs(): Promise<number>
  settle(): Promise<void>
  /** Ends the process; resolves when it is gone, so that the database can stop without breaking its connections. */
  close(): Promise<void>
}

export async function startServer(
  file: 'server' | 'plain-server',
  logins: ProductUrls,
  concurrency: number,
): Promise<MeasuredServer> {
  const port = await freePort()
  const child = fork(new URL(`./${file}.ts`, import.meta.url), [], {
    execArgv: typescriptArgs,
    env: serverEnv(logins, port),
  })
  await reply(child, 'ready')
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency })
  return {
    post: (path, headers, body) => post({ agent, port, path, headers }, JSON.stringify(body)),
    cookie: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/trpc/checkout.order?input=%7B%7D`)
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    },
    cpuUs: async () => Number(await ask(child, 'cpu', 'cpuUs')),
    settle: async () => void (await ask(child, 'settle', 'settled')),
    close: async () => {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      if (child.connected) child.disconnect()
      await gone
    },
  }
}

/** A payment through tRPC, as the checkout page makes it. */
export async function trpcPath(server: MeasuredServer) {
  const cookie = await server.cookie()
  return ({ key, orderId }: BenchPayment) =>
    server.post(
      '/api/trpc/checkout.pay',
      { cookie },
      { key, orderId: showId('ord', orderId), version: 1, paymentMethod: 'pm_card_visa' },
    )
}

/** A payment through REST, or through the hand-written handler. */
export function restPath(server: MeasuredServer, token: string) {
  return ({ key, orderId }: BenchPayment) =>
    server.post(
      '/api/v1/payments',
      { authorization: `Bearer ${token}`, 'idempotency-key': key },
      { orderId: showId('ord', orderId), paymentMethod: 'pm_card_visa' },
    )
}

function serverEnv(logins: ProductUrls, port: number): NodeJS.ProcessEnv {
  return {
    DATABASE_URL: logins.app,
    PAYONCE_BANK_DATABASE_URL: logins.bank,
    PORT: String(port),
    PAYONCE_SECRET: 'only for the benchmark, long enough',
    LOG_LEVEL: 'error',
    NODE_ENV: 'production',
    PAYONCE_POOL_MAX: '10',
    PAYONCE_RATE_PER_MINUTE: '1000000',
    PAYONCE_SHOPPER_RATE_PER_MINUTE: '1000000',
  }
}

function post(
  {
    agent,
    port,
    path,
    headers,
  }: { agent: http.Agent; port: number; path: string; headers: Record<string, string> },
  body: string,
): Promise<void> {
  const options = {
    agent,
    port,
    host: '127.0.0.1',
    method: 'POST',
    path,
    headers: { 'content-type': 'application/json', ...headers },
  }
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const { statusCode = 0 } = response
      response.resume()
      response.on('end', () =>
        statusCode < 300 ? resolve() : reject(new Error(`a bench payment was answered ${statusCode}`)),
      )
    })
    request.on('error', reject)
    request.end(body)
  })
}

async function ask(child: ChildProcess, question: string, member: string): Promise<unknown> {
  const answer = reply(child, member)
  child.send(question)
  return answer
}

async function reply(child: ChildProcess, member: string): Promise<unknown> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [Record<string, unknown>]
    if (member in message) return message[member]
  }
}
