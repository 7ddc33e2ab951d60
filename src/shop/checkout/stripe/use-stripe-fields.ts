'use client'
import { useLocale } from 'next-intl'
import { useCallback, useEffect, useRef, useState } from 'react'
import type { CheckoutOrder } from '../checkout-order'
import { type CardFields, stripeFields } from './stripe-fields'

/** 10 s: by then the shopper must read why there is nothing to type into. */
const SLOW_MS = 10_000

export type FieldsState = 'loading' | 'slow' | 'ready' | 'failed'

/** Stripe's fields in the page: `place` is the element that they are put into. */
export function useStripeFields(publishableKey: string, { amount, currency }: CheckoutOrder, busy: boolean) {
  const place = useRef<HTMLDivElement>(null)
  const fields = useRef<CardFields>(null)
  const [state, setState] = useState<FieldsState>('loading')
  const [turn, setTurn] = useState(0)
  const locale = useLocale().startsWith('ar') ? 'ar' : 'en'

  // biome-ignore lint/correctness/useExhaustiveDependencies: `turn` grows when the shopper asks to try again
  useEffect(() => {
    if (!place.current) return
    const shown = stripeFields(publishableKey)
    fields.current = shown
    setState('loading')
    shown.mount(place.current, { amount, currency, locale, dark: isDark(), onState: setState })
    const slow = setTimeout(() => setState((now) => (now === 'loading' ? 'slow' : now)), SLOW_MS)
    return () => {
      clearTimeout(slow)
      shown.destroy()
    }
  }, [publishableKey, amount, currency, locale, turn])
  useEffect(() => {
    fields.current?.lock(busy)
  }, [busy])

  const submit = useCallback<CardFields['submit']>(
    async () => (await fields.current?.submit()) ?? { error: 'loading' },
    [],
  )
  return { place, state, submit, again: () => setTurn(turn + 1) }
}

function isDark(): boolean {
  const { theme } = document.documentElement.dataset
  return theme ? theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
}
