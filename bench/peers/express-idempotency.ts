import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { send } from '../paths/http'
import type { BenchPayment } from '../paths/path'
import type { installPeers } from './install'
import type { Peer } from './peer'
import { plainWork } from './plain-work'

interface Request {
  body: BenchPayment
}
interface Response {
  send(body: string): void
  headersSent: boolean
  statusCode: number
  status(code: number): Response
}
type Next = (error?: unknown) => void
type Handler = (request: Request, response: Response, next: Next) => void
interface App extends Record<'use' | 'post', (...args: unknown[]) => void> {
  (request: http.IncomingMessage, response: http.ServerResponse): void
}
interface Service {
  isHit(request: Request): boolean
  reportError(request: Request): Promise<void>
}
interface Middleware {
  idempotency(): Handler
  getSharedIdempotencyService(): Service
}

/** `express-idempotency` with its own store, which is in memory; over HTTP, client and server in this process. */
export function expressIdempotency(load: Awaited<ReturnType<typeof installPeers>>): Peer {
  const express = load<(() => App) & { json(): unknown }>('express')
  const { idempotency, getSharedIdempotencyService } = load<Middleware>('express-idempotency')
  return {
    name: 'express-idempotency, in memory, over HTTP',
    ends: 'nothing',
    start: async (work) => {
      const guarded = plainWork(work)
      const app = express()
      const guard = idempotency()
      const service = getSharedIdempotencyService()
      const pay: Handler = (request, response, next) => {
        if (service.isHit(request)) return
        guarded.pay(request.body).then(
          (body) => response.send(body),
          (error) => service.reportError(request).then(() => next(error), next),
        )
      }
      // Express knows an error handler by its four parameters.
      const refuse = (error: unknown, _: Request, response: Response, __: Next) => {
        if (!response.headersSent)
          response.status(response.statusCode < 400 ? 500 : response.statusCode).send(String(error))
      }
      app.use(express.json())
      app.post('/payments', guard, pay)
      app.use(refuse)
      const server = http.createServer(app).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const agent = new http.Agent({ keepAlive: true, maxFreeSockets: 256 })
      return {
        pay: (payment) => {
          const headers = { 'idempotency-key': payment.key }
          return send({ agent, port, method: 'POST', path: '/payments', headers }, JSON.stringify(payment))
        },
        stop: async () => {
          agent.destroy()
          server.close()
          server.closeAllConnections()
          await guarded.stop()
        },
      }
    },
  }
}
