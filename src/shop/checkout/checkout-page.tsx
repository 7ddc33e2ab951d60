'use client'
import { IntlProvider } from 'next-intl'
import { type ComponentType, useState } from 'react'
import type { LanguageTag } from '@/i18n/locale'
import type { Messages } from '@/i18n/messages'
import { ShopFrame } from '../frame/shop-frame'
import type { CardFieldsKind, CheckoutOrder } from './checkout-order'
import type { CardFormProps } from './form/card-form'
import type { NoScriptOutcome } from './no-script-outcome'
import { OrderSummary } from './order-summary'
import { hasEnded, isPaid, PaymentPanel } from './payment-panel'
import { LoadFailed } from './states/load-failed'
import { AlreadyPaid, OrderEnded } from './states/payment-states'

interface PayProps {
  orderId: string
  /** The attempt's key, minted with the page. */
  freshKey: string
  /** Null: it could not be loaded. */
  order: CheckoutOrder | null
  /** The outcome of an attempt that the form posted without scripts. */
  ended: NoScriptOutcome | null
  /** Into which fields a card is typed here. */
  cardFields: CardFieldsKind
}

export interface CheckoutProps extends PayProps {
  /** The reader's language, and this page's compiled messages in it. */
  language: { tag: LanguageTag; messages: PageMessages }
}

/** The texts of Stripe's fields come only where these are shown. */
type PageMessages = Pick<Messages, 'checkout' | 'common'> & Partial<Pick<Messages, 'cardFields'>>

/** The form that asks for a card. Given from outside, so that a page has the code of its own fields alone. */
interface WithForm {
  CardForm: ComponentType<CardFormProps>
}

/** The checkout of one order: its summary, and the one attempt to pay it. */
export function CheckoutPage({ language, ...props }: CheckoutProps & WithForm) {
  return (
    <IntlProvider locale={language.tag} messages={language.messages as Messages} timeZone="UTC">
      <PayPage {...props} />
    </IntlProvider>
  )
}

function PayPage({ orderId, order: first, ...props }: PayProps & WithForm) {
  const [order, setOrder] = useState(first)
  if (!order) return <LoadFailed orderId={orderId} onLoad={setOrder} />
  // An order that was paid, or had ended, before the page was rendered has no form. A payment by this page shows its own result.
  const over = first !== null && (isPaid(first) || hasEnded(first))
  return (
    <ShopFrame
      merchantName={order.merchantName}
      brand={order.brand}
      here={`/checkout/${order.id}`}
      back={order.cancelUrl}
    >
      <div className="grid items-start gap-5 md:grid-cols-[minmax(0,1fr)_20rem] md:gap-8">
        <div className="min-w-0 md:order-2">
          <OrderSummary order={order} />
        </div>
        {over ? <Over order={order} /> : <PaymentPanel {...props} order={order} onChange={setOrder} />}
      </div>
    </ShopFrame>
  )
}

function Over({ order }: { order: CheckoutOrder }) {
  return hasEnded(order) ? <OrderEnded order={order} /> : <AlreadyPaid order={order} />
}
