import { StrictMode } from 'react'
import { hydrateRoot } from 'react-dom/client'
import { CheckoutPage, type CheckoutProps } from './checkout-page'

/** Wakes the checkout that the server has rendered. The whole script of this page: see src/app/checkout.js/route.ts. */
const place = document.getElementById('checkout')
if (place?.dataset.props)
  hydrateRoot(
    place,
    <StrictMode>
      <CheckoutPage {...(JSON.parse(place.dataset.props) as CheckoutProps)} />
    </StrictMode>,
  )
