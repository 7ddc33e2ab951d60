import type { AttemptHost, AttemptState } from '@payonce/idempotency/client'
import { attemptStorage, browserTabs } from '@payonce/idempotency/client'
import { keyLink, problemOf } from '@payonce/idempotency/trpc-client'
import { createTRPCClient, httpLink } from '@trpc/client'
import type { AppRouter } from '@/server/root'
import type { CheckoutOrder, Paid } from './checkout-order'
import { keyStatusOf, orderStatusOf } from './checkout-order'

/** The checkout's tRPC client. Unbatched, so that a payment never waits for another call; `keyLink` puts the key into the input. */
const client = createTRPCClient<AppRouter>({ links: [keyLink(), httpLink({ url: '/api/trpc' })] })

/** The payload of a payment, besides key and order. Stored as text, so that a repeat is identical. */
export interface Payload {
  version: number
  paymentMethod: string
}

/** The storage name of this browser's attempt to pay an order. */
export function attemptName(orderId: string): string {
  return `payonce.attempt:${orderId}`
}

export function loadOrder(orderId: string): Promise<CheckoutOrder> {
  return client.checkout.order.query({ orderId })
}

/** @param email what the shopper typed. Not part of the stored payload: the payment is the same with another one. */
export function checkoutHost(orderId: string, email: () => string | undefined): AttemptHost<Paid> {
  return {
    storage: attemptStorage(attemptName(orderId)),
    tabs: browserTabs<AttemptState<Paid>>(attemptName(orderId)),
    async send(keyed, payload, signal) {
      const input = { orderId, ...(JSON.parse(payload) as Payload), email: email() || undefined }
      const { receiptUrl, actionUrl } = await client.checkout.pay.mutate(input, {
        signal,
        context: { keyed },
      })
      return { answer: { receiptUrl }, actionUrl }
    },
    async ask(key) {
      const found = keyStatusOf(await client.checkout.status.query({ orderId, key }))
      // Our key never arrived; a payment of another window may still hold the order.
      return found.found === 'none' ? orderStatusOf(await loadOrder(orderId)) : found
    },
    report(key, presses) {
      // A plain `fetch` with `keepalive`: this request has to survive the page.
      const body = JSON.stringify({ orderId, key, presses })
      fetch('/api/trpc/checkout.held', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
        keepalive: true,
      }).catch(() => {})
    },
    problemOf,
  }
}
