import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { CheckoutPage, type CheckoutProps } from './checkout-page'
import { CheckoutForm } from './form/checkout-form'

/** Hydrates the checkout that the server rendered. The entry of its script: src/app/checkout.js/route.ts. */
const place = document.getElementById('checkout')
if (place?.dataset.props)
  hydrateRoot(
    place,
    <StrictMode>
      <CheckoutPage {...(JSON.parse(place.dataset.props) as CheckoutProps)} CardForm={CheckoutForm} />
    </StrictMode>,
  )
