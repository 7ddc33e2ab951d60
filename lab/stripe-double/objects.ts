import { randomBytes } from 'node:crypto'
import type Stripe from 'stripe'
import type { TestCard } from './cards'

/**
 * The objects that the double sends. Each `satisfies` the SDK's type, which is made from Stripe's own specification: an upgrade of the SDK
 * that adds or renames a field does not compile until the double has it.
 */

/** Ids as Stripe forms them: a prefix and 24 characters. */
export function newId(prefix: 'pi' | 'ch' | 're' | 'txn' | 'pm' | 'req' | 'po' | 'dp'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}

export interface NewIntent {
  amount: number
  currency: string
  metadata: Record<string, string>
  /** Whole seconds, as everywhere at Stripe. */
  created: number
}

export function newIntent({ amount, currency, metadata, created }: NewIntent) {
  const id = newId('pi')
  return {
    id,
    object: 'payment_intent',
    allowed_payment_method_types: ['card'],
    amount,
    amount_capturable: 0,
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null as number | null,
    cancellation_reason: null as Stripe.PaymentIntent.CancellationReason | null,
    capture_method: 'automatic' as Stripe.PaymentIntent.CaptureMethod,
    client_secret: `${id}_secret_${randomBytes(12).toString('hex')}`,
    confirmation_method: 'automatic',
    created,
    currency,
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null as Stripe.PaymentIntent.LastPaymentError | null,
    latest_charge: null as string | null,
    livemode: false,
    managed_payments: null,
    metadata,
    next_action: null as Stripe.PaymentIntent.NextAction | null,
    on_behalf_of: null,
    payment_method: null as string | null,
    payment_method_configuration_details: null,
    payment_method_options: null,
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method' as Stripe.PaymentIntent.Status,
    transfer_group: null,
  } satisfies Stripe.PaymentIntent
}
export type Intent = ReturnType<typeof newIntent>

export function newCharge(intent: Intent, card: TestCard, created: number) {
  const approved = card.result === 'approve' || card.result === 'challenge'
  const reserved = approved && intent.capture_method === 'manual'
  const captured = approved && !reserved
  return {
    id: newId('ch'),
    object: 'charge',
    amount: intent.amount,
    amount_captured: captured ? intent.amount : 0,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null as string | null,
    billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
    calculated_statement_descriptor: null,
    captured,
    created,
    currency: intent.currency,
    customer: null,
    description: null,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: approved ? null : (card.code ?? 'card_declined'),
    failure_message: approved ? null : 'The card was declined.',
    fraud_details: null,
    livemode: false,
    metadata: { ...intent.metadata },
    on_behalf_of: null,
    outcome: outcomeOf(approved, card),
    paid: approved,
    payment_intent: intent.id,
    payment_method: newId('pm'),
    payment_method_details: {
      type: 'card',
      card: cardDetails(card, reserved ? created + AUTHORISED_S : null),
    },
    receipt_email: null,
    receipt_number: null,
    receipt_url: null,
    refunded: false as boolean,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: (approved ? 'succeeded' : 'failed') as Stripe.Charge.Status,
    transfer_data: null,
    transfer_group: null,
  } satisfies Stripe.Charge
}
export type Charge = ReturnType<typeof newCharge>

function outcomeOf(approved: boolean, card: TestCard) {
  return {
    advice_code: null,
    network_advice_code: null,
    network_decline_code: null,
    network_status: approved ? 'approved_by_network' : 'declined_by_network',
    reason: approved ? null : (card.declineCode ?? card.code ?? 'generic_decline'),
    seller_message: null,
    type: approved ? 'authorized' : 'issuer_declined',
  } satisfies Stripe.Charge.Outcome
}

/** 7 days: how long Stripe keeps a card's authorisation (docs.stripe.com/payments/place-a-hold-on-a-payment-method). */
const AUTHORISED_S = 7 * 86_400

function cardDetails({ last4 }: TestCard, captureBefore: number | null) {
  return {
    amount_authorized: null,
    authorization_code: null,
    brand: 'visa',
    ...(captureBefore === null ? {} : { capture_before: captureBefore }),
    checks: null,
    country: 'US',
    electronic_commerce_indicator: null,
    exp_month: 12,
    exp_year: 2034,
    funding: 'credit',
    installments: null,
    last4,
    mandate: null,
    network: 'visa',
    network_transaction_id: null,
    regulated_status: null,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  } satisfies Stripe.Charge.PaymentMethodDetails.Card
}

/** Stripe's fee in the United States and the EU for cards from there is near it: 2.9 % and 30 cents. */
export function feeOf(amount: number): number {
  return Math.round(amount * 0.029) + 30
}

export interface NewBalance {
  type: Stripe.BalanceTransaction.Type
  amount: number
  fee?: number
  currency: string
  source: string | null
  created: number
}

export function newBalance({ type, amount, fee = 0, currency, source, created }: NewBalance) {
  return {
    id: newId('txn'),
    object: 'balance_transaction',
    amount,
    available_on: created,
    balance_type: 'payments',
    created,
    currency,
    description: null,
    exchange_rate: null,
    fee,
    fee_details: [],
    net: amount - fee,
    reporting_category: type,
    source,
    status: 'available',
    type,
  } satisfies Stripe.BalanceTransaction
}
export type Balance = ReturnType<typeof newBalance>

export function newRefund(
  charge: Charge,
  { amount, metadata, created }: { amount: number; metadata: Record<string, string>; created: number },
) {
  return {
    id: newId('re'),
    object: 'refund',
    amount,
    balance_transaction: null as string | null,
    charge: charge.id,
    created,
    currency: charge.currency,
    customer: null,
    customer_account: null,
    metadata,
    payment_intent: charge.payment_intent,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded' as 'succeeded' | 'failed',
    ...({} as { failure_balance_transaction?: string; failure_reason?: string }),
    transfer_reversal: null,
  } satisfies Stripe.Refund
}
export type Refund = ReturnType<typeof newRefund>

/** The error of a declined card, with the card: the intent keeps it. */
export function cardError(card: TestCard, created: number) {
  return {
    type: 'card_error',
    code: card.code ?? 'card_declined',
    ...(card.declineCode ? { decline_code: card.declineCode } : {}),
    message: 'The card was declined.',
    payment_method: {
      id: newId('pm'),
      object: 'payment_method',
      billing_details: { address: null, email: null, name: null, phone: null, tax_id: null },
      card: {
        brand: 'visa',
        checks: null,
        country: 'US',
        display_brand: 'visa',
        exp_month: 12,
        exp_year: 2034,
        funding: 'credit',
        generated_from: null,
        last4: card.last4,
        networks: null,
        regulated_status: null,
        three_d_secure_usage: null,
        wallet: null,
      },
      created,
      customer: null,
      customer_account: null,
      livemode: false,
      metadata: null,
      type: 'card',
    },
  } satisfies Stripe.PaymentIntent.LastPaymentError
}
