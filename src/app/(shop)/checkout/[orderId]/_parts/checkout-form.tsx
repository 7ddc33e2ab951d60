'use client'
import { useTranslations } from 'next-intl'
import { type FocusEvent, type FormEvent, useEffect, useRef, useState } from 'react'
import type { Attempt } from '@/idempotency/client/drive'
import { useOnline } from '@/idempotency/client/react'
import { AttemptStatus } from './attempt-status'
import { type CardErrors, type CardField, type CardValues, checkCard, checkField, digitsOf, FIELDS, showExpiry } from './card'
import { CardFields } from './card-fields'
import type { Payload } from './checkout-client'
import { NoScriptCard } from './no-script-card'
import type { CheckoutOrder, Paid } from './order'
import { PayButton } from './pay-button'
import { ProblemSummary } from './problem-summary'
import { TestCardPicker } from './test-card-picker'
import { type TestCard, tokenFor } from './test-cards'
import type { CheckoutState } from './use-checkout'
import { endOf } from './words'

interface Props {
  order: CheckoutOrder
  attempt: Attempt<Paid>
  state: CheckoutState
  stage: number
}

/**
 * Card fields have no `name`: whatever happens to the scripts, the browser has nothing of the card to send.
 * What is sent is the token that stands for a test card.
 */
export function CheckoutForm({ order, attempt, state, stage }: Props) {
  const t = useTranslations('checkout')
  const form = useRef<HTMLFormElement>(null)
  const [errors, setErrors] = useState<CardErrors>({})
  const [failures, setFailures] = useState(0)
  const pressing = useRef(false)
  const online = useOnline()
  const because = state.at === 'ready' ? state.because : null
  const busy = state.at !== 'ready'
  useForgetCode(form, because !== null && because.kind !== 'offline')

  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!form.current) return
    const values = readValues(form.current)
    const wrong = busy ? {} : checkCard(values, new Date())
    setErrors(wrong)
    if (Object.keys(wrong).length > 0) return setFailures(failures + 1)
    const payload: Payload = { version: order.version, paymentMethod: tokenFor(digitsOf(values.number)) ?? '' }
    attempt.press(JSON.stringify(payload), navigator.onLine)
  }

  const blur = (event: FocusEvent<HTMLFormElement>) => {
    const field = FIELDS.find((each) => each === event.target.id)
    if (!field || !form.current || busy) return
    // An error that appears now would move the button away from under the finger, and the press would be lost. Submitting checks anyway.
    if (pressing.current) return
    if (field === 'expiry') event.target.value = showExpiry(event.target.value)
    // An empty field that one only walks through is not an error yet.
    if (event.target.value === '' && !errors[field]) return
    setErrors(withError(errors, field, checkField(field, readValues(form.current), new Date())))
  }

  const mend = (event: FormEvent<HTMLFormElement>) => {
    const field = FIELDS.find((each) => each === (event.target as HTMLElement).id)
    if (field && errors[field] && form.current && checkField(field, readValues(form.current), new Date()) === null)
      setErrors(withError(errors, field, null))
  }

  const fill = (card: TestCard) => {
    if (!form.current || busy) return
    fillIn(form.current, card)
    setErrors({})
  }

  return (
    <div className="flex flex-col gap-5">
      {order.testMode && <TestCardPicker onPick={fill} />}
      <section className="rounded-lg border border-line bg-surface p-5 shadow-card sm:p-7">
        <h1 tabIndex={-1} className="font-semibold text-xl">
          {t('title')}
        </h1>
        <form
          ref={form}
          method="post"
          action={`/checkout/${order.id}/pay`}
          noValidate
          onSubmit={submit}
          onPointerDown={(event) => {
            pressing.current = (event.target as Element).closest('button[type=submit]') !== null
          }}
          onBlur={blur}
          onInput={mend}
          className="mt-5 flex flex-col gap-5"
        >
          {/* A browser that fills forms in again after a reload must not bring back an old key. */}
          <input type="hidden" name="key" autoComplete="off" value={state.at === 'done' || state.at === 'closed' ? '' : state.key} />
          <input type="hidden" name="version" autoComplete="off" value={order.version} />
          <ProblemSummary
            errors={errors}
            end={because ? endOf(because) : null}
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

function readValues(form: HTMLFormElement): CardValues {
  const value = (id: CardField) => (form.querySelector(`#${id}`) as HTMLInputElement | null)?.value ?? ''
  return { email: value('email'), number: value('number'), expiry: value('expiry'), csc: value('csc'), name: value('name') }
}

function withError(errors: CardErrors, field: CardField, error: string | null): CardErrors {
  const { [field]: _, ...rest } = errors
  return error === null ? rest : { ...rest, [field]: error }
}

/** Types a card in as a person would: the fields' own handlers group the digits and show the brand. */
function fillIn(form: HTMLFormElement, card: TestCard) {
  const values = { number: card.number, expiry: '12 / 34', csc: '123', name: 'Test Shopper' }
  for (const [id, value] of Object.entries(values)) {
    const input = form.querySelector<HTMLInputElement>(`#${id}`)
    if (!input || (id === 'name' && input.value !== '')) continue
    input.value = value
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/** After a refusal everything typed stays but the security code, which is asked for anew with each card. */
function useForgetCode(form: React.RefObject<HTMLFormElement | null>, ended: boolean) {
  useEffect(() => {
    const code = form.current?.querySelector<HTMLInputElement>('#csc')
    if (ended && code) code.value = ''
  }, [form, ended])
}
