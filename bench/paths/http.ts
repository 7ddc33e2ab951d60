import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { showId } from '@/lib/id'
import type { ProductUrls } from '@/setup/postgres/logins'
import { typescriptArgs } from '@/setup/process/fork-typescript'
import { freePort } from '@/setup/process/port'
import type { Probe } from '../measure'
import type { Stage } from '../stage'
import type { Path } from './path'

/** Of the hand-written server: one read. */
export const FLOOR = '/floor'

/** A server in a process of its own; the load comes from this process, over kept-alive connections. */
export interface MeasuredServer {
  port: number
  /** @returns the answer's body. @throws Error when the status is not 2xx */
  post(path: string, headers: Record<string, string>, body: object): Promise<string>
  cookie(): Promise<string>
  cpuUs(): Promise<number>
  settle(): Promise<void>
  /** How often its bank was asked to charge. */
  asked(): Promise<number>
  /** Opens that many connections, which stay open. */
  connect(count: number): Promise<void>
  /** Ends the process; resolves when it is gone, so that the database can stop without breaking its connections. */
  close(): Promise<void>
}

/** @param bankMs what the bank of `server` takes for its answer */
export async function startServer(
  file: 'server' | 'plain-server',
  { logins, onClose }: Stage,
  bankMs = 0,
): Promise<MeasuredServer> {
  const port = await freePort()
  const child = fork(new URL(`./${file}.ts`, import.meta.url), [String(bankMs)], {
    execArgv: typescriptArgs,
    env: serverEnv(logins, port),
  })
  await reply(child, 'ready')
  const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 4096 })
  const get = () => send({ agent, port, method: 'GET', path: '/api/health', headers: {} }, '')
  const server: MeasuredServer = {
    port,
    post: (path, headers, body) => send({ agent, port, method: 'POST', path, headers }, JSON.stringify(body)),
    connect: async (count) => void (await Promise.all(Array.from({ length: count }, get))),
    cookie: async () => {
      const response = await fetch(`http://127.0.0.1:${port}/api/trpc/checkout.order?input=%7B%7D`)
      return (response.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    },
    cpuUs: async () => Number(await ask(child, 'cpu', 'cpuUs')),
    settle: async () => void (await ask(child, 'settle', 'settled')),
    asked: async () => Number(await ask(child, 'asked', 'asked')),
    close: async () => {
      agent.destroy()
      if (child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      if (child.connected) child.disconnect()
      await gone
    },
  }
  onClose(server.close)
  return server
}

/** Payments through tRPC, as the checkout page makes them. */
export async function trpcPath(server: MeasuredServer, stage: Stage): Promise<Path> {
  const cookie = await server.cookie()
  const pay: Path['replay'] = ({ key, orderId }) =>
    server.post(
      '/api/trpc/checkout.pay',
      { cookie },
      { key, orderId: showId('ord', orderId), version: 1, paymentMethod: 'pm_card_visa' },
    )
  return { name: 'tRPC over HTTP', probe: probeOf(server, stage), fresh: pay, replay: pay }
}

/** Payments through REST, or through the hand-written handler. */
export function restPath(name: string, server: MeasuredServer, stage: Stage, token: string): Path {
  const pay: Path['replay'] = ({ key, orderId }) =>
    server.post(
      '/api/v1/payments',
      // A repeat waits for the answer of the first, instead of asking again itself.
      { authorization: `Bearer ${token}`, 'idempotency-key': key, prefer: 'wait=30' },
      { orderId: showId('ord', orderId), paymentMethod: 'pm_card_visa' },
    )
  return { name, probe: probeOf(server, stage), fresh: pay, replay: pay }
}

/** The least that an answer from the database can cost over HTTP. */
export function floorPath(server: MeasuredServer, stage: Stage): Path {
  const replay: Path['replay'] = ({ key }) => server.post(FLOOR, { 'idempotency-key': key }, {})
  return { name: 'node:http + one SELECT', probe: probeOf(server, stage), fresh: null, replay }
}

function probeOf({ cpuUs, settle }: MeasuredServer, { here }: Stage): Probe {
  return { ...here, cpuUs, settle }
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

interface Sent {
  agent: http.Agent
  port: number
  method: string
  path: string
  headers: Record<string, string>
}

function send({ headers, ...to }: Sent, body: string): Promise<string> {
  const options = { ...to, host: '127.0.0.1', headers: { 'content-type': 'application/json', ...headers } }
  return new Promise((resolve, reject) => {
    const request = http.request(options, (response) => {
      const { statusCode = 0 } = response
      let text = ''
      response.setEncoding('utf8').on('data', (chunk) => (text += chunk))
      response.on('end', () =>
        statusCode < 300
          ? resolve(text)
          : reject(new Error(`a bench payment was answered ${statusCode}: ${text}`)),
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
