import type { AttemptController } from '@payonce/idempotency/client'
import type { CardFieldsKind, CheckoutOrder, Paid } from '../checkout-order'
import type { CheckoutState } from '../use-checkout'
import type { FormMemory } from './form-memory'

/**
 * What a form that asks for a card gets. All that it does with a card is to turn it into a token and to press: key, retries and the one call
 * are the attempt's, whichever fields a card is typed into.
 */
export interface CardFormProps {
  order: CheckoutOrder
  attempt: AttemptController<Paid>
  state: CheckoutState
  stage: number
  memory: FormMemory
  cardFields: CardFieldsKind
}
