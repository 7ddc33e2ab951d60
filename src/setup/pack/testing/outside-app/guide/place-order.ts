import { mintKey } from '@payonce/idempotency/client'
import { keyLink, problemOf } from '@payonce/idempotency/trpc-client'
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import type { AfterRouter } from './after.ts'

const PENDING = 'order.pending'

export function shop(url: string, storage: Storage = sessionStorage, fetch = globalThis.fetch) {
  const api = createTRPCClient<AfterRouter>({ links: [keyLink(), httpLink({ url, fetch })] })
  // Places the order; or finishes the one that is pending, whose answer was lost.
  return async function placeOrder(wanted: { amount: number }) {
    const { key, order } = JSON.parse(storage.getItem(PENDING) ?? 'null') ?? { key: mintKey(), order: wanted }
    const keyed = { key, store: () => storage.setItem(PENDING, JSON.stringify({ key, order })) }
    try {
      const placed = await api.createOrder.mutate({ ...order, key }, { context: { keyed } })
      storage.removeItem(PENDING)
      return placed
    } catch (error) {
      if (isFinal(error)) storage.removeItem(PENDING)
      throw error
    }
  }
}

// It was refused, and nothing was done: the next press is a new order.
function isFinal(error: unknown): boolean {
  const code = error instanceof TRPCClientError ? error.data?.code : undefined
  return code === 'BAD_REQUEST' || problemOf(error)?.safeNewKey === true
}
