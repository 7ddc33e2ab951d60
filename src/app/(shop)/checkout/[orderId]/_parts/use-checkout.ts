'use client'
import { useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { State } from '@/idempotency/client/attempt'
import { type Attempt, drive } from '@/idempotency/client/drive'
import { checkoutWorld, loadOrder } from './checkout-client'
import type { CheckoutOrder, Paid } from './order'
import { STAGES } from './words'

export type CheckoutState = State<Paid>

/** The page's one attempt to pay this order. The machine decides; this hook only tells it of the page's life. */
export function useCheckout(
  order: CheckoutOrder,
  freshKey: string,
  onChange: (order: CheckoutOrder) => void,
): { attempt: Attempt<Paid>; state: CheckoutState } {
  const [attempt] = useState(() => drive(freshKey, checkoutWorld(order.id), order.payment ? Date.now() : null))
  const state = useSyncExternalStore(attempt.subscribe, attempt.state, attempt.state)
  useEffect(() => attempt.start(), [attempt])
  useEffect(() => listen(attempt), [attempt])
  useFollow(state, order.id, onChange)
  return { attempt, state }
}

/** Leaving, coming back from the browser's cache, being connected again. */
function listen(attempt: Attempt<Paid>): () => void {
  const leave = () => attempt.leave()
  const hurry = () => attempt.hurry()
  addEventListener('pagehide', leave)
  addEventListener('pageshow', hurry)
  addEventListener('online', hurry)
  return () => {
    removeEventListener('pagehide', leave)
    removeEventListener('pageshow', hurry)
    removeEventListener('online', hurry)
  }
}

/** Goes where a state leads: to the receipt, to the bank (once, not again when the shopper comes back), to the order as it is now. */
function useFollow(state: CheckoutState, orderId: string, onChange: (order: CheckoutOrder) => void) {
  const last = useRef(state)
  useEffect(() => {
    const before = last.current
    last.current = state
    if (before === state) return
    if (state.at === 'done' && state.answer.receiptUrl) location.assign(state.answer.receiptUrl)
    if (state.at === 'acting' && before.at === 'sending') location.assign(state.url)
    // Should this fail, the old total stays, and the server refuses it again: nothing is charged that was not shown.
    if (state.at === 'ready' && state.because?.kind === 'order-changed') loadOrder(orderId).then(onChange, () => {})
  }, [state, orderId, onChange])
}

/** Which of the time stages a payment is in that was sent at `since`. */
export function useStage(since: number | null): number {
  const [stage, setStage] = useState(0)
  useEffect(() => {
    if (since === null) return setStage(0)
    const reached = STAGES.findLastIndex((each) => each.fromMs <= Date.now() - since)
    if (reached !== stage) return setStage(reached)
    const next = STAGES[stage + 1]
    if (!next) return
    const timer = setTimeout(() => setStage(stage + 1), since + next.fromMs - Date.now())
    return () => clearTimeout(timer)
  }, [since, stage])
  return stage
}

/** Whether the browser believes it is connected. */
export function useOnline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener('online', listener)
      addEventListener('offline', listener)
      return () => {
        removeEventListener('online', listener)
        removeEventListener('offline', listener)
      }
    },
    () => navigator.onLine,
    () => true,
  )
}
