'use client'
import { formatMoney } from '@/lib/money'
import { Button } from '@/ui/button'
import { AlreadyPaid } from './already-paid'
import type { CheckoutOrder } from './order'
import { Panel, PanelLink } from './panel'
import type { CheckoutState, CheckoutView } from './use-checkout'
import { STAGES } from './words'

/** No Pay button here: an error with a button is what makes people pay twice. */
export function Checking({ order }: { order: CheckoutOrder }) {
  return (
    <Panel kind="working" title="We are checking your payment" documentTitle="Checking your payment">
      <p>We do not know yet whether the payment went through. We are asking the bank, and this page changes by itself as soon as we know.</p>
      <p>You can close this page and come back to it later. You will not be charged twice.</p>
      <noscript>
        <meta httpEquiv="refresh" content="5" />
      </noscript>
      <p className="break-all text-ink-3 text-ui">Order reference: {order.reference ?? order.id}</p>
    </Panel>
  )
}

/** The bank has a question. Without scripts one comes back here by the bank's own page. */
export function Acting({ url }: { url: string }) {
  return (
    <Panel kind="working" title="Your bank wants to confirm that it is you" documentTitle="Confirm with your bank">
      <p>Nothing is charged before you confirm. This page goes on by itself afterwards.</p>
      <PanelLink href={url}>Confirm with your bank</PanelLink>
    </Panel>
  )
}

/** This page's own payment has ended well, or met an order that another one has paid. */
export function Settled({ state, order }: { state: CheckoutState & { at: 'done' | 'closed' }; order: CheckoutOrder }) {
  if (state.at === 'closed') {
    const { receiptUrl } = state.problem
    const payment = { status: 'succeeded' as const, receiptUrl: typeof receiptUrl === 'string' ? receiptUrl : null, actionUrl: null, paidAt: null }
    return <AlreadyPaid order={{ ...order, payment: order.payment?.status === 'succeeded' ? order.payment : payment }} />
  }
  return (
    <Panel kind="paid" title={`Paid ${formatMoney(order.amount, order.currency)}`} documentTitle="Paid">
      <p>You were charged once. Your receipt is opening…</p>
      {state.answer.receiptUrl && <PanelLink href={state.answer.receiptUrl}>See the receipt</PanelLink>}
    </Panel>
  )
}

/** Another window of this browser leads: how it goes there, and no second form. */
export function InAnotherWindow({ view, stage, onTakeOver }: { view: CheckoutView & { at: 'elsewhere' }; stage: number; onTakeOver: () => void }) {
  const { other, silent } = view
  const paying = other?.at === 'sending' || other?.at === 'pausing'
  if (!paying)
    return (
      <Panel kind="waiting" title="This order is open in another window" documentTitle="Open in another window">
        <p>One window at a time can pay, so that nothing is paid twice. Go on there, or continue in this one.</p>
        <TakeOver onClick={onTakeOver}>Continue here</TakeOver>
      </Panel>
    )
  return (
    <Panel kind="working" title="This order is being paid in another window" documentTitle="Being paid in another window">
      <p>{STAGES[Math.min(stage, 2)]?.says}</p>
      {silent && (
        <>
          <p>The other window does not answer. You can continue in this one: you will not be charged twice.</p>
          <TakeOver onClick={onTakeOver}>Continue here</TakeOver>
        </>
      )}
    </Panel>
  )
}

function TakeOver({ onClick, children }: { onClick: () => void; children: string }) {
  return (
    <Button size="lg" className="mt-3" onClick={onClick}>
      {children}
    </Button>
  )
}
