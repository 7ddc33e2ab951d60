'use client'
import { useOnline } from '@payonce/idempotency/react'
import { useTranslations } from 'next-intl'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '@/ui/button'
import { Icon, Spinner } from '@/ui/icon'
import { Verbatim } from '@/ui/verbatim'
import type { Payload } from '../checkout-client'
import { endMessageOf } from '../end-messages'
import type { CardFormProps } from '../form/card-form'
import { type CardErrors, type CardValues, checkField } from '../form/card-rules'
import { takeEarlyPresses } from '../form/early-presses'
import { EmailField } from '../form/email-field'
import type { FormMemory } from '../form/form-memory'
import { PayButton } from '../form/pay-button'
import { ProblemSummary } from '../form/problem-summary'
import { AttemptStatus } from '../states/attempt-status'
import type { CardError, Submitted } from './stripe-fields'
import { type FieldsState, useStripeFields } from './use-stripe-fields'

/** The form that pays where a card is typed into Stripe's fields. Without scripts there are none: it then says so, and has no button. */
export function StripeForm({ order, attempt, state, stage, memory, cardFields }: CardFormProps) {
  const t = useTranslations()
  const online = useOnline()
  const because = state.at === 'ready' ? state.because : null
  const busy = state.at !== 'ready'
  const key = cardFields.kind === 'stripe' ? cardFields.publishableKey : ''
  const fields = useStripeFields(key, order, busy)
  const { errors, failures, cardError, email, onSubmit } = useStripeSubmit({
    busy,
    memory,
    submit: fields.submit,
    onPay: (paymentMethod) => {
      const payload: Payload = { version: order.version, paymentMethod }
      attempt.press(JSON.stringify(payload), navigator.onLine)
    },
  })
  // "Not ready yet" is over once they are.
  const shown = busy || (cardError === 'loading' && fields.state === 'ready') ? null : cardError
  return (
    <div className="flex flex-col gap-5">
      {order.testMode && <TestNote />}
      <section className="rounded-lg border border-line bg-surface p-5 shadow-card sm:p-7">
        <h1 tabIndex={-1} className="font-semibold text-xl">
          {t('checkout.title')}
        </h1>
        <NoScript merchant={order.merchantName} />
        <form
          onSubmit={onSubmit}
          method="post"
          action={`/api/shop/orders/${order.id}/pay`}
          noValidate
          className="script-only mt-5 flex flex-col gap-5"
        >
          <ProblemSummary
            errors={errors}
            end={because ? endMessageOf(because) : null}
            turn={failures}
            page={t('checkout.documentTitle.pay', { merchant: order.merchantName })}
          />
          <EmailField ref={email} email={order.customerEmail ?? ''} error={errors.email} locked={busy} />
          <fieldset
            aria-busy={fields.state === 'loading' || fields.state === 'slow'}
            aria-describedby="card-problem"
            className="min-w-0"
          >
            <legend className="mb-1.5 font-medium text-sm">{t('cardFields.label')}</legend>
            <div ref={fields.place} className="min-h-12" />
            <FieldsNote state={fields.state} onAgain={fields.again} />
            <p id="card-problem" role="alert" className="text-bad text-ui">
              {shown && t(`cardFields.wrong.${shown}`)}
            </p>
            <p className="mt-2 flex gap-1.5 text-ink-3 text-ui">
              <Icon name="lock" size={14} className="mt-[3px] shrink-0" /> {t('cardFields.goesTo')}
            </p>
          </fieldset>
          <PayButton order={order} busy={busy} waiting={because?.kind === 'offline' && !online} />
          <AttemptStatus state={state} stage={stage} onAsk={attempt.ask} />
        </form>
      </section>
    </div>
  )
}

interface SubmitOptions {
  busy: boolean
  memory: FormMemory
  submit: () => Promise<Submitted>
  /** Called with a token that was used for nothing yet. */
  onPay: (method: string) => void
}

/**
 * A press: one token, then one press of the attempt. Presses while the token is being made are the same press; those while a payment runs are
 * counted by the attempt, and make no token.
 */
function useStripeSubmit({ busy, memory, submit, onPay }: SubmitOptions) {
  const email = useRef<HTMLInputElement>(null)
  const making = useRef(false)
  const [errors, setErrors] = useState<CardErrors>({})
  const [failures, setFailures] = useState(0)
  const [cardError, setCardError] = useState<CardError | null>(null)
  useEffect(() => {
    // Nothing could be typed into fields that were not there: what was pressed before the script came is dropped.
    takeEarlyPresses()
    const kept = memory.recall().email
    if (email.current && kept && email.current.value === '') email.current.value = kept
  }, [memory])

  async function makeToken(): Promise<void> {
    making.current = true
    setCardError(null)
    const made = await submit()
    making.current = false
    if ('method' in made) onPay(made.method)
    else setCardError(made.error)
  }

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (busy) return onPay('')
    if (making.current) return
    const values: CardValues = {
      email: email.current?.value ?? '',
      number: '',
      expiry: '',
      csc: '',
      name: '',
    }
    const wrong = checkField('email', values, new Date())
    setErrors(wrong ? { email: wrong } : {})
    if (wrong) return setFailures(failures + 1)
    memory.keep(values)
    void makeToken()
  }
  return { email, errors, failures, cardError, onSubmit }
}

/** What stands where the fields will be, or could not be. */
function FieldsNote({ state, onAgain }: { state: FieldsState; onAgain: () => void }) {
  const t = useTranslations('cardFields')
  if (state === 'failed')
    return (
      <div role="alert" className="rounded-md border border-bad/40 bg-bad-soft px-4 py-3.5">
        <p className="font-semibold text-bad text-sm">{t('failed.title')}</p>
        <p className="mt-0.5 text-ink-2 text-sm">{t('failed.body')}</p>
        <Button className="mt-3" onClick={onAgain}>
          {t('failed.again')}
        </Button>
      </div>
    )
  return (
    <p role="status" className="flex items-center gap-2 text-ink-2 text-sm">
      {state !== 'ready' && (
        <>
          <Spinner /> {t(state)}
        </>
      )}
    </p>
  )
}

function TestNote() {
  const t = useTranslations('cardFields')
  return (
    <div className="flex flex-col gap-x-6 gap-y-1 rounded-lg border border-line bg-warn-soft px-4 py-3 text-sm">
      <p className="flex items-center gap-2 font-medium text-warn">
        <Icon name="flask" /> {t('test')}
      </p>
      <p className="text-ink-2">
        {t.rich('testCard', { number: (text) => <Verbatim className="figures">{text}</Verbatim> })}
      </p>
    </div>
  )
}

function NoScript({ merchant }: { merchant: string }) {
  const t = useTranslations('cardFields.noScript')
  return (
    <noscript>
      {/* Hides the form, which only works with a script. */}
      <link rel="stylesheet" href="/no-script.css" />
      <div className="mt-4 flex flex-col gap-1 text-sm">
        <p className="font-semibold">{t('title')}</p>
        <p className="text-ink-2">
          {t.rich('body', { merchant, name: (text) => <Verbatim>{text}</Verbatim> })}
        </p>
      </div>
    </noscript>
  )
}
