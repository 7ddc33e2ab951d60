'use client'
import { LINK } from '@/ui/nav'
import { CheckoutForm } from './checkout-form'
import type { CheckoutOrder } from './order'
import { Panel } from './panel'
import { type CheckoutState, useCheckout, useStage } from './use-checkout'

interface Props {
  order: CheckoutOrder
  freshKey: string
  onChange: (order: CheckoutOrder) => void
}

/** The whole right to pay: one attempt, shown in whichever state it is. Only the form has a Pay button. */
export function Checkout({ order, freshKey, onChange }: Props) {
  const { attempt, state } = useCheckout(order, freshKey, onChange)
  const stage = useStage('since' in state ? state.since : null)
  switch (viewOf(state, stage)) {
    case 'form':
      return <CheckoutForm order={order} attempt={attempt} state={state} stage={stage} />
    case 'checking':
      return <Checking order={order} />
    case 'acting':
      return <Acting url={state.at === 'acting' ? state.url : ''} />
    case 'settled':
      return <Settled state={state} />
  }
}

function viewOf(state: CheckoutState, stage: number): 'form' | 'checking' | 'acting' | 'settled' {
  switch (state.at) {
    case 'ready':
      return 'form'
    case 'sending':
    case 'pausing':
      // Half a minute without an answer: from here on the page only asks. An outage is not a doubt, and says so in the form.
      return stage < 3 || !(state.doubt || state.at === 'sending') ? 'form' : 'checking'
    case 'checking':
      return 'checking'
    case 'acting':
      return 'acting'
    case 'done':
    case 'closed':
      return 'settled'
  }
}

/** No Pay button here: an error with a button is what makes people pay twice. */
function Checking({ order }: { order: CheckoutOrder }) {
  return (
    <Panel kind="working" title="We are checking your payment" documentTitle="Checking your payment">
      <p>We do not know yet whether the payment went through. We are asking the bank, and this page changes by itself as soon as we know.</p>
      <p>You can close this page and come back to it later. You will not be charged twice.</p>
      <noscript>
        <meta httpEquiv="refresh" content="5" />
      </noscript>
      {order.reference && <p className="text-ink-3 text-ui">Order reference: {order.reference}</p>}
    </Panel>
  )
}

function Acting({ url }: { url: string }) {
  return (
    <Panel kind="working" title="Your bank wants to confirm that it is you" documentTitle="Confirm with your bank">
      <p>Nothing is charged before you confirm. This page goes on by itself afterwards.</p>
      <p>
        <a className={LINK} href={url}>
          Confirm with your bank
        </a>
      </p>
    </Panel>
  )
}

function Settled({ state }: { state: CheckoutState }) {
  const receiptUrl = state.at === 'done' ? state.answer.receiptUrl : state.at === 'closed' ? state.problem.receiptUrl : null
  const already = state.at === 'closed'
  return (
    <Panel kind="paid" title={already ? 'This order is already paid' : 'Paid'} documentTitle="Paid">
      <p>{already ? 'You were charged once, and not again now.' : 'You were charged once. Your receipt is opening…'}</p>
      {typeof receiptUrl === 'string' && (
        <p>
          <a className={LINK} href={receiptUrl}>
            See the receipt
          </a>
        </p>
      )}
    </Panel>
  )
}
