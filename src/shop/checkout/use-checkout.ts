'use client'
import type { AttemptController, AttemptState, AttemptView } from '@payonce/idempotency/client'
import { useAttempt } from '@payonce/idempotency/react'
import { useEffect, useRef } from 'react'
import { checkoutHost, loadOrder } from './checkout-client'
import { type CheckoutOrder, orderStatusOf, type Paid } from './checkout-order'
import type { FormMemory } from './form/form-memory'
import type { NoScriptOutcome } from './no-script-outcome'

export type CheckoutState = AttemptState<Paid>
export type CheckoutView = AttemptView<Paid>

interface CheckoutInput {
  order: CheckoutOrder
  /** The attempt's key, minted with the page. */
  freshKey: string
  /** The outcome of an attempt that was sent without scripts. */
  ended: NoScriptOutcome | null
  memory: FormMemory
  onChange: (order: CheckoutOrder) => void
}

/** The page's one attempt to pay this order. */
export function useCheckout({ order, freshKey, ended, memory, onChange }: CheckoutInput): {
  attempt: AttemptController<Paid>
  view: CheckoutView
} {
  const known = { underWay: orderStatusOf(order).found === 'none' ? null : Date.now(), ended }
  const { attempt, view } = useAttempt<Paid>(
    freshKey,
    () => checkoutHost(order.id, () => memory.recall().email),
    known,
  )
  const shown = view.at === 'elsewhere' && view.other && isOver(view.other) ? view.other : view
  useNavigation(shown, order.id, onChange)
  useReloadOnReturn(order.id, onChange)
  return { attempt, view: shown }
}

function isOver(state: CheckoutState): boolean {
  return state.at === 'done' || state.at === 'closed'
}

/** Refusals after which the order is not what the page shows. */
const STALE: ReadonlySet<string> = new Set(['order-changed', 'order-closed'])

/** Follows a state: to the receipt, to the bank (once, not again when the shopper comes back), or to the current order. */
function useNavigation(view: CheckoutView, orderId: string, onChange: (order: CheckoutOrder) => void) {
  const last = useRef(view)
  useEffect(() => {
    const before = last.current
    last.current = view
    if (before === view) return
    if (view.at === 'done' && view.answer.receiptUrl) location.assign(view.answer.receiptUrl)
    if (view.at === 'acting' && before.at === 'sending') location.assign(view.url)
    // It has changed or ended, or another window has paid it. If loading fails, the old total stays and the server refuses it again.
    const stale = view.at === 'ready' && (STALE.has(view.because?.kind ?? '') || before.at === 'elsewhere')
    if (stale) loadOrder(orderId).then(onChange, () => {})
  }, [view, orderId, onChange])
}

/** Reloads the order when the page comes back from the browser's cache (bfcache), where it shows an old state. */
function useReloadOnReturn(orderId: string, onChange: (order: CheckoutOrder) => void) {
  useEffect(() => {
    const back = (event: PageTransitionEvent) => {
      if (event.persisted) loadOrder(orderId).then(onChange, () => {})
    }
    addEventListener('pageshow', back)
    return () => removeEventListener('pageshow', back)
  }, [orderId, onChange])
}
