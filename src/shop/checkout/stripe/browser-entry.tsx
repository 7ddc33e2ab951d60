import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { CheckoutPage, type CheckoutProps } from '../checkout-page'
import { StripeForm } from './stripe-form'

/** The same as the entry beside `checkout-page.tsx`, with Stripe's fields: src/app/checkout-stripe.js/route.ts. */
const place = document.getElementById('checkout')
if (place?.dataset.props)
  hydrateRoot(
    place,
    <StrictMode>
      <CheckoutPage {...(JSON.parse(place.dataset.props) as CheckoutProps)} CardForm={StripeForm} />
    </StrictMode>,
  )
