import type { BenchPayment } from '../paths/path'
import type { installPeers } from './install'
import type { Peer } from './peer'
import { plainWork } from './plain-work'
import type { Redis } from './redis'

interface Powertools {
  makeIdempotent(
    pay: (payment: BenchPayment) => Promise<string>,
    options: { persistenceStore: unknown; config: unknown },
  ): (payment: BenchPayment) => Promise<string>
  IdempotencyConfig: new (options: { eventKeyJmesPath: string }) => unknown
}
interface Client {
  connect(): Promise<unknown>
  close(): Promise<void>
  on(event: 'error', listener: () => void): unknown
}

/** `@aws-lambda-powertools/idempotency` on Redis, as a wrapped function outside Lambda: it knows no end of the invocation. */
export function powertools(load: Awaited<ReturnType<typeof installPeers>>, { url }: Redis): Peer {
  const { makeIdempotent, IdempotencyConfig } = load<Powertools>('@aws-lambda-powertools/idempotency')
  const { CachePersistenceLayer } = load<{
    CachePersistenceLayer: new (options: { client: Client }) => unknown
  }>('@aws-lambda-powertools/idempotency/cache')
  // It warns at each call that it runs outside Lambda, which would cost more than the call.
  const { warn } = console
  console.warn = (...words: unknown[]) => {
    if (!String(words[0]).includes('registerLambdaContext')) warn(...words)
  }
  const { createClient } = load<{ createClient(options: { url: string }): Client }>('@redis/client')
  return {
    name: '@aws-lambda-powertools/idempotency, Redis',
    ends: 'the end of its key after an hour, and then it charges again',
    start: async (work) => {
      const client = createClient({ url })
      client.on('error', () => undefined)
      await client.connect()
      const guarded = plainWork(work)
      const pay = makeIdempotent(guarded.pay, {
        persistenceStore: new CachePersistenceLayer({ client }),
        config: new IdempotencyConfig({ eventKeyJmesPath: 'key' }),
      })
      return {
        pay: (payment) => pay(payment),
        stop: async () => {
          await client.close()
          await guarded.stop()
        },
      }
    },
  }
}
