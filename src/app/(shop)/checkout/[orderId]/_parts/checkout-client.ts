import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client'
import type { Found, Problem } from '@/idempotency/client/attempt'
import type { World } from '@/idempotency/client/drive'
import { keyLink } from '@/idempotency/client/link'
import { attemptStorage } from '@/idempotency/client/storage'
import type { AppRouter } from '@/server/root'
import type { CheckoutOrder, Paid } from './order'

/** The checkout's own client: unbatched, so that a payment never waits for another call, and the key stands in its own input. */
const client = createTRPCClient<AppRouter>({ links: [keyLink(), httpLink({ url: '/api/trpc' })] })

/** What is sent besides the key and the order, kept as text so that a repeat is the very same. */
export interface Payload {
  version: number
  paymentMethod: string
}

/** Where this window keeps its attempt to pay an order. */
export function attemptName(orderId: string): string {
  return `payonce.attempt.${orderId}`
}

export function loadOrder(orderId: string): Promise<CheckoutOrder> {
  return client.checkout.order.query({ orderId })
}

export function checkoutWorld(orderId: string): World<Paid> {
  return {
    storage: attemptStorage(attemptName(orderId)),
    async send(keyed, payload, signal) {
      const input = { key: keyed.key, orderId, ...(JSON.parse(payload) as Payload) }
      const { receiptUrl, actionUrl } = await client.checkout.pay.mutate(input, { signal, context: { keyed } })
      return { answer: { receiptUrl }, actionUrl }
    },
    async ask(key) {
      const found = foundOf(await client.checkout.status.query({ orderId, key }))
      // Our key never arrived; another window's payment may hold the order all the same.
      return found.found === 'none' ? foundIn(await loadOrder(orderId)) : found
    },
    report(key, held) {
      // Not through the client: this one has to survive the page.
      const body = JSON.stringify({ orderId, key, presses: held })
      fetch('/api/trpc/checkout.held', { method: 'POST', headers: { 'content-type': 'application/json' }, body, keepalive: true }).catch(() => {})
    },
    problemOf,
  }
}

type Status = Awaited<ReturnType<typeof client.checkout.status.query>>

function foundOf(status: Status): Found<Paid> {
  switch (status.state) {
    case 'none':
    case 'working':
    case 'checking':
      return { found: status.state }
    case 'succeeded':
      return { found: 'done', answer: { receiptUrl: status.receiptUrl } }
    case 'requires_action':
      return status.actionUrl ? { found: 'action', url: status.actionUrl } : { found: 'working' }
    case 'declined':
      return { found: 'refused', problem: { kind: 'payment-declined', retry: 'no', safeNewKey: true, declineCode: status.declineCode } }
    case 'not_charged':
      return { found: 'refused', problem: { kind: 'not-charged', retry: 'no', safeNewKey: true } }
  }
}

function foundIn({ payment }: CheckoutOrder): Found<Paid> {
  if (!payment) return { found: 'none' }
  if (payment.status === 'succeeded') return { found: 'done', answer: { receiptUrl: payment.receiptUrl } }
  return payment.status === 'requires_action' && payment.actionUrl ? { found: 'action', url: payment.actionUrl } : { found: 'checking' }
}

/** The problem that the server put into its error; null when none came from it (a broken line, a proxy's page). */
function problemOf(error: unknown): Problem | null {
  if (!(error instanceof TRPCClientError)) return null
  const problem: Partial<Problem> | undefined = error.data?.idempotency
  return typeof problem?.kind === 'string' && typeof problem.retry === 'string' ? (problem as Problem) : null
}
