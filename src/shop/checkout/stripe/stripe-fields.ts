import type { Stripe, StripeElements, StripePaymentElement } from '@stripe/stripe-js'
// Without `/pure` the import alone would load Stripe's script.
import { loadStripe } from '@stripe/stripe-js/pure'

/** Fields for a card that are not ours: they turn a card into a token, and do nothing else. */
export interface CardFields {
  /** Shows them in `place`. May be called again after `failed`. */
  mount(place: HTMLElement, how: FieldsOptions): void
  /** A new token for the card that is typed in, or why there is none. Charges nothing. Never rejects. */
  submit(): Promise<Submitted>
  /** A payment runs: nothing can be typed. */
  lock(locked: boolean): void
  destroy(): void
}

export interface FieldsOptions {
  /** In minor units: the fields show no amount, but a card's issuer may depend on it. */
  amount: number
  currency: string
  locale: 'en' | 'ar'
  dark: boolean
  onState: (state: 'ready' | 'failed') => void
}

/** `fields`: shown at the field too. `refused`: by Stripe. `away`: nothing was sent, or nobody answered. `loading`: not ready. */
export type CardError = 'fields' | 'refused' | 'away' | 'loading'
export type Submitted = { method: string } | { error: CardError }

/**
 * Stripe's Payment Element. The card is typed into a frame of Stripe's: no number of it reaches this page. A payment method rather than a
 * confirmation: the charge itself is the server's, under the attempt's key.
 */
export function stripeFields(publishableKey: string): CardFields {
  let stripe: Stripe | null = null
  let elements: StripeElements | null = null
  let payment: StripePaymentElement | null = null
  let ready = false
  let mounts = 0

  async function load(place: HTMLElement, how: FieldsOptions): Promise<void> {
    const mine = ++mounts
    const tell: FieldsOptions['onState'] = (state) => {
      if (mine !== mounts) return
      ready = state === 'ready'
      how.onState(state)
    }
    try {
      stripe = await loadStripe(publishableKey)
      if (mine !== mounts || !stripe) return
      elements = stripe.elements({
        mode: 'payment',
        amount: how.amount,
        currency: how.currency.toLowerCase(),
        allowedPaymentMethodTypes: ['card'],
        paymentMethodCreation: 'manual',
        locale: how.locale,
        appearance: { theme: how.dark ? 'night' : 'stripe' },
      })
      payment = elements.create('payment', {
        wallets: { applePay: 'never', googlePay: 'never', link: 'never' },
      })
      payment.on('ready', () => tell('ready'))
      payment.on('loaderror', () => tell('failed'))
      payment.mount(place)
    } catch {
      tell('failed')
    }
  }

  return {
    mount: (place, how) => void load(place, how),
    lock(readOnly) {
      payment?.update({ readOnly })
    },
    async submit() {
      if (!stripe || !elements || !ready) return { error: 'loading' }
      try {
        const { error: incomplete } = await elements.submit()
        if (incomplete) return { error: incomplete.type === 'validation_error' ? 'fields' : 'away' }
        const { paymentMethod, error } = await stripe.createPaymentMethod({ elements })
        if (paymentMethod) return { method: paymentMethod.id }
        return { error: ERRORS[error?.type ?? ''] ?? 'away' }
      } catch {
        return { error: 'away' }
      }
    },
    destroy() {
      mounts++
      ready = false
      payment?.destroy()
      payment = null
    },
  }
}

/** By Stripe's `error.type` (docs.stripe.com/api/errors). Any other means that Stripe gave no answer about the card. */
const ERRORS: Record<string, 'fields' | 'refused'> = {
  validation_error: 'fields',
  card_error: 'refused',
  invalid_request_error: 'refused',
}
