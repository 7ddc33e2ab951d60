'use client'
import { type ComponentType, useState } from 'react'
import type { CardFieldsKind, CheckoutOrder } from './checkout-order'
import type { CardFormProps } from './form/card-form'
import { formMemoryFor } from './form/form-memory'
import type { NoScriptOutcome } from './no-script-outcome'
import {
  AlreadyPaid,
  Authorised,
  Checking,
  ConfirmAtBank,
  NoCards,
  OpenElsewhere,
  OrderEnded,
  PaymentEnded,
} from './states/payment-states'
import { type CheckoutView, useCheckout } from './use-checkout'
import { useStage } from './use-stage'

interface Props {
  order: CheckoutOrder
  freshKey: string
  ended: NoScriptOutcome | null
  cardFields: CardFieldsKind
  CardForm: ComponentType<CardFormProps>
  onChange: (order: CheckoutOrder) => void
}

/** The one attempt to pay, in its current state. Only the form has a Pay button. */
export function PaymentPanel(props: Props) {
  const { order } = props
  const [memory] = useState(() => formMemoryFor(order.id))
  const { attempt, view } = useCheckout({ ...props, memory })
  const stage = useStage(sinceOf(view))
  const { cardFields, CardForm } = props
  const form = { order, attempt, stage, memory, cardFields }
  switch (view.at) {
    case 'ready':
      if (hasEnded(order)) return <OrderEnded order={order} />
      if (isAuthorised(order)) return <Authorised order={order} />
      // Found paid after the page came back from the browser's cache, or after taking the lead from another window.
      return isPaid(order) ? <AlreadyPaid order={order} /> : cardForm(CardForm, { ...form, state: view })
    case 'sending':
    case 'pausing':
      // 30 s without an answer: from here on the page only asks. An outage is no doubt, and is shown in the form.
      if (stage >= 3 && (view.doubt || view.at === 'sending'))
        return <Checking order={order} working={false} />
      return cardForm(CardForm, { ...form, state: view })
    case 'checking':
      // Before the first check: the state that the server rendered.
      return view.asks === 0 ? <UnderWay order={order} /> : <Checking order={order} working={view.working} />
    case 'acting':
      return <ConfirmAtBank url={view.url} />
    case 'done':
    case 'closed':
      return <PaymentEnded state={view} order={order} />
    case 'elsewhere':
      return elsewhere(view, stage, order, attempt.takeOver)
  }
}

/** The payment that holds the order, as the server rendered the page. */
function UnderWay({ order }: { order: CheckoutOrder }) {
  return order.payment?.actionUrl ? (
    <ConfirmAtBank url={order.payment.actionUrl} />
  ) : (
    <Checking order={order} working={order.payment?.status === 'sending'} />
  )
}

/** Our own form knows the sandbox's test cards only, so an order of live mode has none. */
function cardForm(CardForm: ComponentType<CardFormProps>, props: CardFormProps) {
  const takesCards = props.order.testMode || props.cardFields.kind !== 'simulator'
  return takesCards ? <CardForm {...props} /> : <NoCards order={props.order} />
}

/** The view of a window that does not lead. Checking and confirming look the same in every window. */
function elsewhere(
  view: CheckoutView & { at: 'elsewhere' },
  stage: number,
  order: CheckoutOrder,
  takeOver: () => void,
) {
  if (view.other?.at === 'checking') return <Checking order={order} working={view.other.working} />
  if (view.other?.at === 'acting') return <ConfirmAtBank url={view.other.url} />
  return <OpenElsewhere view={view} stage={stage} onTakeOver={takeOver} />
}

export function isPaid({ status, payment }: CheckoutOrder): boolean {
  return status === 'paid' || payment?.status === 'succeeded'
}

/** Nobody can pay it any more. A payment that began in time goes on all the same. */
export function hasEnded({ status, payment }: CheckoutOrder): boolean {
  return payment === null && (status === 'cancelled' || status === 'expired')
}

/** A program has had the amount reserved, and has not captured it yet. */
export function isAuthorised({ payment }: CheckoutOrder): boolean {
  return payment?.status === 'authorised'
}

function sinceOf(view: CheckoutView): number | null {
  const state = view.at === 'elsewhere' ? view.other : view
  return state && 'since' in state ? state.since : null
}
