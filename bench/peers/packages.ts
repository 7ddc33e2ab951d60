import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BenchPayment } from '../paths/path'
import { versionOf } from './install'
import type { Pay, Peer, PeerProcess } from './peer'
import { domainWork } from './work'

/**
 * Idempotency packages of npm. Instead of a cache server they have a map in this process: it outlives a process of
 * the peer as Redis would, and answers faster. express-idempotency has its own memory, and loses it.
 */
export function packagedPeers(load: NodeJS.Require): Peer[] {
  return [nodeIdempotency(load), powertools(load), expressIdempotency(load)]
}

interface NodeIdempotency {
  onRequest(request: object): Promise<{ body: unknown } | undefined>
  onResponse(request: object, response: { body: unknown }): Promise<void>
}

function nodeIdempotency(load: NodeJS.Require): Peer {
  const { Idempotency } = load('@node-idempotency/core') as {
    Idempotency: new (storage: object, options: object) => NodeIdempotency
  }
  const { MemoryStorageAdapter } = load('@node-idempotency/storage-adapter-memory') as {
    MemoryStorageAdapter: new () => object
  }
  const storage = new MemoryStorageAdapter()
  return {
    name: `@node-idempotency/core ${versionOf('@node-idempotency/core')}`,
    open: async (process) => {
      const charge = await chargeOnce(process)
      const inProgressStrategy = { wait: true, pollingIntervalMs: 20, maxWaitMs: 3_000 }
      const idempotency = new Idempotency(storage, { inProgressStrategy })
      return async (payment) => {
        const headers = { 'idempotency-key': payment.key }
        const request = { headers, path: '/payments', method: 'POST', body: { orderId: payment.orderId } }
        const known = await idempotency.onRequest(request)
        if (known) return known.body
        const body = await charge(payment)
        await idempotency.onResponse(request, { body })
        return body
      }
    },
  }
}

function powertools(load: NodeJS.Require): Peer {
  const { makeIdempotent } = load('@aws-lambda-powertools/idempotency') as {
    makeIdempotent(work: Pay, options: object): Pay
  }
  const { CachePersistenceLayer } = load('@aws-lambda-powertools/idempotency/cache') as {
    CachePersistenceLayer: new (options: object) => object
  }
  const client = mapAsCache()
  return {
    name: `@aws-lambda-powertools/idempotency ${versionOf('@aws-lambda-powertools/idempotency')}`,
    open: async (process) =>
      makeIdempotent(await chargeOnce(process), { persistenceStore: new CachePersistenceLayer({ client }) }),
  }
}

/** As much of a cache's client as powertools calls. */
function mapAsCache() {
  const values = new Map<string, string>()
  return {
    get: async (name: string) => values.get(name) ?? null,
    set: async (name: string, value: string, { NX = false }: { NX?: boolean } = {}) => {
      if (NX && values.has(name)) return null
      values.set(name, value)
      return 'OK'
    },
    del: async (names: string[]) => names.filter((name) => values.delete(name)).length,
  }
}

/** Structure of express and its middleware, as far as it is used here. */
type Handler = (request: http.IncomingMessage, response: ExpressResponse, next: () => void) => unknown
type ExpressResponse = http.ServerResponse & { send(body: string): void }
type Express = http.RequestListener & {
  post(path: string, ...handlers: Handler[]): void
  set(name: string, value: string): void
}
interface Service {
  provideMiddlewareFunction: Handler
  isHit(request: http.IncomingMessage): boolean
}

function expressIdempotency(load: NodeJS.Require): Peer {
  const express = load('express') as { (): Express; json(): Handler }
  const { IdempotencyService } = load('express-idempotency/dist/services/idempotencyService') as {
    IdempotencyService: new () => Service
  }
  return {
    name: `express-idempotency ${versionOf('express-idempotency')}, over HTTP`,
    open: async (process) => {
      const charge = await chargeOnce(process)
      const service = new IdempotencyService()
      const app = express()
      // Otherwise it prints each refusal.
      app.set('env', 'test')
      app.post(
        '/payments',
        express.json(),
        (request, response, next) => service.provideMiddlewareFunction(request, response, next),
        async (request, response) => {
          if (service.isHit(request)) return
          const { body } = request as http.IncomingMessage & { body: BenchPayment }
          response.send(await charge(body))
        },
      )
      const server = http.createServer(app).listen(0, '127.0.0.1')
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      process.onClose(async () => {
        server.closeAllConnections()
        server.close()
      })
      return (payment) => post(port, payment)
    },
  }
}

async function post(port: number, payment: BenchPayment): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/payments`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': payment.key },
    body: JSON.stringify(payment),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`answered ${response.status}`)
  return text
}

/** Charge, then one commit: what a user of a package writes inside it. */
async function chargeOnce({
  db,
  bank,
  merchantId,
}: PeerProcess): Promise<(payment: BenchPayment) => Promise<string>> {
  const work = await domainWork(db, merchantId)
  return async (payment) => {
    const ref = await bank.charge(payment.orderId)
    await db.$transaction(work.writes(db, payment, ref))
    return work.answer(ref)
  }
}
