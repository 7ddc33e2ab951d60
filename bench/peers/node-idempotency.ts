import type { BenchPayment } from '../paths/path'
import type { installPeers } from './install'
import type { Peer, Work } from './peer'
import { plainWork } from './plain-work'
import type { Redis } from './redis'

interface Request {
  path: string
  method: string
  headers: Record<string, string>
  body: Record<string, unknown>
}
interface Idempotency {
  onRequest(request: Request): Promise<{ body?: string } | undefined>
  onResponse(request: Request, response: { body: string }): Promise<void>
}
interface Core {
  Idempotency: new (
    storage: unknown,
    options: { inProgressStrategy: { wait: boolean; pollingIntervalMs: number; maxWaitMs: number } },
  ) => Idempotency
}
interface RedisStorage {
  connect(): Promise<void>
  disconnect(): Promise<void>
}

/** `@node-idempotency/core`, told to wait for a call in progress, for two seconds. In memory where there is no Redis. */
export function nodeIdempotency(load: Awaited<ReturnType<typeof installPeers>>, redis: Redis | null): Peer {
  const { Idempotency } = load<Core>('@node-idempotency/core')
  return {
    name: `@node-idempotency/core, ${redis ? 'Redis' : 'in memory'}`,
    ends: 'the end of its key after a day, and then it charges again',
    start: async (work: Work) => {
      const storage = await openStorage(load, redis)
      const guard = new Idempotency(storage.adapter, {
        inProgressStrategy: { wait: true, pollingIntervalMs: 10, maxWaitMs: 2_000 },
      })
      const guarded = plainWork(work)
      return {
        pay: (payment) => payGuarded(guard, payment, guarded.pay),
        stop: async () => {
          await storage.close()
          await guarded.stop()
        },
      }
    },
  }
}

async function payGuarded(
  guard: Idempotency,
  payment: BenchPayment,
  pay: (payment: BenchPayment) => Promise<string>,
): Promise<string> {
  const { key, orderId } = payment
  const headers = { 'idempotency-key': key }
  const request = { path: '/payments', method: 'POST', headers, body: { orderId } }
  const kept = await guard.onRequest(request)
  if (kept) return kept.body ?? ''
  const body = await pay(payment)
  await guard.onResponse(request, { body })
  return body
}

async function openStorage(load: Awaited<ReturnType<typeof installPeers>>, redis: Redis | null) {
  if (!redis) {
    const { MemoryStorageAdapter } = load<{ MemoryStorageAdapter: new () => unknown }>(
      '@node-idempotency/storage-adapter-memory',
    )
    return { adapter: new MemoryStorageAdapter(), close: async () => undefined }
  }
  const { RedisStorageAdapter } = load<{
    RedisStorageAdapter: new (options: { url: string }) => RedisStorage
  }>('@node-idempotency/storage-adapter-redis')
  const adapter = new RedisStorageAdapter({ url: redis.url })
  await adapter.connect()
  return { adapter, close: () => adapter.disconnect() }
}
