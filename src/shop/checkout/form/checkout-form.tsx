'use client'
import { useTranslations } from 'next-intl'
import type { AttemptController } from '@/idempotency/client/controller'
import { useOnline } from '@/idempotency/client/react'
import type { Payload } from '../checkout-client'
import type { CheckoutOrder, Paid } from '../checkout-order'
import { endMessageOf } from '../end-messages'
import { AttemptStatus } from '../states/attempt-status'
import type { CheckoutState } from '../use-checkout'
import { CardFields } from './card-fields'
import { type CardValues, digitsOf } from './card-rules'
import type { FormMemory } from './form-memory'
import { NoScriptCard } from './no-script-card'
import { PayButton } from './pay-button'
import { ProblemSummary } from './problem-summary'
import { TestCardPicker } from './test-card-picker'
import { tokenFor } from './test-cards'
import { useCardForm } from './use-card-form'

interface Props {
  order: CheckoutOrder
  attempt: AttemptController<Paid>
  state: CheckoutState
  stage: number
  typed: FormMemory
}

/**
 * Card fields have no `name`: whatever happens to the scripts, the browser has nothing of the card to send.
 * What is sent is the token that stands for a test card.
 */
export function CheckoutForm({ order, attempt, state, stage, typed }: Props) {
  const t = useTranslations('checkout')
  const online = useOnline()
  const because = state.at === 'ready' ? state.because : null
  const busy = state.at !== 'ready'
  const onPay = ({ number }: CardValues) => {
    const payload: Payload = { version: order.version, paymentMethod: tokenFor(digitsOf(number)) ?? '' }
    attempt.press(JSON.stringify(payload), navigator.onLine)
  }
  const { errors, failures, fill, handlers } = useCardForm({
    busy,
    refused: because !== null && because.kind !== 'offline',
    typed,
    onPay,
  })

  return (
    <div className="flex flex-col gap-5">
      {order.testMode && <TestCardPicker onPick={fill} />}
      <section className="rounded-lg border border-line bg-surface p-5 shadow-card sm:p-7">
        <h1 tabIndex={-1} className="font-semibold text-xl">
          {t('title')}
        </h1>
        <form
          {...handlers}
          method="post"
          action={`/api/shop/orders/${order.id}/pay`}
          noValidate
          className="mt-5 flex flex-col gap-5"
        >
          {/* A browser that fills forms in again after a reload must not bring back an old key. */}
          <input
            type="hidden"
            name="key"
            autoComplete="off"
            value={state.at === 'done' || state.at === 'closed' ? '' : state.key}
          />
          <input type="hidden" name="version" autoComplete="off" value={order.version} />
          <ProblemSummary
            errors={errors}
            end={because ? endMessageOf(because) : null}
            turn={failures}
            page={t('documentTitle.pay', { merchant: order.merchantName })}
          />
          <NoScriptCard />
          <div className="script-only flex flex-col gap-5">
            <CardFields errors={errors} email={order.customerEmail ?? ''} locked={busy} />
          </div>
          <PayButton order={order} busy={busy} waiting={because?.kind === 'offline' && !online} />
          <AttemptStatus state={state} stage={stage} onAsk={attempt.ask} />
        </form>
      </section>
    </div>
  )
}
