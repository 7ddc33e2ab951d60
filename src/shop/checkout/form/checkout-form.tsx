'use client'
import { useOnline } from '@payonce/idempotency/react'
import { useTranslations } from 'next-intl'
import type { Payload } from '../checkout-client'
import { endMessageOf } from '../end-messages'
import { AttemptStatus } from '../states/attempt-status'
import { CardFields } from './card-fields'
import type { CardFormProps } from './card-form'
import { type CardValues, digitsOf } from './card-rules'
import { EmailField } from './email-field'
import { NoScriptCard } from './no-script-card'
import { PayButton } from './pay-button'
import { ProblemSummary } from './problem-summary'
import { TestCardPicker } from './test-card-picker'
import { tokenFor } from './test-cards'
import { useCardForm } from './use-card-form'

/**
 * The form that pays. Card fields have no `name`, so even without scripts the browser cannot post them: only the token
 * of a test card and the e-mail address are sent.
 */
export function CheckoutForm({ order, attempt, state, stage, memory }: CardFormProps) {
  const t = useTranslations('checkout')
  const online = useOnline()
  const because = state.at === 'ready' ? state.because : null
  const busy = state.at !== 'ready'
  const onPay = (values: CardValues) => {
    const paymentMethod = tokenFor(digitsOf(values.number)) ?? ''
    const payload: Payload = { version: order.version, paymentMethod }
    memory.keepSent(values)
    attempt.press(JSON.stringify(payload), navigator.onLine)
  }
  const { errors, failures, fill, handlers } = useCardForm({
    busy,
    refused: because !== null && because.kind !== 'offline',
    memory,
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
          {/* `autoComplete="off"`: a browser that restores forms after a reload must not restore an old key. */}
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
          <EmailField email={order.customerEmail ?? ''} error={errors.email} locked={busy} />
          <NoScriptCard />
          <div className="script-only flex flex-col gap-5">
            <CardFields errors={errors} locked={busy} />
          </div>
          <PayButton order={order} busy={busy} waiting={because?.kind === 'offline' && !online} />
          <AttemptStatus state={state} stage={stage} onAsk={attempt.ask} />
        </form>
      </section>
    </div>
  )
}
